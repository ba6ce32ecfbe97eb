/** What came of a run, for people and for docs/. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../support/repo.mjs";
import { toMarkdown, writeSection } from "../support/section.mjs";
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

/**
 * The table in Markdown.
 * @param {Outcomes} outcomes
 */
export function toTable(outcomes) {
  const engines = Object.entries(outcomes);
  return toMarkdown([
    ["feature", ...engines.map(([name, { version }]) => `${name} ${version}`)],
    ...CHECKS.map(({ id, title }) => [title, ...engines.map(([, { checks }]) => cell(checks[id]))]),
  ]);
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
  writeFileSync(DOCUMENT, writeSection(readFileSync(DOCUMENT, "utf8"), "engines", toTable(all)));
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
