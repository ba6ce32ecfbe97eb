/** What the tools make of answers, without a browser: the table of a folder, its reports, the comparison. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, differenceOf, forwardOf, speedUp } from "../../web/page/compare/difference.js";
import { gather, nameOf } from "../../web/page/folder/gather.js";
import { accuracyOf, groupsOf, linesOf, select, truthFinder } from "../../web/page/folder/items.js";
import { PLAIN_VIEW } from "../../web/page/folder/view.js";
import { toFolderCsv, toFolderJson } from "../../web/page/folder/report.js";

/** @typedef {import("../../web/page/folder/items.js").Item} Item */
/** @typedef {import("../../web/protocol.js").ErrorCode} ErrorCode */

const LABELS = ["tench", "goldfish", "crane", "crane", "tabby, tabby cat", "=SUM(A1)"];
const CLASSES = LABELS.map((label, index) => ({ index, id: `n0000000${index}`, label, p: 0 }));

/**
 * @param {number} id
 * @param {string} path
 * @param {number[]} classes  the likeliest first
 * @param {number} [p]
 * @returns {Item}
 */
function item(id, path, classes, p = 0.5) {
  const top = classes.map((index, rank) => ({ ...CLASSES[index], p: p / (rank + 1) }));
  const file = new File([], path.split("/").at(-1) ?? "");
  return { id, file, path, top, ms: classes.length ? 10 * (id + 1) : 0, fault: null, truth: -1 };
}

/**
 * @param {number} id
 * @param {string} path
 * @param {ErrorCode} code
 * @returns {Item}
 */
function failure(id, path, code) {
  return { ...item(id, path, []), fault: { code, message: "It is no picture.", hint: "" } };
}

const ITEMS = [
  item(0, "a/1.jpg", [1, 0], 0.9),
  failure(1, "a/2.txt", "not-an-image"),
  item(2, "a/10.jpg", [4, 1], 0.3),
  item(3, "b/3.jpg", [1], 0.6),
  item(4, "b/4.jpg", []),
];
const ids = (/** @type {readonly Item[]} */ items) => items.map(({ id }) => id);

test("files are gathered in the order of their names, without the litter of systems", async () => {
  const file = (/** @type {string} */ name) => new File(["x"], name);
  async function* found() {
    for (const path of [
      "trip/10.jpg",
      "trip/2.jpg",
      "trip/.DS_Store",
      "trip/sub/Thumbs.db",
      "trip/.git/3.jpg",
      "trip/Sub/1.jpg",
    ])
      yield { file: file(path.split("/").at(-1) ?? ""), path };
  }
  const gathered = await gather(found());
  assert.deepEqual(
    gathered.map(({ path }) => path),
    ["trip/2.jpg", "trip/10.jpg", "trip/Sub/1.jpg"],
  );
  assert.equal(nameOf(gathered), "trip");
  const loose = await gather([file("b.png"), file("a.png")]);
  assert.deepEqual(
    loose.map(({ path }) => path),
    ["a.png", "b.png"],
  );
  assert.equal(nameOf(loose), "");
});

test("a folder is filtered by words, class, group and probability", () => {
  const by = (/** @type {Partial<import("../../web/page/folder/view.js").View>} */ view) =>
    ids(select(ITEMS, { ...PLAIN_VIEW, ...view }));
  assert.deepEqual(by({}), [0, 1, 2, 3, 4]);
  assert.deepEqual(by({ text: "JPG a/" }), [0, 2]);
  assert.deepEqual(by({ text: "goldfish" }), [0, 3]);
  assert.deepEqual(by({ group: "4" }), [2]);
  assert.deepEqual(by({ group: "failed" }), [1]);
  assert.deepEqual(by({ group: "waiting" }), [4]);
  assert.deepEqual(by({ least: 0.6 }), [0, 3]);
});

test("a folder is sorted by every column, and what has no answer stays last", () => {
  const by = (/** @type {import("../../web/page/folder/view.js").SortKey} */ key, down = false) =>
    ids(select(ITEMS, { ...PLAIN_VIEW, by: key, down }));
  assert.deepEqual(by("name", true), [4, 3, 2, 1, 0]);
  assert.deepEqual(by("class"), [0, 3, 2, 1, 4]);
  assert.deepEqual(by("p"), [2, 3, 0, 1, 4]);
  assert.deepEqual(by("p", true), [0, 3, 2, 1, 4]);
  assert.deepEqual(by("ms", true), [3, 2, 0, 1, 4]);
});

test("groups are counted, the largest first, and closed ones show their heading", () => {
  assert.deepEqual(
    groupsOf(ITEMS).map(({ key, count }) => [key, count]),
    [
      ["1", 2],
      ["4", 1],
      ["failed", 1],
      ["waiting", 1],
    ],
  );
  const lines = linesOf(ITEMS, { grouped: true, closed: new Set(["1", "waiting"]) });
  assert.deepEqual(
    lines.map(({ key, position, size }) => [key, position, size]),
    [
      ["g1", 1, 4],
      ["g4", 2, 4],
      ["i2", 1, 1],
      ["gfailed", 3, 4],
      ["i1", 1, 1],
      ["gwaiting", 4, 4],
    ],
  );
});

test("a folder names its class by id or by a label that is one class's alone", () => {
  const truthOf = truthFinder(CLASSES);
  assert.equal(truthOf("val/n00000001/images/x.jpg"), 1);
  assert.equal(truthOf("val/Goldfish/x.jpg"), 1);
  assert.equal(truthOf("tabby,_tabby_cat/x.jpg"), 4);
  assert.equal(truthOf("crane/x.jpg"), -1);
  assert.equal(truthOf("n00000003/tench/x.jpg"), 0);
  assert.equal(truthOf("goldfish.jpg"), -1);

  assert.equal(accuracyOf(ITEMS), null);
  const known = ITEMS.map((one, i) => ({ ...one, truth: [0, 0, 4, 1, 1][i] }));
  assert.deepEqual(accuracyOf(known), { n: 3, top1: 2 / 3, top5: 1 });
});

test("the reports hold all that was answered, and no spreadsheet takes a name for a formula", () => {
  const run = { items: ITEMS, elapsed: 1500, info: /** @type {any} */ ({ model: "m", kernel: "simd" }) };
  const hostile = { ...item(5, '=cmd|"/c calc"!A0,.png', [5, 4], 0.25) };
  const csv = toFolderCsv([ITEMS[0], ITEMS[1], hostile, ITEMS[4]], run).split("\r\n");
  assert.equal(csv[1], `a/1.jpg,m,simd,10,,1,n00000001,goldfish,0.9,0,n00000000,tench,0.45${",".repeat(12)}`);
  assert.equal(csv[2], `a/2.txt,m,simd,,not-an-image${",".repeat(20)}`);
  assert.equal(
    csv[3],
    `"'=cmd|""/c calc""!A0,.png",m,simd,60,,5,n00000005,'=SUM(A1),0.25,4,n00000004,"tabby, tabby cat",0.125${",".repeat(12)}`,
  );
  assert.equal(csv[4], `b/4.jpg,m,simd,,${",".repeat(20)}`);
  assert.deepEqual(csv.slice(5), [""]);

  const json = JSON.parse(toFolderJson([ITEMS[0], ITEMS[1]], run));
  assert.deepEqual(json, {
    model: "m",
    kernel: "simd",
    pictures: 5,
    answered: 4,
    failed: 1,
    seconds: 1.5,
    files: [
      { file: "a/1.jpg", top: ITEMS[0].top, ms: 10 },
      { file: "a/2.txt", error: { code: "not-an-image", message: "It is no picture." } },
    ],
  });
});

/**
 * @param {[number, number][]} ps  index and probability
 * @param {number[][]} times       of the blocks, a list a pass
 * @param {typeof CLASSES} [classes]
 * @returns {import("../../web/page/compare/run.js").Side}
 */
function side(ps, times, classes = CLASSES) {
  const passes = times.map((ms) => ({
    top: [],
    ms: { decode: 0, preprocess: 0, forward: ms.reduce((a, b) => a + b), total: 0 },
    blocks: ms.map((one, i) => ({ name: `b${i}`, stage: "stem", shape: [1, 1, 1], macs: 1, ms: one })),
  }));
  return {
    choice: { model: "m", dtype: "", kernel: "simd" },
    phase: "ready",
    info: null,
    classes: ps.map(([index, p]) => ({ ...classes[index], p })),
    passes,
    fault: null,
  };
}

test("two answers are aligned by class, and differ by what they differ", () => {
  const left = side(
    [
      [1, 0.6],
      [0, 0.3],
      [2, 0.06],
      [3, 0.03],
      [4, 0.01],
      [5, 0],
    ],
    [[1, 2]],
  );
  const right = side(
    [
      [0, 0.5],
      [1, 0.39],
      [2, 0.07],
      [5, 0.03],
      [3, 0.01],
      [4, 0],
    ],
    [[1, 2]],
  );
  const difference = differenceOf({ sides: [left, right] });
  assert.equal(difference?.agree, false);
  assert.equal(difference?.sameOrder, false);
  assert.equal(difference?.most?.label, "goldfish");
  assert.ok(Math.abs((difference?.most?.delta ?? 0) - 0.21) < 1e-12);
  assert.deepEqual(
    difference?.classes.map(({ label, p }) => [label, ...p]),
    [
      ["goldfish", 0.6, 0.39],
      ["tench", 0.3, 0.5],
      ["crane", 0.06, 0.07],
      ["crane", 0.03, 0.01],
      ["=SUM(A1)", 0, 0.03],
      ["tabby, tabby cat", 0.01, 0],
    ],
  );
  const same = differenceOf({ sides: [left, left] });
  assert.deepEqual([same?.agree, same?.sameOrder, same?.most?.delta], [true, true, 0]);
  assert.equal(differenceOf({ sides: [left, { ...right, classes: [] }] }), null);
});

test("models that number their classes differently are aligned by id, or by label", () => {
  const others = [CLASSES[4], CLASSES[1], { index: 2, id: "n99", label: "space shuttle", p: 0 }].map((one, index) => ({
    ...one,
    index,
  }));
  const left = side(
    [
      [1, 0.9],
      [4, 0.1],
    ],
    [[1]],
  );
  const right = side(
    [
      [1, 0.7],
      [2, 0.2],
      [0, 0.1],
    ],
    [[1]],
    others,
  );
  const difference = differenceOf({ sides: [left, right] });
  assert.equal(difference?.agree, true);
  assert.deepEqual(
    difference?.classes.map(({ label, p }) => [label, ...p]),
    [
      ["goldfish", 0.9, 0.7],
      ["space shuttle", null, 0.2],
      ["tabby, tabby cat", 0.1, 0.1],
    ],
  );
  const nameless = side(
    [
      [1, 0.7],
      [0, 0.3],
    ],
    [[1]],
    others.map((one) => ({ ...one, id: "" })),
  );
  assert.equal(differenceOf({ sides: [left, nameless] })?.agree, true);
  const strange = side([[2, 1]], [[1]], others);
  assert.equal(differenceOf({ sides: [side([[1, 1]], [[1]]), strange] })?.most, null);
});

test("times are medians over the passes, aligned by block", () => {
  const left = side(
    [[0, 1]],
    [
      [1, 2],
      [9, 9],
      [2, 1],
    ],
  );
  const right = side(
    [[0, 1]],
    [
      [4, 4, 8],
      [4, 6, 8],
    ],
  );
  assert.deepEqual(blocksOf({ sides: [left, right] }), [
    { name: "b0", ms: [2, 4] },
    { name: "b1", ms: [2, 5] },
    { name: "b2", ms: [null, 8] },
  ]);
  assert.equal(forwardOf(left), 3);
  assert.equal(forwardOf(right), 17);
  assert.equal(speedUp([3, 17]), 17 / 3);
  assert.equal(speedUp([0, 17]), null);
  assert.equal(forwardOf({ ...left, passes: [] }), null);
});
