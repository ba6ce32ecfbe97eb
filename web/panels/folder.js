/** A folder of pictures: the way in, how far it is, and a table of what was found. */

import { toolWords } from "../language.js";
import { el, icon } from "../page/dom.js";
import { accuracyOf, linesOf, shownOf } from "../page/folder/items.js";
import { formatPercent } from "../page/format.js";
import { exportPanel } from "./folder/export.js";
import { progressPanel } from "./folder/progress.js";
import { createRow } from "./folder/rows.js";
import { createTable } from "./folder/table.js";
import { createThumbnails } from "./folder/thumbnails.js";
import { createHeadings, filterPanel } from "./folder/view.js";

/** @typedef {import("../page/folder/items.js").Line} Line */

/** @type {import("../page/state.js").Panel} */
export function folderPanel({ store, session }) {
  const say = toolWords().folder;
  const folder = picker("tool-folder-input", (files) => session.openMany(files), { webkitdirectory: true });
  const files = picker("tool-files-input", (files) => session.openMany(files), { accept: "image/*,.bmp,.tif,.tiff" });
  const empty = el("p", { class: "muted" }, say.invitation);
  const accuracy = el("p", { class: "note", "data-testid": "folder-accuracy" });
  const none = el("p", { class: "muted", role: "status", "data-testid": "folder-none" });

  const thumbnails = createThumbnails();
  const headings = createHeadings({ store, session });
  const table = createTable({
    label: say.table,
    head: headings,
    createRow: (line) => createRow(line, thumbnails),
    open(line) {
      if (line.kind === "group") return unfold(line, !line.open);
      void session.openFiles([line.item.file]);
      tell(line.item.file.name);
    },
    unfold,
  });

  // The picture is shown further up. Whoever looks through the table keeps the place, and may follow.
  const openedName = el("span");
  const opened = el(
    "p",
    { class: "note folder-opened", "data-testid": "folder-opened" },
    el("span", { role: "status" }, openedName),
    el(
      "button",
      {
        type: "button",
        class: "link",
        "data-testid": "folder-go",
        onclick: () => document.querySelector(".stage-card")?.scrollIntoView({ block: "nearest" }),
      },
      say.goThere,
    ),
  );
  opened.hidden = true;
  /** @param {string} name */
  function tell(name) {
    opened.hidden = false;
    openedName.textContent = say.opened(name);
  }

  /**
   * @param {Line} line
   * @param {boolean} open
   */
  function unfold(line, open) {
    if (line.kind !== "group") return;
    const closed = new Set(store.get().folderView.closed);
    if (open) closed.delete(line.group.key);
    else closed.add(line.group.key);
    void session.arrangeFolder({ closed });
  }

  const results = el(
    "div",
    { class: "folder-results" },
    accuracy,
    filterPanel({ store, session }),
    table.element,
    opened,
    none,
    exportPanel({ store, session }),
  );

  const items = () => store.get().folder?.items ?? [];
  function show() {
    const { folder, folderView: view } = store.get();
    empty.hidden = folder !== null && folder.phase !== "empty";
    results.hidden = items().length === 0;
    if (results.hidden) return;
    const shown = shownOf(store.get());
    table.show(linesOf(shown, view), view.grouped);
    none.hidden = shown.length > 0;
    none.textContent = none.hidden ? "" : say.none;
  }
  for (const part of /** @type {const} */ (["folder", "folderView"])) store.watch((state) => state[part], show);
  store.watch((state) => [state.folderView.by, state.folderView.down, state.folder?.name].join("\n"), table.toTop);
  store.watch(
    (state) => state.folder?.items,
    () => {
      const measured = accuracyOf(items());
      accuracy.hidden = measured === null;
      if (!measured) return;
      const { n, top1, top5 } = measured;
      accuracy.textContent = say.accuracy({ n, top1: formatPercent(top1), top5: formatPercent(top5) });
    },
  );

  return el(
    "section",
    { class: "card folder", "aria-labelledby": "folder-title", "data-testid": "folder" },
    el(
      "div",
      { class: "card-head" },
      el("h2", { id: "folder-title" }, say.title),
      el(
        "div",
        { class: "actions folder-ways" },
        el(
          "button",
          { type: "button", class: "primary", "data-testid": "folder-open", onclick: () => folder.click() },
          icon("folder"),
          say.choose,
        ),
        el("button", { type: "button", onclick: () => files.click() }, icon("picture"), say.chooseFiles),
      ),
    ),
    folder,
    files,
    empty,
    progressPanel({ store, session }),
    results,
  );
}

/**
 * @param {string} testId
 * @param {(files: File[]) => Promise<void>} open
 * @param {Record<string, string | boolean>} attributes
 */
function picker(testId, open, attributes) {
  const input = el("input", {
    type: "file",
    multiple: true,
    class: "visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    "data-testid": testId,
    ...attributes,
    onchange: () => {
      void open([...(input.files ?? [])]);
      // The same can be chosen again.
      input.value = "";
    },
  });
  return input;
}
