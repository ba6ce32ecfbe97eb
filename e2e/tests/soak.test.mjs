/** The soak in short; `make soak` is the long one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFlat, soak } from "../support/soak.mjs";

test("600 frames live, with the engine lost once: memory is flat and every frame is answered", async (t) => {
  const report = await soak({
    frames: 600,
    minutes: 10,
    switchEvery: 0,
    replaceEvery: 0.02,
    replaceTimes: 1,
    say: (line) => t.diagnostic(line),
  });
  t.diagnostic(`${report.frames} frames in ${report.seconds.toFixed(0)} s`);
  assert.ok(report.frames >= 600, `only ${report.frames} frames in time`);
  assertFlat(report);
});
