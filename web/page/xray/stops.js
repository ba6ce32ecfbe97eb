/** Where the tour stops, for a network. */

import { planRows } from "./architecture.js";

/** @typedef {"stem" | "stages" | "split" | "wavelet" | "scan" | "local" | "identity" | "head"} StopKey */

/**
 * @typedef {object} Stop
 * @property {StopKey} key    names its words
 * @property {string} block   whose inside is shown; empty: none's
 * @property {string} target  of the drawing
 * @property {string} section  of the inside
 */

/**
 * @param {import("../../protocol.js").Info} info
 * @returns {Stop[]}
 */
export function stops(info) {
  const blocks = planRows(info).flatMap((row) => row.blocks);
  const name = (/** @type {(plan: import("./architecture.js").BlockPlan) => unknown} */ fits) =>
    blocks.find(fits)?.name ?? "";
  const first = name(({ split }) => split);
  const passes = name(({ split }) => split && split.identity > 0);
  const stem = name(({ kind }) => kind === "stem");
  const head = name(({ kind }) => kind === "head");
  /** @type {Stop[]} */
  const list = [
    { key: "stem", block: stem, target: stem, section: "conv1" },
    { key: "stages", block: "", target: "stages", section: "" },
    { key: "split", block: first, target: first, section: "" },
    { key: "wavelet", block: first, target: first, section: "wavelet" },
    { key: "scan", block: first, target: first, section: "scan" },
    { key: "local", block: first, target: first, section: "local" },
    { key: "identity", block: passes, target: passes, section: "identity" },
    { key: "head", block: head, target: head, section: "cam" },
  ];
  // A network may pass no channels on.
  return list.filter(({ key }) => key !== "identity" || passes !== "");
}
