/** All models of the site side by side, before one of them is downloaded. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatBytes, formatPercent } from "../page/format.js";

/** @type {import("../page/state.js").Panel} */
export function modelTable({ store, session }) {
  const say = words().model;
  const rows = el("tbody");
  const headings = [say.name, say.input, say.download, say.top1, say.license];
  const table = el(
    "details",
    { class: "models", "data-testid": "model-table" },
    el("summary", {}, say.compare),
    el(
      "div",
      { class: "scroll" },
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, ...headings.map((heading) => el("th", { scope: "col" }, heading)))),
        rows,
      ),
    ),
  );

  store.watch(
    (state) => state.models,
    (models) => {
      table.hidden = models.length < 2;
      rows.replaceChildren(
        ...models.map(({ id, title, resolution, weights, accuracy, license }) => {
          const use = el(
            "button",
            {
              type: "button",
              class: "link",
              "aria-label": say.use(title),
              onclick: () => void session.chooseModel(id),
            },
            title,
          );
          // A figure without its data set would invite to compare what cannot be compared.
          const measured = accuracy ? [formatPercent(accuracy.top1 / 100), el("small", {}, accuracy.dataset)] : ["–"];
          const cells = [
            [say.pixels(resolution)],
            weights.map(({ bytes }) => el("div", {}, formatBytes(bytes))),
            measured,
            [license],
          ];
          return el(
            "tr",
            { "data-id": id },
            el("th", { scope: "row" }, use),
            ...cells.map((content) => el("td", {}, ...content)),
          );
        }),
      );
      mark(store.get().chosen);
    },
  );
  store.watch((state) => state.chosen, mark);

  /** @param {string} chosen */
  function mark(chosen) {
    for (const row of rows.rows) row.setAttribute("aria-current", String(row.dataset.id === chosen));
  }
  return table;
}
