/**
 * The soak: live on a fake camera for half an hour, the model changed every minute, the engine lost every five. Nothing
 * may grow or fail, and 99 of 100 frames take at most twice the median.
 *
 *     node soak.mjs [--minutes N] [--frames N] [--switch MINUTES] [--replace MINUTES] [--query QUERY] [--record]
 *
 * Given the number of frames, it ends with them. With --record docs/reliability.md gets what came of it, slow frames too.
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { assertFlat, megabytes, soak } from "./support/soak.mjs";
import { record } from "./support/soak-table.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    frames: { type: "string" },
    switch: { type: "string", default: "1" },
    replace: { type: "string", default: "5" },
    query: { type: "string", default: "" },
    record: { type: "boolean", default: false },
  },
});
const frames = Number(values.frames || Infinity);
const minutes = Number(values.minutes || (Number.isFinite(frames) ? Infinity : 30));
const report = await soak({
  frames,
  minutes,
  switchEvery: Number(values.switch),
  replaceEvery: Number(values.replace),
  query: values.query,
  say: (line) => console.log(line),
});
const { samples, ...figures } = report;
const [first, last] = [samples[0], samples.at(-1)];
console.log(JSON.stringify(figures));
console.log(
  `the engine was at work for ${(100 * report.pace).toFixed(0)} % of the time, the rest it waited for a frame`,
);
console.log(
  `heap ${megabytes(first?.heap ?? 0)} → ${megabytes(last?.heap ?? 0)}, engine ${megabytes(first?.memory ?? 0)} → ${megabytes(last?.memory ?? 0)}`,
);
assertFlat(report);
if (values.record) {
  const asked = Number.isFinite(frames) ? `${frames.toLocaleString("en")} frames` : `${minutes} minutes`;
  record(asked, report);
}
assert.ok(report.ratio <= 2, `99 of 100 frames took up to ${report.ratio.toFixed(2)} times the median`);
