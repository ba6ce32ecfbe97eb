/** What the drawing and the inspector reckon with, without a browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { benchmarkReport, clockStep } from "../../web/page/device.js";
import { createMedians, median } from "../../web/page/medians.js";
import { costs, kindOf, planRows, slowest } from "../../web/page/xray/architecture.js";
import { DIVERGING, diverging, entry, paint, SEQUENTIAL, sequential } from "../../web/page/xray/colours.js";
import { mapOf, sameShapes } from "../../web/page/xray/parts.js";
import { chartPath, visited } from "../../web/page/xray/scanpath.js";
import { stops } from "../../web/page/xray/stops.js";

/** @typedef {import("../../web/protocol.js").BlockTiming} BlockTiming */
/** @typedef {import("../../web/protocol.js").Info} Info */

/**
 * @param {string} name
 * @param {string} stage
 * @param {number[]} shape
 * @param {number} [ms]
 * @returns {BlockTiming}
 */
const block = (name, stage, shape, ms = 0) => ({ name, stage, shape, macs: 1e6, ms });

/**
 * @param {number} identity  channels of the branch in stages 2 and 3
 * @returns {Info}
 */
function info(identity) {
  const stage = (/** @type {number} */ channels, /** @type {number} */ rest) => {
    const global = channels / 2;
    return { channels, global, local: channels - global - rest, kernel: 5, inner: channels, rank: 2 };
  };
  return {
    ...{ model: "custom", variant: "", classes: 10, height: 64, width: 96, params: 1, macs: 9e6, kernel: "scalar" },
    stages: [stage(32, 0), stage(48, identity), stage(64, identity)],
    blocks: [
      block("patch_embed", "stem", [4, 6, 32]),
      block("blocks1.0", "stage1", [4, 6, 32]),
      block("blocks1.1", "stage1", [4, 6, 32]),
      block("blocks1.2", "stage1", [4, 6, 32]),
      block("blocks1.3", "stage1", [4, 6, 32]),
      ...[2, 3].flatMap((stage) => [
        block(`blocks${stage}.0`, `stage${stage}`, [8 >> stage, 12 >> stage, 48]),
        block(`blocks${stage}.1`, `stage${stage}`, [2, 3, 48]),
        block(`blocks${stage}.2`, `stage${stage}`, [2, 3, 48]),
        block(`blocks${stage}.3`, `stage${stage}`, [2, 3, 48]),
      ]),
      block("head", "head", [1, 1, 10]),
    ],
  };
}

test("blocks stand in the row of their stage, with what comes in", () => {
  const rows = planRows(info(8));
  assert.deepEqual(
    rows.map((row) => row.blocks.map(({ kind }) => kind)),
    [
      ["stem", "block", "block", "block", "block"],
      ["mix", "merge", "mix", "block"],
      ["mix", "merge", "mix", "block", "head"],
    ],
  );
  assert.deepEqual(rows[0].blocks[0].from, [64, 96, 3]);
  assert.deepEqual(rows[1].blocks[0].from, [4, 6, 32]);
  assert.deepEqual(rows[1].blocks[3].split, { global: 24, local: 16, identity: 8, kernel: 5, inner: 48 });
  assert.equal(rows[1].blocks[1].split, null);
  // Blocks of the first stage are counted from 0, and there may be more than three of them.
  assert.deepEqual(["blocks1.1", "blocks2.1", "blocks1.12", "blocks3.12"].map(kindOf), [
    "block",
    "merge",
    "block",
    "block",
  ]);
});

test("the tour stops at the identity branch only where there is one", () => {
  const keys = (/** @type {number} */ identity) => stops(info(identity)).map(({ key, block }) => `${key} ${block}`);
  assert.equal(keys(8).length, 8);
  assert.ok(keys(8).includes("identity blocks2.3"));
  assert.deepEqual(
    keys(0),
    keys(8).filter((key) => !key.startsWith("identity")),
  );
});

test("costs are shares of all blocks", () => {
  const blocks = [
    block("a", "stem", [1, 1, 1], 1),
    block("b", "stage1", [1, 1, 1], 3),
    block("c", "head", [1, 1, 1], 0),
  ];
  const cost = costs(blocks);
  assert.equal(slowest(blocks), "b");
  assert.deepEqual(cost.get("b"), { ms: 3, share: 0.75, arithmetic: 1 / 3, gflops: 2e6 / 3 / 1e6 });
  assert.equal(cost.get("c")?.gflops, 0, "a clock that saw no time pass makes no infinite rate");
});

test("medians are of the last passes, and forget", () => {
  const medians = createMedians(3);
  const pass = (/** @type {number} */ ms) =>
    medians.add(2 * ms + 1, [block("a", "stem", [1, 1, 1], ms), block("b", "head", [1, 1, 1], ms + 1)]);
  assert.deepEqual([pass(1).total, pass(1).passes], [3, 2]);
  assert.equal(pass(100).blocks[0].ms, 1, "one that was disturbed does not count");
  pass(5);
  const { passes, total, blocks } = pass(7);
  assert.deepEqual([passes, blocks.map(({ ms }) => ms), total], [3, [7, 8], 15]);
  medians.forget();
  assert.equal(pass(9).passes, 1);
  const other = medians.add(
    3,
    [1, 2, 3].map((ms) => block(`${ms}`, "stem", [1, 1, 1], ms)),
  );
  assert.deepEqual([other.passes, other.total], [1, 3], "another network has other blocks");
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test("colours are true to their numbers", () => {
  assert.deepEqual(
    [entry(sequential(-2, 6), -2), entry(sequential(-2, 6), 6), entry(sequential(-2, 6), 9)],
    [0, 255, 255],
  );
  assert.equal(entry(diverging(3), 0), 128);
  assert.equal(entry(sequential(1, 1), 1), 128, "a map of one value has a colour");
  assert.deepEqual(
    [...paint([-2, 6], sequential(-2, 6))],
    [...SEQUENTIAL.slice(0, 3), 255, ...SEQUENTIAL.slice(-3), 255],
  );
  // Lightness alone tells more from less: it rises along one ramp, and is even on both sides of the other.
  const light = (/** @type {Uint8ClampedArray} */ ramp) =>
    Array.from({ length: 256 }, (_, i) => {
      const linear = [0, 1, 2].map((c) => (ramp[3 * i + c] / 255) ** 2.2);
      return Math.cbrt(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]);
    });
  const rising = light(SEQUENTIAL);
  assert.ok(rising.every((value, i) => i === 0 || value >= rising[i - 1] - 0.002));
  const both = light(DIVERGING);
  for (let i = 0; i < 128; i++)
    assert.ok(Math.abs(both[i] - both[255 - i]) < 0.07, `${i}: ${both[i]}, ${both[255 - i]}`);
});

test("maps are found by channel and plane", () => {
  const part = {
    ...{ name: "bands", like: "", planes: 2, height: 1, width: 3, channels: 9, shown: [7, 2], min: 0, max: 11 },
    values: Float32Array.from({ length: 12 }, (_, i) => i),
  };
  assert.deepEqual([...mapOf(part, 1, 0)], [6, 7, 8]);
  assert.deepEqual([...mapOf(part, 0, 1)], [3, 4, 5]);
  assert.ok(sameShapes([part], [{ ...part, shown: [1, 3], max: 2 }]));
  assert.ok(!sameShapes([part], [{ ...part, width: 4 }]));
  assert.ok(!sameShapes([part], []));
});

test("the scan's steps are the map's rows, or those from behind", () => {
  assert.deepEqual(
    [0, 1, 5].map((step) => visited(step, 6, false)),
    [0, 1, 5],
  );
  assert.deepEqual(
    [0, 1, 5].map((step) => visited(step, 6, true)),
    [5, 4, 0],
  );
  const heights = (/** @type {boolean} */ backward) =>
    [...chartPath(Float32Array.of(1, 2, 4), backward, 4).matchAll(/v-([\d.]+)/g)].map(([, height]) => Number(height));
  assert.deepEqual(heights(false), [14, 28, 56]);
  assert.deepEqual(heights(true), [56, 28, 14]);
});

test("the clock's step is the smallest that was seen", () => {
  let [time, calls] = [0, 0];
  const step = clockStep(() => {
    calls++;
    if (calls % 3 === 0) time += calls % 2 ? 0.1 : 0.3;
    return time;
  });
  assert.ok(Math.abs(step - 0.1) < 1e-9, String(step));
});

test("a benchmark report is JSON that says what it is", () => {
  const bench = { kernel: "simd", model: "m", runs: 5, median: 2, p10: 1, p90: 3, min: 1, gflops: 4, blocks: [] };
  const device = { clockStep: 0.005, isolated: true, cores: 2, pageHeap: null, userAgent: "test" };
  const text = benchmarkReport(bench, device, null);
  assert.deepEqual(JSON.parse(text), {
    format: "mobilemamba-benchmark",
    version: 1,
    unit: "ms",
    ...bench,
    device,
    memory: null,
  });
});
