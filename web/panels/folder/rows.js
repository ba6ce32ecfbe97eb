/** The rows of the table of a folder: a picture, or the heading of a group. */

import { toolWords, words } from "../../language.js";
import { el, icon } from "../../page/dom.js";
import { FAILED } from "../../page/folder/items.js";
import { formatMs, formatPercent } from "../../page/format.js";
import { nameOf } from "../../page/names.js";

/** @typedef {import("../../page/folder/items.js").Group} Group */
/** @typedef {import("../../page/folder/items.js").Item} Item */
/** @typedef {import("../../page/folder/items.js").Line} Line */
/** @typedef {import("./table.js").Row} Row */

/**
 * @param {Line} line
 * @param {ReturnType<typeof import("./thumbnails.js").createThumbnails>} thumbnails
 * @returns {Row}
 */
export function createRow(line, thumbnails) {
  return line.kind === "group" ? groupRow() : itemRow(thumbnails);
}

/**
 * What a group is called.
 * @param {Group} group
 * @returns {string}
 */
export function nameOfGroup({ key, best }) {
  const say = toolWords().folder;
  if (best) return nameOf(best);
  return key === FAILED ? say.failed : say.waiting;
}

/** @returns {Row} */
function groupRow() {
  const name = el("span", { class: "grid-group-name" });
  const count = el("span", { class: "muted" });
  const element = el(
    "div",
    { role: "row", class: "grid-row grid-group", "data-testid": "folder-group" },
    el("span", { role: "gridcell", "aria-colspan": "5" }, icon("open"), name, count),
  );
  return {
    element,
    show(line) {
      if (line.kind !== "group") return;
      const { group, open } = line;
      element.setAttribute("aria-expanded", String(open));
      element.dataset.key = group.key;
      element.dataset.count = String(group.count);
      name.textContent = nameOfGroup(group);
      count.textContent = toolWords().folder.pictures(group.count);
    },
  };
}

/**
 * @param {ReturnType<typeof import("./thumbnails.js").createThumbnails>} thumbnails
 * @returns {Row}
 */
function itemRow(thumbnails) {
  const say = toolWords().folder;
  const thumbnail = el("span", { role: "gridcell", class: "grid-thumbnail" }, icon("picture"));
  const name = el("span", { class: "grid-name" });
  const folder = el("span", { class: "grid-path muted" });
  const best = el("span", { role: "gridcell", class: "grid-class" });
  const bar = el("span", { class: "bar-fill" });
  const percent = el("span");
  const ms = el("span", { role: "gridcell", class: "grid-ms" });
  const element = el(
    "div",
    { role: "row", class: "grid-row", "data-testid": "folder-row" },
    thumbnail,
    el("span", { role: "gridcell", class: "grid-file" }, name, folder),
    best,
    el(
      "span",
      { role: "gridcell", class: "grid-p" },
      percent,
      el("span", { class: "bar", "aria-hidden": "true" }, bar),
    ),
    ms,
  );
  /** @type {Item | null} */
  let shown = null;
  return {
    element,
    show(line) {
      if (line.kind !== "item") return;
      const { item } = line;
      if (item === shown) return;
      const { path, file, top, fault } = item;
      const pictured = Boolean(shown?.top.length) && shown?.file === file;
      shown = item;
      name.textContent = file.name;
      folder.textContent = path.slice(0, -file.name.length - 1);
      element.title = fault ? `${path}: ${fault.message}` : path;
      element.dataset.path = path;
      element.dataset.code = fault?.code ?? "";
      element.dataset.label = top[0]?.label ?? "";
      element.classList.toggle("grid-failed", fault !== null);
      best.textContent = fault ? words().errors[fault.code].title : top.length ? nameOf(top[0]) : say.waiting;
      percent.textContent = top.length ? formatPercent(top[0].p) : "";
      element.classList.toggle("grid-answered", top.length > 0);
      bar.style.setProperty("--share", String(top[0]?.p ?? 0));
      ms.textContent = top.length ? formatMs(item.ms) : "";
      if (top.length && !pictured) thumbnails.put(file, thumbnail);
    },
  };
}
