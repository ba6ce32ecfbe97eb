/** The pictures of a folder as a table shows them: filtered, sorted, grouped; and what they add up to. */

import { words } from "../../language.js";
import { nameOf } from "../names.js";

/** @typedef {import("../../protocol.js").Fault} Fault */
/** @typedef {import("../../protocol.js").Prediction} Prediction */

/**
 * A file of the folder. It is never changed: what becomes of it is another object in its place.
 * @typedef {object} Item
 * @property {number} id        its place in the order of the names
 * @property {File} file
 * @property {string} path
 * @property {readonly Prediction[]} top  empty: no answer yet, or none
 * @property {number} ms        for all of it; 0: no answer
 * @property {Fault | null} fault
 * @property {number} truth     the class that a folder above it names; -1: none
 */

/** @typedef {import("./view.js").SortKey} SortKey */
/** @typedef {import("./view.js").View} View */

/**
 * A group is what the pictures were taken for, or what came between.
 * @typedef {object} Group
 * @property {string} key       index of a class, FAILED or WAITING
 * @property {Prediction | null} best  of one of its pictures; null for FAILED and WAITING
 * @property {number} count
 */

/**
 * A line of the table. Position and size are its place among its siblings, as ARIA counts them.
 * @typedef {{kind: "group", key: string, group: Group, open: boolean, position: number, size: number}
 *   | {kind: "item", key: string, item: Item, position: number, size: number}} Line
 */

export const FAILED = "failed";
const WAITING = "waiting";

/** @param {Item} item */
function groupOf({ top, fault }) {
  if (fault) return FAILED;
  return top.length ? String(top[0].index) : WAITING;
}

/**
 * The groups of pictures, the largest first; the failed and the waiting come last.
 * @param {readonly Item[]} items
 * @returns {Group[]}
 */
export function groupsOf(items) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const item of items) {
    const key = groupOf(item);
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { key, best: item.top[0] ?? null, count: 1 });
  }
  const last = [FAILED, WAITING];
  return [...groups.values()].sort(
    (a, b) => last.indexOf(a.key) - last.indexOf(b.key) || b.count - a.count || Number(a.key) - Number(b.key),
  );
}

/**
 * The pictures that the view lets through, in its order.
 * @param {readonly Item[]} items
 * @param {View} view
 * @returns {Item[]}
 */
export function select(items, { by, down, text, group, least }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = items.filter((item) => {
    if (group && groupOf(item) !== group) return false;
    if (least > 0 && !(item.top.length && item.top[0].p >= least)) return false;
    if (words.length === 0) return true;
    const name = `${item.path} ${item.top.length ? `${nameOf(item.top[0])} ${item.top[0].label}` : ""}`.toLowerCase();
    return words.every((word) => name.includes(word));
  });
  const sign = down ? -1 : 1;
  return shown.sort((a, b) => {
    // Those without an answer have nothing to be sorted by and come last, whichever way.
    if (by !== "name" && !a.top.length !== !b.top.length) return a.top.length ? -1 : 1;
    return sign * compare(a, b, by) || a.id - b.id;
  });
}

/** @type {{items: readonly Item[], view: View, shown: readonly Item[]} | null} */
let last = null;

/**
 * What the page's view lets through of its folder; for thousands of pictures it is not worked out twice.
 * @param {{folder: {items: readonly Item[]} | null, folderView: View}} state
 * @returns {readonly Item[]}
 */
export function shownOf({ folder, folderView: view }) {
  const items = folder?.items ?? [];
  if (last?.items !== items || last.view !== view) last = { items, view, shown: select(items, view) };
  return last.shown;
}

/**
 * The lines of the table.
 * @param {readonly Item[]} shown
 * @param {Pick<View, "grouped" | "closed">} view
 * @returns {Line[]}
 */
export function linesOf(shown, { grouped, closed }) {
  const lines = (/** @type {readonly Item[]} */ items) =>
    items.map(
      (item, i) =>
        /** @type {Line} */ ({ kind: "item", key: `i${item.id}`, item, position: i + 1, size: items.length }),
    );
  if (!grouped) return lines(shown);
  const members = groupBy(shown, groupOf);
  return groupsOf(shown).flatMap((group, i, groups) => {
    const open = !closed.has(group.key);
    /** @type {Line} */
    const heading = { kind: "group", key: `g${group.key}`, group, open, position: i + 1, size: groups.length };
    return open ? [heading, ...lines(members.get(group.key) ?? [])] : [heading];
  });
}

/**
 * Accuracy over the pictures whose folder names a class; null where none does.
 * @param {readonly Item[]} items
 * @returns {{n: number, top1: number, top5: number} | null}  top1 and top5 from 0 to 1
 */
export function accuracyOf(items) {
  const known = items.filter(({ truth, top }) => truth >= 0 && top.length);
  if (known.length === 0) return null;
  const share = (/** @type {number} */ ranks) =>
    known.filter(({ truth, top }) => top.slice(0, ranks).some(({ index }) => index === truth)).length / known.length;
  return { n: known.length, top1: share(1), top5: share(5) };
}

/**
 * Finds the class that a folder above a picture names, by its id or its label, the nearest first. A label that two
 * classes share names none of them.
 * @param {readonly Prediction[]} classes
 * @returns {(path: string) => number}  index, or -1
 */
export function truthFinder(classes) {
  /** @type {Map<string, number>} */
  const named = new Map();
  for (const { index, label } of classes) {
    const name = plain(label);
    named.set(name, named.has(name) ? -1 : index);
  }
  for (const { index, id } of classes) if (id) named.set(plain(id), index);
  return (path) => {
    for (const folder of path.split("/").slice(0, -1).reverse()) {
      const index = named.get(plain(folder)) ?? -1;
      if (index >= 0) return index;
    }
    return -1;
  };
}

/**
 * Folders are written with an underscore or a hyphen where a label has a blank.
 * @param {string} name
 */
function plain(name) {
  return name.toLowerCase().replace(/[\s_-]+/g, " ");
}

/**
 * @param {Item} a
 * @param {Item} b
 * @param {SortKey} by
 */
function compare(a, b, by) {
  if (by === "name") return a.id - b.id;
  if (!a.top.length || !b.top.length) return 0;
  if (by === "p") return a.top[0].p - b.top[0].p;
  if (by === "ms") return a.ms - b.ms;
  return nameOf(a.top[0]).localeCompare(nameOf(b.top[0]), words().format.locale);
}

/**
 * @template T
 * @param {readonly T[]} list
 * @param {(item: T) => string} keyOf
 * @returns {Map<string, T[]>}
 */
function groupBy(list, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
