/** A class with its probability, in the answer and among the classes that were searched for. */

import { el, icon, write } from "../page/dom.js";
import { formatPercent } from "../page/format.js";
import { nameOf } from "../page/names.js";

/** @typedef {import("../protocol.js").Prediction} Prediction */

/**
 * One class of a list, reused for whatever class takes its place: a switch for its map.
 * @param {string} testId
 * @param {(index: number) => void} toggle
 */
export function createRow(testId, toggle) {
  let shown = -1;
  const label = el("span", { class: "prediction-label" });
  const percent = el("span", { class: "prediction-p" });
  const bar = el("span", { class: "bar-fill" });
  const button = el(
    "button",
    { type: "button", "data-testid": "explain-toggle", "aria-pressed": "false", onclick: () => toggle(shown) },
    label,
    percent,
    icon("map"),
    el("span", { class: "bar", "aria-hidden": "true" }, bar),
  );
  const element = el("li", { class: "prediction", "data-testid": testId }, button);
  return {
    element,
    /** @param {Prediction} prediction */
    show(prediction) {
      const { index, id, p } = prediction;
      shown = index;
      element.dataset.index = String(index);
      element.dataset.p = String(p);
      if (element.title !== id) element.title = id;
      write(label, nameOf(prediction));
      write(percent, formatPercent(p));
      bar.style.setProperty("--share", String(p));
    },
    /** @param {number | undefined} index  of the class whose map is drawn */
    press: (index) => button.setAttribute("aria-pressed", String(index === shown)),
  };
}
