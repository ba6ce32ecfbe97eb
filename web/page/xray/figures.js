/** What the inspector is made of: feature maps to choose from, the wavelet's picture, what leads from map to map. */

import { el, svg } from "../dom.js";
import { diverging, range, sequential } from "./colours.js";
import { mapOf } from "./parts.js";
import { createPicker } from "./picker.js";
import { createLegend, createTile, formatValue } from "./tile.js";

/** @typedef {import("../../protocol.js").FeatureMaps} FeatureMaps */
/** @typedef {import("./colours.js").Scale} Scale */
/** @typedef {import("../../language.js").ToolWords["inspector"]} Say */

/** @typedef {Map<string, FeatureMaps>} Parts  by name */

/**
 * Something that shows parts of a block, again and again.
 * @typedef {object} Figure
 * @property {HTMLElement} element
 * @property {(parts: Parts) => void} show
 */

/**
 * Remembers which channel is followed, also when the next picture brings others.
 * @param {() => void} changed
 */
export function createFollowed(changed) {
  let channel = -1;
  return {
    /** @param {FeatureMaps} part */
    rank: (part) => Math.max(part.shown.indexOf(channel), 0),
    /** @param {number} next */
    choose(next) {
      channel = next;
      changed();
    },
  };
}

/** @typedef {ReturnType<typeof createFollowed>} Followed */

/**
 * The liveliest channels of a part, one of them followed.
 * @param {string} name
 * @param {number} count  how many there are
 * @param {Say} say
 * @param {string} label
 * @param {Followed} followed
 * @param {(channel: number, rank: number, parts: Parts) => string} [caption]
 * @returns {Figure}
 */
export function createMaps(name, count, say, label, followed, caption = (channel) => say.channel(channel)) {
  /** @type {FeatureMaps | undefined} */
  let now;
  const picker = createPicker(count, label, (rank) => now && followed.choose(now.shown[rank]));
  const legend = createLegend(say.value);
  return {
    element: el("div", { class: "maps", "data-part": name }, picker.element, legend.element),
    show(parts) {
      const part = /** @type {FeatureMaps} */ (parts.get(name));
      now = part;
      const scale = sequential(part.min, part.max);
      legend.show(scale);
      const maps = part.shown.map((channel, rank) => {
        const values = mapOf(part, rank);
        return { values, name: nameOf(say.channel(channel), values, say), caption: caption(channel, rank, parts) };
      });
      picker.show(maps, part, scale, followed.rank(part));
    },
  };
}

/**
 * What a picture of a map says in words.
 * @param {string} what
 * @param {Float32Array} values
 * @param {Say} say
 */
export function nameOf(what, values, say) {
  const { min, max } = range(values);
  return say.from(what, formatValue(min), formatValue(max));
}

/**
 * One map that follows a channel of another part.
 * @param {string} name
 * @param {string} leader  the part whose channel is followed
 * @param {Followed} followed
 * @param {Say} say
 * @param {string} caption
 */
export function createFollower(name, leader, followed, say, caption) {
  const tile = createTile({ "data-part": name });
  return {
    element: tile.element,
    tile,
    /**
     * @param {Parts} parts
     * @param {Scale} scale
     * @param {number} [plane]
     */
    show(parts, scale, plane = 0) {
      const [part, lead] = [
        /** @type {FeatureMaps} */ (parts.get(name)),
        /** @type {FeatureMaps} */ (parts.get(leader)),
      ];
      const values = mapOf(part, followed.rank(lead), plane);
      tile.show(values, part.width, part.height, scale, nameOf(caption, values, say), caption);
    },
  };
}

/** In the order of the planes; V differs from row to row, H from column to column. */
const BANDS = /** @type {const} */ (["LL", "V", "H", "D"]);

/**
 * The four bands of the followed channel as the square that wavelets are drawn in: the small picture, what it lacks to
 * the right and below.
 * @param {"bands" | "filtered"} name
 * @param {Followed} followed
 * @param {Say} say
 * @returns {Figure}
 */
export function createHaar(name, followed, say) {
  const tiles = BANDS.map((band) => createTile({ "data-part": name, "data-band": band }));
  const low = createLegend("LL");
  const high = createLegend("V H D");
  const place = { LL: "low", H: "across", V: "down", D: "both" };
  const cells = BANDS.map((band, i) =>
    el(
      "div",
      { class: `haar-cell ${place[band]}` },
      tiles[i].element,
      el("span", { class: "haar-name", "aria-hidden": "true" }, band),
    ),
  );
  return {
    element: el("div", { class: "haar" }, el("div", { class: "haar-square" }, ...cells), low.element, high.element),
    show(parts) {
      const part = /** @type {FeatureMaps} */ (parts.get(name));
      const rank = followed.rank(/** @type {FeatureMaps} */ (parts.get("global-in")));
      const maps = BANDS.map((_, plane) => mapOf(part, rank, plane));
      const { min, max } = range(maps[0]);
      const extent = Math.max(...maps.slice(1).flatMap((map) => Array.from(map, Math.abs)), 1e-9);
      const scales = [sequential(min, max), ...Array(3).fill(diverging(extent))];
      BANDS.forEach((band, i) =>
        tiles[i].show(maps[i], part.width, part.height, scales[i], nameOf(say.bands[band], maps[i], say), ""),
      );
      low.show(scales[0]);
      high.show(scales[1]);
    },
  };
}

/**
 * What happens between two maps.
 * @param {string} text
 * @param {Node} [sign]
 */
export function createArrow(text, sign) {
  return el(
    "div",
    { class: "arrow" },
    sign ?? "",
    el("span", {}, text),
    el("span", { class: "arrow-line", "aria-hidden": "true" }),
  );
}

/**
 * A kernel of k×k weights.
 * @param {number} k
 * @returns {SVGSVGElement}
 */
export function drawKernel(k) {
  const lines = [`M0 0h${k}v${k}h${-k}z`];
  for (let i = 1; i < k; i++) lines.push(`M${i} 0v${k}M0 ${i}h${k}`);
  return svg(
    "svg",
    { viewBox: `-.1 -.1 ${k + 0.2} ${k + 0.2}`, class: "kernel-drawing", "aria-hidden": "true" },
    svg("rect", { class: "centre", x: (k - 1) / 2, y: (k - 1) / 2, width: 1, height: 1 }),
    svg("path", { d: lines.join("") }),
  );
}
