/** What docs/ says about engines and soaks, without asking them again. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHECKS } from "../engines/checks.mjs";
import { DOCUMENT, RECORD, merge, toTable } from "../engines/table.mjs";
import { readSection, writeSection } from "../support/section.mjs";
import * as soak from "../support/soak-table.mjs";

/** @type {import("../engines/table.mjs").Outcomes} */
const outcomes = JSON.parse(readFileSync(RECORD, "utf8"));

test("the table of engines is the record's", () => {
  assert.equal(readSection(readFileSync(DOCUMENT, "utf8"), "engines"), toTable(outcomes));
});

test("the table of soaks is the record's", () => {
  /** @type {import("../support/soak-table.mjs").Soaks} */
  const soaks = JSON.parse(readFileSync(soak.RECORD, "utf8"));
  assert.equal(readSection(readFileSync(soak.DOCUMENT, "utf8"), "soak"), soak.toTable(soaks));
  assert.ok(soaks["10,000 frames"].frames >= 10_000);
});

test("what is written replaces a part of a document and nothing else", () => {
  const document = "a\n<!-- x: written by y -->\nold\n<!-- x end -->\nb\n";
  assert.equal(readSection(document, "x"), "old\n");
  assert.equal(writeSection(document, "x", "1\n2\n"), document.replace("old\n", "1\n2\n"));
  assert.throws(() => readSection(document, "y"), /no place for what is written of y/);
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
