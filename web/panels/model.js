/** Which model looks: one of the site's, or a checkpoint of the user's own. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { formatBytes, formatCount, formatInteger } from "../page/format.js";

/** @type {import("../page/state.js").Panel} */
export function modelPanel({ store, session }) {
  const say = words().model;
  const select = el("select", {
    id: "model",
    "data-testid": "model-select",
    onchange: () => void session.chooseModel(select.value),
  });
  const ownOption = el("option", { value: "" });
  const facts = el("dl", { class: "facts", "data-testid": "model-facts" });
  const input = el("input", {
    type: "file",
    accept: ".pth,.pt,.safetensors",
    class: "visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    "data-testid": "checkpoint-input",
    onchange: () => {
      void session.openFiles([...(input.files ?? [])]);
      input.value = "";
    },
  });

  store.watch(
    (state) => state.models,
    (models) => select.replaceChildren(...models.map(({ id, title }) => el("option", { value: id }, title))),
  );
  store.watch(
    (state) => [state.chosen, state.ownName, state.models.length].join("\n"),
    () => {
      const { chosen, ownName } = store.get();
      ownOption.textContent = ownName;
      if (ownName) select.append(ownOption);
      // Choosing it again would need the file again.
      ownOption.disabled = chosen !== "";
      select.value = chosen;
    },
  );
  store.watch(
    (state) => state.info,
    (info) => {
      facts.hidden = info === null;
      if (!info) return;
      const { models, chosen } = store.get();
      const entry = models.find((model) => model.id === chosen);
      const rows = [
        [say.params, formatCount(info.params)],
        [say.macs, formatCount(info.macs)],
        [say.input, `${info.height}×${info.width}`],
        [say.classes, formatInteger(info.classes)],
      ];
      if (info.variant) rows.push([say.variant, info.variant]);
      if (entry) rows.push([say.download, `${formatBytes(entry.weights[0].bytes)} ${entry.weights[0].dtype}`]);
      if (entry?.license) rows.push([say.license, entry.license]);
      facts.replaceChildren(...rows.map(([name, value]) => fact(name, value)));
      if (entry?.accuracy) {
        const { top1, top5, n, dataset } = entry.accuracy;
        const measured = say.measured({ top1, top5, images: formatInteger(n), dataset });
        facts.append(fact(say.accuracy, measured, "wide"));
      }
    },
  );

  return el(
    "section",
    { class: "card", "aria-labelledby": "model-title" },
    el(
      "div",
      { class: "card-head" },
      el("h2", { id: "model-title" }, el("label", { for: "model" }, say.title)),
      el("button", { type: "button", onclick: () => input.click() }, icon("file"), say.open),
    ),
    select,
    input,
    facts,
    el("p", { class: "muted own" }, say.own),
  );
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} [className]
 */
function fact(name, value, className = "") {
  return el("div", { class: className }, el("dt", {}, name), el("dd", {}, value));
}
