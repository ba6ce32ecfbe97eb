/** Which model looks: one of the site's, or a checkpoint of the user's own; and what of them this browser keeps. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatBytes, formatCount, formatInteger } from "../page/format.js";
import { datasetOf, titleOf } from "../page/names.js";
import { deferred } from "./deferred.js";
import { officialPanel } from "./official.js";
import { ownModelPanel } from "./own-model.js";
import { weightsPanel } from "./weights.js";

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
  const kept = el("span", { class: "muted", "data-testid": "kept" });
  const storage = el(
    "div",
    { class: "storage" },
    kept,
    el(
      "button",
      { type: "button", class: "quiet", "data-testid": "clear-kept", onclick: () => void session.clearModels() },
      say.clear,
    ),
  );

  store.watch(
    (state) => state.models,
    (models) => select.replaceChildren(...models.map((entry) => el("option", { value: entry.id }, titleOf(entry)))),
  );
  store.watch(
    (state) => [state.chosen, state.ownName, state.models.length].join("\n"),
    () => {
      const { chosen, ownName } = store.get();
      ownOption.textContent = ownName;
      if (ownName) select.append(ownOption);
      select.value = chosen;
    },
  );
  store.watch(
    (state) => state.info,
    (info) => {
      facts.hidden = info === null;
      if (!info) return;
      const { models, chosen, dtype } = store.get();
      const entry = models.find((model) => model.id === chosen);
      const rows = [
        [say.params, formatCount(info.params)],
        [say.macs, formatCount(info.macs)],
        [say.input, `${info.height}×${info.width}`],
        [say.classes, formatInteger(info.classes)],
      ];
      if (info.variant) rows.push([say.variant, info.variant]);
      const weights = entry?.weights.find((file) => file.dtype === dtype) ?? entry?.weights[0];
      if (weights) rows.push([say.download, `${formatBytes(weights.bytes)} ${weights.dtype}`]);
      if (entry?.license) rows.push([say.license, entry.license]);
      facts.replaceChildren(...rows.map(([name, value]) => fact(name, value)));
      if (entry?.accuracy) {
        const { top1, top5, n } = entry.accuracy;
        const dataset = datasetOf(entry);
        const measured = say.measured({ top1, top5, images: formatInteger(n), dataset });
        facts.append(fact(say.accuracy, measured, "wide"));
      }
    },
  );
  store.watch(
    (state) => state.keptBytes,
    (bytes) => {
      storage.hidden = bytes === 0;
      kept.textContent = say.kept(formatBytes(bytes));
    },
  );

  return el(
    "section",
    { class: "card", "aria-labelledby": "model-title" },
    el("div", { class: "card-head" }, el("h2", { id: "model-title" }, el("label", { for: "model" }, say.title))),
    select,
    weightsPanel({ store, session }),
    facts,
    deferred(
      { store, session },
      ({ models }) => models.length > 1,
      async () => (await import("./model-table.js")).modelTable,
    ),
    officialPanel({ store, session }),
    ownModelPanel({ store, session }),
    storage,
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
