/** Label files, preferences and ways out of errors: what needs no browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassifierError } from "../../web/errors.js";
import { parseLabels, readLabels } from "../../web/labels.js";
import { sortFiles } from "../../web/page/files.js";
import { readPreferences, writePreferences } from "../../web/page/preferences.js";
import { askTwice, remediesFor, smallerModel } from "../../web/page/recovery.js";

/** @type {[string, string, string, {id: string, name: string}[]][]} */
const LABELS = [
  ["names", "a.txt", "tench\ngold, fish\n", [named("tench"), named("gold, fish")]],
  ["names with Windows' line ends and a mark", "a.txt", "\uFEFFa\r\nb\r\n", [named("a"), named("b")]],
  ["ImageNet's list", "a.txt", "n01440764 tench, Tinca tinca\n", [named("tench, Tinca tinca", "n01440764")]],
  ["the engine's own table", "a.tsv", "0\tn1\ta\n1\tn2\tb", [named("a", "n1"), named("b", "n2")]],
  ["a table in another order, with a heading", "a.tsv", "index\tname\n1\tb\n0\ta", [named("a"), named("b")]],
  ["ids and names", "a.tsv", "n1\ta\nn2\tb", [named("a", "n1"), named("b", "n2")]],
  ["commas and quotes", "a.csv", '0,"a, ""big"" one"\n1,b', [named('a, "big" one'), named("b")]],
  ["JSON by index", "a.json", '{"1":["n2","b"],"0":["n1","a"]}', [named("a", "n1"), named("b", "n2")]],
  ["a JSON list", "a.json", '["a",["n2","b"]]', [named("a"), named("b", "n2")]],
];
for (const [what, name, text, expected] of LABELS) {
  test(`labels are read from ${what}`, () => assert.deepEqual(parseLabels(text, name), expected));
}

/**
 * @param {string} name
 * @param {string} [id]
 */
function named(name, id = "") {
  return { id, name };
}

/** @type {[string, string, RegExp][]} */
const BAD_LABELS = [
  ["nothing", "\n\n", /names no class/],
  ["an index twice", "0\ta\n0\tb", /line 2 has the index 0/],
  ["an index too high", "0\ta\n7\tb", /line 2 has the index 7/],
  ["broken JSON", '{"0": ', /no JSON/],
  ["JSON with a gap", '{"0":"a","2":"b"}', /“2” is no index from 0 to 1/],
  ["JSON of numbers", "[1, 2]", /entry 0/],
  ["JSON of objects", '[{"name": "a"}]', /entry 0/],
];
for (const [what, text, message] of BAD_LABELS) {
  test(`labels with ${what} are refused`, () => {
    assert.throws(() => parseLabels(text), (error) => error instanceof ClassifierError && error.code === "labels" && message.test(error.message)); // prettier-ignore
  });
}

test("labels reach the engine without tabs and line breaks in them, and none is nameless", async () => {
  const file = new Blob(['["a\\tb\\nc", ["n2", ""], ""]']);
  assert.equal(await readLabels(file), "0\t\ta b c\n1\tn2\tn2\n2\t\tclass 2");
});

test("files are told apart by their names", () => {
  const files = ["a.png", "m.PTH", "l.json", "b", "second.safetensors"].map((name) => new File([], name));
  const { checkpoint, labels, pictures } = sortFiles(files);
  assert.equal(checkpoint?.name, "m.PTH");
  assert.equal(labels?.name, "l.json");
  assert.deepEqual(
    pictures.map(({ name }) => name),
    ["a.png", "b"],
  );
});

test("preferences survive, and damage to them is no harm", () => {
  let kept = "";
  const storage = {
    getItem: () => kept,
    setItem: (/** @type {string} */ _, /** @type {string} */ value) => void (kept = value),
  };
  writePreferences({ model: { id: "a", dtype: "i8" }, own: true }, storage);
  assert.deepEqual(readPreferences(storage), { model: { id: "a", dtype: "i8" }, own: true });
  for (const damaged of ["", "{", "null", "[]", "7", '{"version":2,"model":{"id":"a"},"own":true}']) {
    kept = damaged;
    assert.deepEqual({ model: undefined, ...readPreferences(storage) }, { model: undefined, own: false }, damaged);
  }
  kept = '{"version":1,"model":{"id":7},"own":"yes"}';
  assert.deepEqual(readPreferences(storage), { model: undefined, own: false });
  const full = { setItem: () => { throw new Error("full"); } }; // prettier-ignore
  writePreferences({ own: true }, full);
});

test("what cost the engine is asked twice, and not a third time", async () => {
  let asked = 0;
  let told = 0;
  const fail = (/** @type {"worker-crashed" | "out-of-memory"} */ code) => () => {
    asked++;
    return Promise.reject(new ClassifierError(code, "gone"));
  };
  await assert.rejects(askTwice(fail("worker-crashed"), () => told++), /gone/); // prettier-ignore
  assert.deepEqual([asked, told], [2, 1]);
  await assert.rejects(askTwice(fail("out-of-memory"), () => told++), /gone/); // prettier-ignore
  assert.deepEqual([asked, told], [3, 1]);
});

test("only what is possible is offered", () => {
  assert.deepEqual(remediesFor("out-of-memory", { retry: true, smaller: true, reload: true }), ["smaller", "retry"]);
  assert.deepEqual(remediesFor("out-of-memory", { retry: false, smaller: false, reload: true }), []);
  assert.deepEqual(remediesFor("not-an-image", { retry: true, smaller: true, reload: true }), []);
});

test("the next smaller download is the largest of those", () => {
  const file = (/** @type {string} */ dtype, /** @type {number} */ bytes) => ({ dtype, bytes, url: "", sha256: "" });
  const models = /** @type {import("../../web/protocol.js").ModelEntry[]} */ (
    /** @type {unknown} */ ([
      { id: "a", weights: [file("f16", 60), file("i8", 30)] },
      { id: "b", weights: [file("f16", 40)] },
    ])
  );
  assert.deepEqual(smallerModel(models, 60), { id: "b", dtype: "f16" });
  assert.deepEqual(smallerModel(models, 40), { id: "a", dtype: "i8" });
  assert.equal(smallerModel(models, 30), null);
});
