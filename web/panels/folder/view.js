/** How the table of a folder is looked at: headings that sort, a filter, groups. */

import { toolWords } from "../../language.js";
import { el } from "../../page/dom.js";
import { groupsOf } from "../../page/folder/items.js";
import { formatShare } from "../../page/format.js";
import { nameOfGroup } from "./rows.js";

/** @typedef {import("../../page/folder/view.js").SortKey} SortKey */
/** @typedef {import("../../page/state.js").PageStore} PageStore */
/** @typedef {import("../../page/session.js").Session} Session */
/** @typedef {{store: PageStore, session: Session}} Context */

/** What is worth seeing first when a column is sorted by: the surest, the slowest. @type {SortKey[]} */
const DOWN_FIRST = ["p", "ms"];

/**
 * The row of the headings.
 * @param {Context} context
 */
export function createHeadings({ store, session }) {
  const say = toolWords().folder;
  const keys = /** @type {SortKey[]} */ (["name", "class", "p", "ms"]);
  const headings = new Map(
    keys.map((key) => {
      const onclick = () => {
        const { by, down } = store.get().folderView;
        void session.arrangeFolder({ by: key, down: by === key ? !down : DOWN_FIRST.includes(key) });
      };
      const button = el("button", { type: "button", "data-testid": `sort-${key}`, onclick }, say.columns[key]);
      return [key, el("span", { role: "columnheader", class: `grid-${key}` }, button)];
    }),
  );
  store.watch(
    (state) => `${state.folderView.by} ${state.folderView.down}`,
    () => {
      const { by, down } = store.get().folderView;
      for (const [key, heading] of headings) {
        heading.setAttribute("aria-sort", key !== by ? "none" : down ? "descending" : "ascending");
      }
    },
  );
  const thumbnail = el("span", { class: "visually-hidden" }, say.columns.thumbnail);
  return el(
    "div",
    { role: "row", class: "grid-row grid-headings" },
    el("span", { role: "columnheader", class: "grid-thumbnail" }, thumbnail),
    ...headings.values(),
  );
}

/** @type {import("../../page/state.js").Panel} */
export function filterPanel({ store, session }) {
  const say = toolWords().folder;
  const text = el("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    "data-testid": "folder-filter",
    oninput: () => void session.arrangeFolder({ text: text.value }),
  });
  const group = el("select", {
    "data-testid": "folder-class",
    onchange: () => void session.arrangeFolder({ group: group.value }),
    onblur: () => showGroups(),
  });
  const share = el("output");
  const least = el("input", {
    type: "range",
    min: "0",
    max: "0.99",
    step: "0.01",
    "data-testid": "folder-least",
    oninput: () => void session.arrangeFolder({ least: least.valueAsNumber }),
  });
  const grouped = el("input", {
    type: "checkbox",
    "data-testid": "folder-grouped",
    onchange: () => void session.arrangeFolder({ grouped: grouped.checked }),
  });

  function showGroups() {
    // A list that changes under the hand is no help.
    if (document.activeElement === group) return;
    const { folder, folderView } = store.get();
    const groups = groupsOf(folder?.items ?? []);
    const options = groups.map((one) => el("option", { value: one.key }, say.counted(nameOfGroup(one), one.count)));
    group.replaceChildren(el("option", { value: "" }, say.all), ...options);
    group.value = folderView.group;
  }
  store.watch((state) => state.folder?.items, showGroups);
  store.watch(
    (state) => state.folderView,
    (view) => {
      if (text.value !== view.text) text.value = view.text;
      group.value = view.group;
      least.value = String(view.least);
      share.textContent = formatShare(view.least);
      grouped.checked = view.grouped;
    },
  );

  return el(
    "div",
    { class: "folder-filter", role: "group", "aria-label": say.filter },
    el("label", { class: "muted" }, say.search, text),
    el("label", { class: "muted" }, say.onlyClass, group),
    el("label", { class: "muted threshold" }, say.least, least, share),
    el("label", { class: "check" }, grouped, say.group),
  );
}
