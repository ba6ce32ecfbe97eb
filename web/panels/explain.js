/** What the map over the picture says, its scale, and how strongly it is drawn. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { formatSigned } from "../page/format.js";
import { HEAT, largest, total } from "../page/heat.js";

/** @type {import("../page/state.js").Panel} */
export function explainPanel({ store, session }) {
  const say = words().explain;
  const name = el("em");
  const sum = el("p", { class: "muted", "data-testid": "explain-sum" });
  const [least, most] = [el("span"), el("span")];
  const scale = el("span", { class: "heat-scale", "aria-hidden": "true" });
  const colour = (/** @type {number[]} */ rgb, /** @type {number} */ alpha) => `rgb(${rgb.join(" ")} / ${alpha})`;
  scale.style.backgroundImage = `linear-gradient(90deg, ${colour(HEAT.against, 1)}, ${colour(HEAT.against, 0)}, ${colour(HEAT.for, 0)}, ${colour(HEAT.for, 1)})`;
  const slider = el("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "0.05",
    "data-testid": "explain-opacity",
    oninput: () => session.setOpacity(slider.valueAsNumber),
  });
  const panel = el(
    "div",
    { class: "explain", role: "group", "aria-label": say.title, "data-testid": "explain" },
    el("p", {}, ...say.about(name)),
    sum,
    el(
      "button",
      {
        type: "button",
        class: "quiet explain-close",
        title: words().live.hideMap,
        "aria-label": words().live.hideMap,
        "data-testid": "explain-close",
        onclick: () => {
          const { explanation } = store.get();
          if (explanation) void session.toggleExplanation(explanation.index);
        },
      },
      icon("close"),
    ),
    el(
      "div",
      { class: "explain-controls" },
      el("p", { class: "heat-legend muted" }, least, scale, most),
      el("label", { class: "muted" }, say.opacity, slider),
    ),
  );

  store.watch(
    (state) => state.explanation,
    (explanation) => {
      panel.hidden = explanation === null;
      if (!explanation) return;
      const { label, logit, bias, map, width, height } = explanation;
      const extent = largest(map);
      name.textContent = label;
      least.textContent = say.against(formatSigned(-extent));
      most.textContent = say.for(formatSigned(extent));
      sum.textContent = say.sum({
        width,
        height,
        positions: formatSigned(total(explanation) - bias),
        bias: formatSigned(bias),
        score: formatSigned(logit),
      });
      sum.dataset.sum = String(total(explanation));
      sum.dataset.logit = String(logit);
    },
  );
  store.watch(
    (state) => state.opacity,
    (opacity) => (slider.value = String(opacity)),
  );
  return panel;
}
