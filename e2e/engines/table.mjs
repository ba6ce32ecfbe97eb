/** What came of a run, for people and for docs/. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../support/repo.mjs";
import { CHECKS } from "./checks.mjs";

/**
 * What an engine made of a check.
 * @typedef {object} Outcome
 * @property {"yes" | "no" | "failed"} outcome  no: it cannot, and the page knows
 * @property {string} [note]  what was measured, or why not
 */

/**
 * By the names of the engines, by the ids of the checks.
 * @typedef {Record<string, {version: string, checks: Record<string, Outcome>}>} Outcomes
 */

export const RECORD = path.join(ROOT, "docs/engines.json");
export const DOCUMENT = path.join(ROOT, "docs/reliability.md");
const [BEGIN, END] = ["<!-- engines: written by make test-engines RECORD=1 -->\n", "<!-- engines end -->\n"];

/**
 * The table in Markdown.
 * @param {Outcomes} outcomes
 */
export function toTable(outcomes) {
  const engines = Object.entries(outcomes);
  const lines = [
    ["feature", ...engines.map(([name, { version }]) => `${name} ${version}`)],
    ["---", ...engines.map(() => "---")],
    ...CHECKS.map(({ id, title }) => [title, ...engines.map(([, { checks }]) => cell(checks[id]))]),
  ];
  return lines.map((cells) => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |\n`).join("");
}

/** @param {Outcome | undefined} outcome */
function cell(outcome) {
  if (!outcome) return "not asked";
  const { outcome: word, note } = outcome;
  const text = word === "failed" ? "FAILED" : word;
  return note ? `${text}: ${note.replaceAll(/\s+/g, " ")}` : text;
}

/**
 * Writes outcomes in the place of those that are recorded. What the same version made of other checks stays.
 * @param {Outcomes} outcomes
 */
export function record(outcomes) {
  const all = merge(existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, "utf8")) : {}, outcomes);
  writeFileSync(RECORD, `${JSON.stringify(all, null, 1)}\n`);
  const { before, after } = around(readFileSync(DOCUMENT, "utf8"));
  writeFileSync(DOCUMENT, before + BEGIN + toTable(all) + END + after);
}

/**
 * @param {Outcomes} recorded
 * @param {Outcomes} outcomes
 * @returns {Outcomes}
 */
export function merge(recorded, outcomes) {
  const names = Object.keys({ ...recorded, ...outcomes }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const [old, now] = [recorded[name], outcomes[name]];
      const checks = { ...(now && old?.version !== now.version ? {} : old.checks), ...now?.checks };
      const asked = CHECKS.filter(({ id }) => checks[id]);
      return [name, { ...old, ...now, checks: Object.fromEntries(asked.map(({ id }) => [id, checks[id]])) }];
    }),
  );
}

/**
 * The table that a document has.
 * @param {string} document
 */
export function recorded(document) {
  return around(document).table;
}

/** @param {string} document */
function around(document) {
  const [start, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the document has no place for the table: ${BEGIN}and ${END}`);
  return {
    before: document.slice(0, start),
    table: document.slice(start + BEGIN.length, end),
    after: document.slice(end + END.length),
  };
}
