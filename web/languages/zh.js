/** What the page says in Simplified Chinese. */

/** @type {import("../language.js").Words} */
export const zh = { tools: { title: "工具", inside: "内部结构" } };
