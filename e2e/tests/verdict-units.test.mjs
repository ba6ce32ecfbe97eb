/** The sum of two rounds of tests: what is asked once more counts once, and nothing that failed twice is lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import report, { closing, merge } from "../support/verdict.mjs";

/** @typedef {import("../support/verdict.mjs").Outcome} Outcome */

/**
 * Outcomes from words such as "a:one", "a:one!" for one that failed and "a:one?" for one that was skipped.
 * @param {string} words
 * @returns {Outcome[]}
 */
function outcomes(words) {
  return words.split(" ").map((word) => {
    const [file, name] = word.replace(/[!?]$/, "").split(":");
    return { file, name, passed: !word.endsWith("!"), skipped: word.endsWith("?") };
  });
}

const CASES = [
  { name: "all passed", first: "a:one b:two?", second: "", counts: [1, 0, 1], says: "" },
  {
    name: "one passed late",
    first: "a:one a:two! b:three",
    second: "a:one a:two",
    counts: [3, 0, 0],
    says: 'UNSTEADY a: "two"',
  },
  { name: "one failed twice", first: "a:one! b:two", second: "a:one!", counts: [1, 1, 0], says: 'FAILED a: "one"' },
  {
    name: "another failed then",
    first: "a:one! a:two",
    second: "a:one a:two!",
    counts: [1, 1, 0],
    says: 'FAILED a: "two"',
  },
  { name: "not asked again", first: "a:one! b:two!", second: "", counts: [0, 2, 0], says: 'FAILED b: "two"' },
  { name: "the file did not start then", first: "a:one!", second: "a:a!", counts: [0, 1, 0], says: 'FAILED a: "a"' },
];

for (const { name, first, second, counts, says } of CASES) {
  test(`two rounds: ${name}`, () => {
    const { text, ok } = closing(merge(outcomes(first), second ? outcomes(second) : []));
    const [passed, failed, skipped] = counts;
    assert.equal(ok, failed === 0);
    assert.ok(text.endsWith(`ℹ pass ${passed}\nℹ fail ${failed}\nℹ skipped ${skipped}`), text);
    assert.ok(text.includes(says), text);
  });
}

test("the reporter writes a line for each test, and none for a suite", async () => {
  /** @param {string} type @param {object} data */
  const event = (type, data) => ({ type, data });
  const file = `${process.cwd()}/tests/a.test.mjs`;
  const events = [
    event("test:start", { name: "one", file }),
    event("test:pass", { name: "one", file, details: {} }),
    event("test:fail", { name: "two", file, details: {} }),
    event("test:pass", { name: "three", file, details: {}, skip: true }),
    event("test:pass", { name: "all", file, details: { type: "suite" } }),
    event("test:fail", { name: file, details: {} }),
  ];
  const lines = [];
  for await (const line of report(stream(events))) lines.push(JSON.parse(line));
  assert.deepEqual(lines, [
    { file: "tests/a.test.mjs", name: "one", passed: true, skipped: false },
    { file: "tests/a.test.mjs", name: "two", passed: false, skipped: false },
    { file: "tests/a.test.mjs", name: "three", passed: true, skipped: true },
    { file: "tests/a.test.mjs", name: file, passed: false, skipped: false },
  ]);
});

/**
 * @template T
 * @param {T[]} items
 */
async function* stream(items) {
  yield* items;
}
