/** From which probability on a class is shown. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatShare } from "../page/format.js";

/** @type {import("../page/state.js").Panel} */
export function thresholdPanel({ store, session }) {
  const value = el("output");
  const slider = el("input", {
    type: "range",
    min: "0",
    max: "0.99",
    step: "0.01",
    "data-testid": "threshold",
    oninput: () => session.setThreshold(slider.valueAsNumber),
  });
  const panel = el("label", { class: "threshold muted" }, words().threshold.title, slider, value);
  store.watch(
    (state) => state.threshold,
    (threshold) => {
      slider.value = String(threshold);
      value.textContent = formatShare(threshold);
    },
  );
  store.watch(
    (state) => state.answer === null,
    (empty) => (panel.hidden = empty),
  );
  return panel;
}
