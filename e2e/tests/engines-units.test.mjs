/** What docs/ says about engines, without asking them again. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHECKS } from "../engines/checks.mjs";
import { DOCUMENT, RECORD, merge, recorded, toTable } from "../engines/table.mjs";

/** @type {import("../engines/table.mjs").Outcomes} */
const outcomes = JSON.parse(readFileSync(RECORD, "utf8"));

test("the table of engines is the record's", () => {
  assert.equal(recorded(readFileSync(DOCUMENT, "utf8")), toTable(outcomes));
});

test("a record keeps what was not asked again of the same version", () => {
  const yes = /** @type {const} */ ({ outcome: "yes" });
  const no = /** @type {const} */ ({ outcome: "no", note: "it has none" });
  const old = { B: { version: "1", checks: { ready: yes, camera: no } } };
  const now = (/** @type {string} */ version) => ({
    A: { version, checks: {} },
    B: { version, checks: { camera: yes } },
  });
  assert.deepEqual(merge(old, {}), old);
  assert.deepEqual(merge(old, now("1")).B.checks, { ready: yes, camera: yes });
  assert.deepEqual(merge(old, now("2")), now("2"));
  assert.match(toTable(merge(old, {})), /not asked[^]* no: it has none /);
});

test("every engine was asked everything, and nothing failed", () => {
  const ids = CHECKS.map(({ id }) => id);
  assert.deepEqual(Object.keys(outcomes), ["Chromium", "Firefox", "WebKitGTK"]);
  for (const [name, { checks }] of Object.entries(outcomes)) {
    assert.deepEqual(Object.keys(checks), ids, name);
    for (const [id, { outcome, note }] of Object.entries(checks)) {
      assert.notEqual(outcome, "failed", `${name}: ${id}`);
      if (outcome === "no") assert.ok(note, `${name}: why not ${id}`);
    }
  }
});
