/** The insides of blocks without branches: the stem, what mixes, what halves, and the head. */

import { el } from "../dom.js";
import { nameOf as nameOfClass } from "../names.js";
import { createSection } from "./branches.js";
import { diverging, sequential } from "./colours.js";
import { createFollowed, createMaps, nameOf } from "./figures.js";
import { mapOf } from "./parts.js";
import { createLegend, createTile, formatValue } from "./tile.js";

/** @typedef {import("../../protocol.js").FeatureMaps} FeatureMaps */
/** @typedef {import("../../protocol.js").Explanation} Explanation */
/** @typedef {import("./figures.js").Figure} Figure */
/** @typedef {import("./figures.js").Followed} Followed */
/** @typedef {import("./figures.js").Parts} Parts */
/** @typedef {import("./figures.js").Say} Say */

/**
 * A section a part, in the order of computation.
 * @param {import("./architecture.js").Kind} kind
 * @param {Parts} parts
 * @param {Say} say
 * @param {() => void} changed
 * @returns {Figure}
 */
export function createSimple(kind, parts, say, changed) {
  /** @type {Map<string, Followed>} */
  const followed = new Map();
  const figures = [...parts.values()].map((part) => {
    // Parts that are alike follow the same channel.
    const leader = part.like || part.name;
    const follow = followed.get(leader) ?? createFollowed(changed);
    followed.set(leader, follow);
    return { part, view: createView(part, say, follow) };
  });
  return {
    element: el(
      "div",
      { class: "branches" },
      el("p", { class: "lesson wide" }, say.about[kind]),
      ...figures.map(({ part, view }) =>
        createSection(part.name, "", say.partTitle(part.name, part.height, part.width, part.channels), view.element),
      ),
    ),
    show(parts) {
      for (const { view } of figures) view.show(parts);
    },
  };
}

/**
 * The liveliest maps of a part, and the chosen one of them in large.
 * @param {FeatureMaps} part
 * @param {Say} say
 * @param {Followed} followed
 * @param {Parameters<typeof createMaps>[5]} [caption]
 * @returns {Figure}
 */
function createView({ name, shown, like }, say, followed, caption) {
  const maps = createMaps(name, shown.length, say, say.maps, followed, caption);
  const large = createTile({ "data-part": name });
  large.element.classList.add("large");
  return {
    element: el("div", { class: "view" }, maps.element, large.element),
    show(parts) {
      maps.show(parts);
      const part = /** @type {FeatureMaps} */ (parts.get(name));
      const rank = followed.rank(/** @type {FeatureMaps} */ (parts.get(like || name)));
      const values = mapOf(part, rank);
      const what = say.channel(part.shown[rank]);
      large.show(values, part.width, part.height, sequential(part.min, part.max), nameOf(what, values, say), what);
    },
  };
}

/**
 * @typedef {object} Head
 * @property {HTMLElement} element
 * @property {(parts: Parts, explanation: Explanation | null) => void} show
 */

/**
 * The last maps, their means, and the map of the best class that the head's weights make of them.
 * @param {Parts} parts
 * @param {Say} say
 * @param {() => void} changed
 * @returns {Head}
 */
export function createHead(parts, say, changed) {
  const features = /** @type {FeatureMaps} */ (parts.get("features"));
  const maps = createView(features, say, createFollowed(changed), (channel, rank, now) =>
    say.pooled(channel, formatValue(mapOf(/** @type {FeatureMaps} */ (now.get("pooled")), rank)[0])),
  );
  const tile = createTile({ "data-part": "cam" });
  tile.element.classList.add("large");
  const legend = createLegend(say.value);
  const sum = el("p", { class: "lesson", "data-testid": "cam-sum" });
  const map = createSection("cam", "", say.camTitle, sum, tile.element, legend.element);
  return {
    element: el(
      "div",
      { class: "branches" },
      createSection(
        "features",
        "",
        say.partTitle("features", features.height, features.width, features.channels),
        el("p", { class: "lesson" }, say.about.head),
        maps.element,
      ),
      map,
    ),
    show(parts, explanation) {
      maps.show(parts);
      map.hidden = explanation === null;
      if (!explanation) return;
      const { logit, bias, width, height, map: values } = explanation;
      const label = nameOfClass(explanation);
      const scale = diverging(Math.max(...Array.from(values, Math.abs)));
      tile.show(values, width, height, scale, nameOf(say.camOf(label), values, say), label);
      legend.show(scale);
      sum.textContent = say.camSum(label, formatValue(logit - bias), formatValue(bias), formatValue(logit));
    },
  };
}
