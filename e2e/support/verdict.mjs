/** What came of the tests: as a reporter of Node's test runner, a line of JSON for each; and the sum of two rounds. */

import path from "node:path";

/**
 * @typedef {{file: string, name: string, passed: boolean, skipped: boolean}} Outcome
 */

/**
 * The reporter.
 * @param {AsyncIterable<{type: string, data: any}>} events
 */
export default async function* (events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details.type === "suite") continue;
    const file = path.relative(process.cwd(), data.file ?? data.name);
    /** @type {Outcome} */
    const outcome = { file, name: data.name, passed: type === "test:pass", skipped: data.skip !== undefined };
    yield `${JSON.stringify(outcome)}\n`;
  }
}

/**
 * The second answers of the files that were asked twice, and the first ones of all others. `late` are the tests that
 * passed at the second time only.
 * @param {Outcome[]} first
 * @param {Outcome[]} second
 */
export function merge(first, second) {
  const again = new Set(second.map(({ file }) => file));
  const outcomes = [...first.filter(({ file }) => !again.has(file)), ...second];
  const late = first.filter(({ file, passed }) => !passed && again.has(file));
  return { outcomes, late: late.filter(({ file, name }) => !failed(second, file, name)) };
}

/**
 * @param {Outcome[]} outcomes
 * @param {string} file
 * @param {string} name
 */
function failed(outcomes, file, name) {
  return outcomes.some((outcome) => outcome.file === file && outcome.name === name && !outcome.passed);
}

/**
 * The last lines, counted as Node's runner counts.
 * @param {ReturnType<typeof merge>} verdict
 */
export function closing({ outcomes, late }) {
  const skipped = outcomes.filter((outcome) => outcome.skipped).length;
  const passed = outcomes.filter((outcome) => outcome.passed).length - skipped;
  const failed = outcomes.filter((outcome) => !outcome.passed);
  const lines = [
    ...late.map(({ file, name }) => `UNSTEADY ${file}: "${name}" failed, and passed when it was asked once more`),
    ...failed.map(({ file, name }) => `FAILED ${file}: "${name}"`),
    `ℹ pass ${passed}`,
    `ℹ fail ${failed.length}`,
    `ℹ skipped ${skipped}`,
  ];
  return { text: `\n${lines.join("\n")}`, ok: failed.length === 0 };
}
