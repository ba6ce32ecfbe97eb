/** The soak in short; `make soak` is the long one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFlat, soak } from "../support/soak.mjs";

test("1500 frames live, with the engine lost once: memory is flat and every frame is answered", async (t) => {
  const report = await soak({
    frames: 1500,
    minutes: 10,
    switchEvery: 0,
    replaceEvery: 0.02,
    replaceTimes: 1,
    say: (line) => t.diagnostic(line),
  });
  t.diagnostic(`${report.frames} frames in ${report.seconds.toFixed(0)} s`);
  assert.ok(report.frames >= 1500, `only ${report.frames} frames in time`);
  assertFlat(report);
});

/**
 * Samples of an engine, one for each [collections, megabytes].
 * @param {number} stretch
 * @param {...[number, number]} engine
 */
const stretch = (stretch, ...engine) =>
  engine.map(([collections, size], i) => {
    const frames = 1000 * stretch + 200 * i;
    return { frames, heap: 3 << 20, memory: size * (1 << 20), collections, stretch, warm: i > 0 };
  });

test("an engine may grow until it has collected its garbage once, and no longer", () => {
  const first = stretch(0, [4, 30], [5, 35], [5, 36], [6, 37], [6, 37.5]);
  assertFlat({ samples: first });
  // Another engine, with another model, has a memory of its own.
  assertFlat({ samples: [...first, ...stretch(1, [2, 50], [3, 55], [4, 56], [5, 56])] });
  assert.throws(() => assertFlat({ samples: [...first, ...stretch(1, [2, 50], [3, 50], [4, 51], [5, 52])] }), {
    message: /the engine grew from 53477376 to 54525952 bytes by frame 1600/,
  });
  assert.throws(() => assertFlat({ samples: stretch(0, [4, 30], [5, 35], [5, 36], [6, 37]) }), /long enough/);
  const heaps = first.map((sample, i) => ({ ...sample, heap: (3 + i / 2) * (1 << 20) }));
  assert.throws(() => assertFlat({ samples: heaps }), /the heap grew from 3145728 to 4718592 bytes by frame 600/);
});
