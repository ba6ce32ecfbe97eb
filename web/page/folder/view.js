/** How the table of a folder is looked at. */

/** @typedef {"name" | "class" | "p" | "ms"} SortKey */

/**
 * @typedef {object} View
 * @property {SortKey} by
 * @property {boolean} down     the largest first
 * @property {string} text      part of the path or of the class
 * @property {string} group     only this group's; empty: all
 * @property {number} least     probability
 * @property {boolean} grouped
 * @property {ReadonlySet<string>} closed  groups that show only their heading
 */

/** @type {View} */
export const PLAIN_VIEW = { by: "name", down: false, text: "", group: "", least: 0, grouped: false, closed: new Set() };
