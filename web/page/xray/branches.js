/** The MRFFI module of a block, branch by branch, and what becomes of the block's map on its way. */

import { el } from "../dom.js";
import { sequential } from "./colours.js";
import { createArrow, createFollowed, createFollower, createHaar, createMaps, drawKernel } from "./figures.js";
import { mapOf } from "./parts.js";
import { createScan } from "./scan.js";
import { createLegend } from "./tile.js";

/** @typedef {import("../../protocol.js").FeatureMaps} FeatureMaps */
/** @typedef {import("./architecture.js").Split} Split */
/** @typedef {import("./figures.js").Figure} Figure */
/** @typedef {import("./figures.js").Parts} Parts */
/** @typedef {import("./figures.js").Say} Say */

/**
 * A part of the inspector that the tour can point at.
 * @param {string} section
 * @param {string} kind  a class
 * @param {string} title
 * @param {...(Node | string)} children
 */
export function createSection(section, kind, title, ...children) {
  return el("section", { class: `inside ${kind}`, "data-section": section }, el("h4", {}, title), ...children);
}

/** @param {string} text */
const lesson = (text) => el("p", { class: "lesson" }, text);

/**
 * @param {Split} split
 * @param {Parts} parts  to know their sizes
 * @param {Say} say
 * @param {() => void} changed  another channel is followed
 * @returns {Figure}
 */
export function createMrffi(split, parts, say, changed) {
  const total = split.global + split.local + split.identity;
  const figures = [createGlobal(split, total, parts, say, changed), createLocal(split, total, parts, say, changed)];
  const identity = createIdentity(split, total, parts, say, changed);
  if (identity) figures.push(identity);
  figures.push(createSteps(parts, say, changed));
  return {
    element: el("div", { class: "branches" }, ...figures.map((figure) => figure.element)),
    show(parts) {
      for (const figure of figures) figure.show(parts);
    },
  };
}

/**
 * @param {Parts} parts
 * @param {string} name
 */
const get = (parts, name) => /** @type {FeatureMaps} */ (parts.get(name));

/**
 * @param {Split} split
 * @param {number} total
 * @param {Parts} parts
 * @param {Say} say
 * @param {() => void} changed
 * @returns {Figure}
 */
function createGlobal(split, total, parts, say, changed) {
  const followed = createFollowed(changed);
  const input = get(parts, "global-in");
  const maps = createMaps("global-in", input.shown.length, say, say.globalIn, followed);
  const from = createFollower("global-in", "global-in", followed, say, say.input);
  const bands = createHaar("bands", followed, say);
  const filtered = createHaar("filtered", followed, say);
  const back = createFollower("wavelet", "global-in", followed, say, say.waveletOut);
  const scan = createScan(get(parts, "delta-mean"), say);
  const halves = ["wavelet", "scan", "global"].map((name) =>
    createFollower(
      name,
      "global-in",
      followed,
      say,
      { wavelet: say.waveletOut, scan: say.scanOut, global: say.sum }[name] ?? "",
    ),
  );
  const legend = createLegend(say.value);
  const element = createSection(
    "global",
    "branch global wide",
    say.globalTitle(split.global, total),
    lesson(say.globalText),
    maps.element,
    el(
      "div",
      { class: "halves" },
      createSection(
        "wavelet",
        "half",
        say.waveletTitle,
        lesson(say.waveletText),
        el(
          "div",
          { class: "flow" },
          from.element,
          createArrow(say.analysis),
          bands.element,
          createArrow(say.perBand(split.kernel), drawKernel(split.kernel)),
          filtered.element,
          createArrow(say.synthesis),
          back.element,
        ),
      ),
      createSection(
        "scan",
        "half",
        say.scanTitle,
        lesson(say.scanText(input.height * input.width, split.inner)),
        scan.element,
      ),
    ),
    el(
      "div",
      { class: "flow sum" },
      halves[0].element,
      el("span", { class: "sign", "aria-hidden": "true" }, "+"),
      halves[1].element,
      el("span", { class: "sign", "aria-hidden": "true" }, "="),
      halves[2].element,
      legend.element,
    ),
  );
  return {
    element,
    show(parts) {
      maps.show(parts);
      const lead = get(parts, "global-in");
      const inputScale = sequential(lead.min, lead.max);
      from.show(parts, inputScale);
      bands.show(parts);
      filtered.show(parts);
      scan.show(parts);
      // They add up, so one scale is for all three.
      const scale = scaleOf(["wavelet", "scan", "global"].map((name) => mapOf(get(parts, name), followed.rank(lead))));
      back.show(parts, scale);
      for (const half of halves) half.show(parts, scale);
      legend.show(scale);
    },
  };
}

/** @param {Float32Array[]} maps */
function scaleOf(maps) {
  const values = maps.flatMap((map) => [...map]);
  return sequential(Math.min(...values), Math.max(...values));
}

/**
 * @param {Split} split
 * @param {number} total
 * @param {Parts} parts
 * @param {Say} say
 * @param {() => void} changed
 * @returns {Figure}
 */
function createLocal(split, total, parts, say, changed) {
  const followed = createFollowed(changed);
  const input = get(parts, "local-in");
  const maps = createMaps("local-in", input.shown.length, say, say.localIn, followed);
  const from = createFollower("local-in", "local-in", followed, say, say.input);
  const to = createFollower("local", "local-in", followed, say, say.localOut);
  const legend = createLegend(say.localOut);
  return {
    element: createSection(
      "local",
      `branch local${split.identity ? "" : " wide"}`,
      say.localTitle(split.local, total),
      lesson(say.localText(split.kernel, input.height, input.width)),
      maps.element,
      el(
        "div",
        { class: "flow" },
        from.element,
        createArrow(say.kernel(split.kernel), drawKernel(split.kernel)),
        to.element,
      ),
      legend.element,
    ),
    show(parts) {
      maps.show(parts);
      const [lead, output] = [get(parts, "local-in"), get(parts, "local")];
      from.show(parts, sequential(lead.min, lead.max));
      const scale = scaleOf([mapOf(output, followed.rank(lead))]);
      to.show(parts, scale);
      legend.show(scale);
    },
  };
}

/**
 * @param {Split} split
 * @param {number} total
 * @param {Parts} parts
 * @param {Say} say
 * @param {() => void} changed
 * @returns {Figure | null} null where the network passes no channel on
 */
function createIdentity(split, total, parts, say, changed) {
  const part = parts.get("identity");
  if (!part) return null;
  const maps = createMaps("identity", part.shown.length, say, say.identityIn, createFollowed(changed));
  return {
    element: createSection(
      "identity",
      "branch identity",
      say.identityTitle(split.identity, total),
      lesson(say.identityText),
      maps.element,
    ),
    show: maps.show,
  };
}

/**
 * One channel of the block's output, from its input on.
 * @param {Parts} parts
 * @param {Say} say
 * @param {() => void} changed
 * @returns {Figure}
 */
function createSteps(parts, say, changed) {
  const followed = createFollowed(changed);
  const maps = createMaps("output", get(parts, "output").shown.length, say, say.outputIn, followed);
  const tiles = say.steps.map((step) => createFollower("steps", "output", followed, say, step));
  const last = createFollower("output", "output", followed, say, say.output);
  const legend = createLegend(say.value);
  return {
    element: createSection(
      "steps",
      "wide",
      say.stepsTitle,
      lesson(say.stepsText),
      maps.element,
      el("ol", { class: "flow steps" }, ...[...tiles, last].map((tile) => el("li", {}, tile.element))),
      legend.element,
    ),
    show(parts) {
      maps.show(parts);
      const [steps, output] = [get(parts, "steps"), get(parts, "output")];
      const rank = followed.rank(output);
      const scale = scaleOf([...tiles.map((_, plane) => mapOf(steps, rank, plane)), mapOf(output, rank)]);
      tiles.forEach((tile, plane) => tile.show(parts, scale, plane));
      last.show(parts, scale);
      legend.show(scale);
    },
  };
}
