/** A result to take along: as JSON, as CSV, or as a link to the page that shows it again. */

import { nameOf } from "./names.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {Pick<State, "answer" | "info" | "kernel">} Known */

/**
 * As the command line's classify --json prints it, with the model and the kernels added, and the labels in the
 * language in use.
 * @param {Readonly<Known>} state
 * @returns {string}
 */
export function toJson({ answer, info, kernel }) {
  if (!answer) return "";
  const { ms, blocks } = answer.result;
  const top = answer.result.top.map((prediction) => ({ ...prediction, label: nameOf(prediction) }));
  return JSON.stringify({ file: answer.about, model: info?.model, kernel: kernel?.name, top, ms, blocks }, null, 2);
}

/**
 * A line a class, after RFC 4180.
 * @param {Readonly<Known>} state
 * @returns {string}
 */
export function toCsv({ answer, info, kernel }) {
  if (!answer) return "";
  const lines = answer.result.top.map(({ index, id, label, p }, rank) => [
    answer.about,
    info?.model ?? "",
    kernel?.name ?? "",
    rank + 1,
    index,
    id,
    nameOf({ index, id, label }),
    p,
  ]);
  return toLines([["file", "model", "kernel", "rank", "index", "id", "label", "p"], ...lines]);
}

/**
 * A table after RFC 4180, whose texts no spreadsheet takes for formulas.
 * @param {(string | number)[][]} rows
 * @returns {string}
 */
export function toLines(rows) {
  return rows.map((fields) => `${fields.map(field).join(",")}\r\n`).join("");
}

/**
 * The address that shows a picture of the web, or of this site, with the same weights and kernels.
 * @param {string} page    address of this page
 * @param {object} what
 * @param {string} what.model   manifest id
 * @param {string} what.dtype   of its weights
 * @param {string} what.kernel
 * @param {string} what.source  address of the picture
 * @returns {string}
 */
export function toLink(page, { model, dtype, kernel, source }) {
  const url = new URL(page);
  url.hash = "";
  const site = new URL("./", url).href;
  // Shorter where the picture lies beside the page, and right wherever the site moves.
  const img = source.startsWith(site) ? source.slice(site.length) : source;
  // A slash need not be escaped here, and is easier to read.
  url.search = new URLSearchParams({ model, dtype, kernel, img }).toString().replaceAll("%2F", "/");
  return url.href;
}

/** @param {string | number} value */
function field(value) {
  const text = String(value);
  // A spreadsheet takes a text that begins so for a formula, and names of files are anybody's.
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === "string" ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
