/** The map of a class, drawn over the part of the picture that the network saw. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatSigned } from "../page/format.js";
import { paintHeat } from "../page/heat.js";
import { nameOf } from "../page/names.js";

/** @typedef {import("../protocol.js").Explanation} Explanation */

/** The longer side of the drawing, in pixels; the browser scales it further. */
const SIDE = 256;
/** On what moves, where it is drawn again and again. */
const LIVE_SIDE = 96;
/** Up to so many positions their values are written into the map. */
const READABLE = 16;

/** @type {import("../page/state.js").Panel} */
export function overlayPanel({ store }) {
  const canvas = el("canvas", { class: "heat", "data-testid": "explain-overlay", role: "img" });
  const values = el("div", { class: "heat-values", "aria-hidden": "true" });
  const view = el("div", { class: "heat-view" }, canvas, values);
  // As large as the picture is shown.
  const frame = el("div", { class: "heat-frame" }, view);
  const layer = el("div", { class: "heat-layer" }, frame);

  /** The class whose map came last into view. @type {number | undefined} */
  let viewed;

  store.watch(
    ({ live, picture }) => (picture ? picture.mirrored : live.front),
    (mirrored) => layer.classList.toggle("mirrored", mirrored),
  );
  store.watch(
    (state) => state.explanation,
    (explanation) => {
      layer.hidden = explanation === null;
      if (!explanation) viewed = undefined;
      if (!explanation) return;
      place(explanation);
      draw(explanation);
      write(explanation);
      if (explanation.index === viewed) return;
      viewed = explanation.index;
      // On a phone the answer stands below the picture. Later, when everything else has its new place.
      requestAnimationFrame(() => canvas.scrollIntoView({ block: "nearest" }));
    },
  );
  store.watch(
    (state) => state.opacity,
    (opacity) => layer.style.setProperty("--opacity", String(opacity)),
  );

  /** @param {Explanation} explanation */
  function place({ view: { x, y, width, height, pictureWidth, pictureHeight } }) {
    frame.style.setProperty("--aspect", String(pictureWidth / pictureHeight));
    const percent = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / whole}%`;
    view.style.left = percent(x, pictureWidth);
    view.style.top = percent(y, pictureHeight);
    view.style.width = percent(width, pictureWidth);
    view.style.height = percent(height, pictureHeight);
  }

  /** @param {Explanation} explanation */
  function draw(explanation) {
    const { view, index } = explanation;
    const scale = (store.get().live.phase === "on" ? LIVE_SIDE : SIDE) / Math.max(view.width, view.height);
    canvas.width = Math.round(view.width * scale);
    canvas.height = Math.round(view.height * scale);
    canvas.dataset.index = String(index);
    canvas.setAttribute("aria-label", words().overlay.about(nameOf(explanation)));
    const pixels = paintHeat(explanation, canvas.width, canvas.height);
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, canvas.width, canvas.height), 0, 0);
  }

  /** @param {Explanation} explanation */
  function write({ map, width }) {
    values.hidden = map.length > READABLE;
    values.style.setProperty("--columns", String(width));
    values.replaceChildren(...Array.from(map, (value) => el("span", {}, el("span", {}, formatSigned(value)))));
  }

  return layer;
}
