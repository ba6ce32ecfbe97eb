/** The README's animation: that its story can still be told, and that the one in docs is fit to be shown. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "../support/repo.mjs";
import { SIZE, startStory, tellStory } from "../support/story.mjs";
import { readAnimation } from "../support/webp.mjs";

test("a person tries the page, and every scene shows something else", async (t) => {
  const browser = await startStory();
  t.after(() => browser.stop());
  const { frames, scenes } = await tellStory(browser, { draft: true });
  const looks = Object.entries(scenes).map(([name, frame]) => {
    const { png } = frames[frame];
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [SIZE.width, SIZE.height], name);
    return createHash("sha256").update(png).digest("hex");
  });
  assert.deepEqual(Object.keys(scenes), ["open", "drop", "explain", "look", "live", "darken"]);
  assert.equal(new Set(looks).size, looks.length);
  const seconds = frames.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  assert.ok(seconds > 15 && seconds < 25, `${seconds} s`);
});

test("the animation in docs is small, and as long and as large as its story", () => {
  const bytes = readFileSync(path.join(ROOT, "docs", "animation.webp"));
  const { width, height, durations } = readAnimation(bytes);
  assert.deepEqual({ width, height }, SIZE);
  const seconds = durations.reduce((a, b) => a + b, 0) / 1000;
  assert.ok(seconds > 15 && seconds < 25, `${seconds} s in ${durations.length} frames`);
  assert.ok(bytes.length < 2 << 20, `${bytes.length} bytes`);
});
