/**
 * The blocks as pictures: channels run from left to right as bands, as thick as they are many, at one scale for the
 * whole network. Colours come from the style sheet, by class.
 */

import { svg } from "../dom.js";

/** @typedef {import("./architecture.js").BlockPlan} BlockPlan */
/** @typedef {import("./architecture.js").Split} Split */

/** The height of every drawing, and of the widest map's band within it, in its own units. */
const HEIGHT = 92;
const THICKEST = 68;
/** Between the branches. */
const GAP = 8;

/** @type {Record<import("./architecture.js").Kind, number>} */
const WIDTH = { stem: 132, block: 208, mix: 106, merge: 106, head: 132 };

/** The branches in the order of their channels. */
export const BRANCHES = /** @type {const} */ (["global", "local", "identity"]);

/**
 * @param {BlockPlan} plan
 * @param {number} widest  channels of the widest map between blocks
 * @returns {SVGSVGElement}
 */
export function drawBlock(plan, widest) {
  const width = WIDTH[plan.kind];
  const thickness = (/** @type {number} */ channels) => (THICKEST * channels) / widest;
  const [before, after] = [thickness(plan.from[2]), thickness(plan.shape[2])];
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "drawing", "aria-hidden": "true" });
  // The style sheet says how large a unit is, the same for all, or thicknesses could not be compared.
  drawing.style.setProperty("--units", String(width));
  const add = (/** @type {Node[]} */ ...nodes) => drawing.append(...nodes);
  switch (plan.kind) {
    case "block":
      add(...drawSplit(/** @type {Split} */ (plan.split), width, after));
      break;
    case "stem":
      add(...drawStem(width, after));
      break;
    case "head":
      add(...drawHead(width, before));
      break;
    case "mix":
      // The FFN is twice as wide inside.
      add(...drawBulge(width, before, after, Math.min(2 * before, HEIGHT - 4)));
      break;
    case "merge":
      // Four times as wide inside, which is more than there is room for.
      add(
        ...drawBulge(width, before, after, HEIGHT - 4),
        svg("path", { class: "waist", d: `M${width / 2} 2V${HEIGHT - 2}` }),
      );
      break;
  }
  return drawing;
}

/** @param {number} thick */
const centred = (thick) => (HEIGHT - thick) / 2;

/**
 * @param {number} width
 * @param {number} before
 * @param {number} after
 * @param {number} inside
 */
function drawBulge(width, before, after, inside) {
  const middle = width / 2;
  return [
    svg("path", { class: "trunk", d: band(0, centred(before), before, middle, centred(inside), inside) }),
    svg("path", { class: "trunk", d: band(middle, centred(inside), inside, width, centred(after), after) }),
  ];
}

/**
 * The MRFFI module: the map's channels part, go their ways and come together.
 * @param {Split} split
 * @param {number} width
 * @param {number} thick
 */
function drawSplit(split, width, thick) {
  const total = split.global + split.local + split.identity;
  const shares = BRANCHES.map((branch) => ({ branch, thick: (thick * split[branch]) / total })).filter(
    ({ thick }) => thick > 0,
  );
  const [enter, open, close, leave] = [10, 52, width - 52, width - 10];
  let inner = centred(thick);
  let outer = centred(thick + GAP * (shares.length - 1));
  /** @type {SVGElement[]} */
  const nodes = [
    svg("rect", { class: "trunk", x: 0, y: inner, width: enter, height: thick }),
    svg("rect", { class: "trunk", x: leave, y: inner, width: width - leave, height: thick }),
  ];
  for (const { branch, thick } of shares) {
    const channels = split[branch];
    nodes.push(
      svg("path", { class: `branch ${branch}`, d: band(enter, inner, thick, open, outer, thick) }),
      svg("path", { class: `branch ${branch}`, d: band(close, outer, thick, leave, inner, thick) }),
      svg("rect", {
        class: `branch ${branch}`,
        "data-branch": branch,
        "data-channels": channels,
        // Over the ends of its neighbours, or a seam would show.
        x: open - 0.5,
        y: outer,
        width: close - open + 1,
        height: thick,
      }),
    );
    const mark = { global: drawGlobalMark, local: drawLocalMark, identity: () => [] }[branch];
    nodes.push(...mark(width / 2, outer + thick / 2, Math.min(thick - 4, 26)));
    inner += thick;
    outer += thick + GAP;
  }
  return nodes;
}

/**
 * The wavelet's square and the scan's path, side by side, if there is room for them.
 * @param {number} x  of the middle
 * @param {number} y
 * @param {number} size
 */
function drawGlobalMark(x, y, size) {
  if (size < 12) return [];
  const [left, top, half] = [x - size - 6, y - size / 2, size / 2];
  const quarter = half / 2;
  const [from, row] = [x + 6, size / 3];
  return [
    svg("path", {
      class: "mark",
      d:
        `M${left} ${top}h${size}v${size}h${-size}zM${left + half} ${top}v${size}M${left} ${top + half}h${size}` +
        `M${left + quarter} ${top}v${half}M${left} ${top + quarter}h${half}`,
    }),
    svg("path", { class: "mark", d: `M${from} ${y - row}h${size}L${from} ${y}h${size}L${from} ${y + row}h${size}` }),
  ];
}

/**
 * A kernel.
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
function drawLocalMark(x, y, size) {
  if (size < 7) return [];
  const [left, top, third] = [x - size / 2, y - size / 2, size / 3];
  return [
    svg("path", {
      class: "mark",
      d:
        `M${left} ${top}h${size}v${size}h${-size}zM${left + third} ${top}v${size}M${left + 2 * third} ${top}v${size}` +
        `M${left} ${top + third}h${size}M${left} ${top + 2 * third}h${size}`,
    }),
  ];
}

/**
 * The picture, halved four times on its way while its channels become many.
 * @param {number} width
 * @param {number} after
 */
function drawStem(width, after) {
  const sides = [64, 32, 16, 8];
  /** @type {SVGElement[]} */
  const nodes = [];
  let x = 2;
  for (const side of sides) {
    nodes.push(svg("rect", { class: "square", x, y: centred(side), width: side * 0.5, height: side, rx: 1 }));
    x += side * 0.5 + 5;
  }
  nodes.push(svg("path", { class: "trunk", d: band(x, centred(4), 4, width, centred(after), after) }));
  return nodes;
}

/**
 * The mean of the map, and the classes.
 * @param {number} width
 * @param {number} before
 */
function drawHead(width, before) {
  const bars = [34, 20, 13, 8, 5];
  const pooled = 52;
  return [
    svg("path", { class: "trunk", d: band(0, centred(before), before, pooled, centred(6), 6) }),
    svg("circle", { class: "pool", cx: pooled + 4, cy: HEIGHT / 2, r: 6 }),
    ...bars.flatMap((length, i) => {
      const y = HEIGHT / 2 + (i - 2) * 15;
      return [
        svg("path", { class: "fan", d: `M${pooled + 10} ${HEIGHT / 2}L${width - 44} ${y}` }),
        svg("rect", { class: "score", x: width - 42, y: y - 4, width: length, height: 8, rx: 2 }),
      ];
    }),
  ];
}

/**
 * A map's grid of positions in a square: the picture is always the whole of it, cut more and more coarsely.
 * @param {number[]} shape  [height, width, channels]
 * @returns {SVGSVGElement}
 */
export function drawGrid([height, width]) {
  const side = 48;
  const drawing = svg("svg", { viewBox: `0 0 ${side} ${side}`, class: "grid-drawing", "aria-hidden": "true" });
  const lines = [`M.5 .5h${side - 1}v${side - 1}h${1 - side}z`];
  for (let i = 1; i < width; i++) lines.push(`M${(side * i) / width} 0v${side}`);
  for (let i = 1; i < height; i++) lines.push(`M0 ${(side * i) / height}h${side}`);
  drawing.append(svg("path", { d: lines.join("") }));
  return drawing;
}

/**
 * A band of constant or changing thickness between two upright edges.
 * @param {number} x0
 * @param {number} top0
 * @param {number} thick0
 * @param {number} x1
 * @param {number} top1
 * @param {number} thick1
 */
function band(x0, top0, thick0, x1, top1, thick1) {
  const middle = (x0 + x1) / 2;
  const [bottom0, bottom1] = [top0 + thick0, top1 + thick1];
  return (
    `M${x0} ${top0}C${middle} ${top0} ${middle} ${top1} ${x1} ${top1}` +
    `V${bottom1}C${middle} ${bottom1} ${middle} ${bottom0} ${x0} ${bottom0}Z`
  );
}
