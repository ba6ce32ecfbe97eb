/** The table to take along: what is shown of it, with all that was answered. */

import { toolWords } from "../../language.js";
import { el, icon } from "../../page/dom.js";
import { saveText } from "../../page/download.js";
import { shownOf } from "../../page/folder/items.js";
import { toFolderCsv, toFolderJson } from "../../page/folder/report.js";

/** @type {import("../../page/state.js").Panel} */
export function exportPanel({ store }) {
  const say = toolWords().folder;
  const count = el("p", { class: "muted", "data-testid": "folder-count" });

  /**
   * @param {typeof toFolderCsv} format
   * @param {string} type
   * @param {string} extension
   */
  function save(format, type, extension) {
    const { folder } = store.get();
    if (!folder) return;
    saveText(format(shownOf(store.get()), folder), type, `${folder.name || "pictures"}.${extension}`);
  }
  const csv = el(
    "button",
    { type: "button", "data-testid": "folder-csv", onclick: () => save(toFolderCsv, "text/csv", "csv") },
    icon("download"),
    "CSV",
  );
  const json = el(
    "button",
    { type: "button", "data-testid": "folder-json", onclick: () => save(toFolderJson, "application/json", "json") },
    icon("download"),
    "JSON",
  );

  for (const part of /** @type {const} */ (["folder", "folderView"])) {
    store.watch(
      (state) => state[part],
      () => {
        const shown = shownOf(store.get()).length;
        count.textContent = say.shown(shown, store.get().folder?.items.length ?? 0);
        csv.disabled = json.disabled = shown === 0;
      },
    );
  }
  return el("div", { class: "actions share-actions", role: "group", "aria-label": say.export }, count, csv, json);
}
