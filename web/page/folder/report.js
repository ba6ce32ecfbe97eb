/** The table of a folder to take along. */

import { toLines } from "../report.js";
import { accuracyOf } from "./items.js";

/** @typedef {import("./items.js").Item} Item */
/** @typedef {import("./run.js").FolderState} FolderState */
/** @typedef {Pick<FolderState, "info" | "items" | "elapsed">} Run */

/** How many classes a picture is reported with. */
const TOP = 5;

/**
 * A line a picture, after RFC 4180: its file, what was answered, or why nothing.
 * @param {readonly Item[]} items
 * @param {Run} run
 * @returns {string}
 */
export function toFolderCsv(items, { info }) {
  const ranks = Array.from({ length: TOP }, (_, rank) => rank);
  const head = ["file", "model", "kernel", "ms", "error"];
  const columns = ranks.flatMap((rank) => ["index", "id", "label", "p"].map((name) => `${name}${rank + 1}`));
  const rows = items.map(({ path, top, ms, fault }) => [
    path,
    info?.model ?? "",
    info?.kernel ?? "",
    top.length ? ms : "",
    fault?.code ?? "",
    ...ranks.flatMap((rank) =>
      top[rank] ? [top[rank].index, top[rank].id, top[rank].label, top[rank].p] : ["", "", "", ""],
    ),
  ]);
  return toLines([[...head, ...columns], ...rows]);
}

/**
 * @param {readonly Item[]} items
 * @param {Run} run
 * @returns {string}
 */
export function toFolderJson(items, { info, elapsed, items: all }) {
  const answered = all.filter(({ top, fault }) => top.length > 0 || fault);
  const document = {
    model: info?.model,
    kernel: info?.kernel,
    pictures: all.length,
    answered: answered.length,
    failed: answered.filter(({ fault }) => fault).length,
    seconds: elapsed / 1000,
    accuracy: accuracyOf(all) ?? undefined,
    files: items.map(({ path, top, ms, fault }) => {
      if (fault) return { file: path, error: { code: fault.code, message: fault.message } };
      return top.length ? { file: path, top, ms } : { file: path };
    }),
  };
  return JSON.stringify(document, null, 2);
}
