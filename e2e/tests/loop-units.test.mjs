/** The live loop, step by step, on a video and an engine that move when the test says so. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassifierError } from "../../web/errors.js";
import { createInquiry } from "../../web/page/inquiry.js";
import { runLoop } from "../../web/page/loop.js";
import { createPulse } from "../../web/page/pulse.js";
import { createPageStore } from "../../web/page/state.js";

Object.assign(globalThis, {
  HTMLMediaElement: { HAVE_CURRENT_DATA: 2 },
  createImageBitmap: async (/** @type {any} */ video) => ({ frame: video.frame, close() {} }),
});

/** Lets the loop do what it can: timers of the same length go off in the order in which they were set. */
async function settle() {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve));
}

/** @param {{asking?: boolean, crashesAt?: number[]}} [options]  the frames at which the engine is lost when it is asked */
function stage({ asking = false, crashesAt = [] } = {}) {
  /** @type {string[]} */
  const log = [];
  /** @type {((now: number, data: {presentedFrames: number}) => void)[]} */
  let waiting = [];
  const video = Object.assign(new EventTarget(), {
    readyState: 2,
    videoWidth: 64,
    videoHeight: 48,
    frame: 1,
    requestVideoFrameCallback: (/** @type {typeof waiting[number]} */ callback) => waiting.push(callback),
  });
  /** @type {((value: unknown) => void)[]} */
  const answers = [];
  let under = 0;
  const classifier = {
    classify(/** @type {{frame: number}} */ { frame }) {
      log.push(`frame ${frame}`);
      assert.equal(++under, 1, "one frame at a time");
      return new Promise((resolve) => answers.push(resolve)).then(() => {
        under--;
        return { frame };
      });
    },
  };
  const pulse = createPulse();
  let going = true;
  const loop = runLoop(
    /** @type {any} */ ({
      video,
      classifier,
      pulse,
      going: () => going,
      smooth: () => false,
      asking: () => asking,
      onFrame: async (/** @type {{frame: number}} */ { frame }) => {
        log.push(`show ${frame}`);
        if (asking) await settle();
        if (crashesAt.includes(frame)) throw new ClassifierError("worker-crashed", `The engine stopped at ${frame}.`);
        if (asking) log.push(`shown ${frame}`);
      },
    }),
  );
  async function present() {
    video.frame++;
    const due = waiting;
    waiting = [];
    for (const callback of due) callback(0, { presentedFrames: video.frame });
    await settle();
  }
  async function answer() {
    answers.shift()?.(undefined);
    await settle();
  }
  async function end() {
    going = false;
    await present();
    await answer();
    await loop;
  }
  return { log, pulse, present, answer, end, loop };
}

test("an engine that is behind gets the newest frame before the page shows the answer to the last one", async () => {
  const { log, pulse, present, answer, end } = stage();
  await settle();
  assert.deepEqual(log, ["frame 1"]);
  for (let i = 0; i < 3; i++) await present();
  assert.deepEqual(log, ["frame 1"], "the engine is busy");
  await answer();
  assert.deepEqual(log, ["frame 1", "frame 4", "show 1"], "at once, with the latest frame");
  await present();
  await answer();
  assert.deepEqual(log.slice(3), ["frame 5", "show 4"]);
  await answer();
  assert.deepEqual(log.slice(5), ["show 5"], "there is nothing newer to be sent first");
  const { answered, passed } = pulse.read();
  assert.equal(passed, 1, "the browser counted four frames, the one that was there at first aside");
  assert.equal(answered, 3);
  await end();
});

test("an engine that is ahead has its answer shown at once, and waits for the next frame", async () => {
  const { log, present, answer, end } = stage();
  await settle();
  await answer();
  assert.deepEqual(log, ["frame 1", "show 1"]);
  await present();
  assert.deepEqual(log.slice(2), ["frame 2"]);
  await answer();
  assert.deepEqual(log.slice(3), ["show 2"]);
  await end();
});

test("where the engine is asked about a frame, the next one waits until it has answered", async () => {
  const { log, present, answer, end } = stage({ asking: true });
  await settle();
  await present();
  await answer();
  await settle();
  await settle();
  assert.deepEqual(log, ["frame 1", "show 1", "shown 1", "frame 2"]);
  await end();
});

test("an engine that is lost when it is asked about a frame is replaced; at the next frame once more, and it is over", async () => {
  const { log, pulse, present, answer, loop } = stage({ asking: true, crashesAt: [1, 3, 4] });
  const outcome = loop.then(String, String);
  await settle();
  for (let frame = 1; frame <= 4; frame++) {
    await present();
    await answer();
    await settle();
    await settle();
  }
  assert.deepEqual(log, [
    "frame 1",
    "show 1",
    "frame 2",
    "show 2",
    "shown 2",
    "frame 3",
    "show 3",
    "frame 4",
    "show 4",
  ]);
  assert.match(await outcome, /stopped at 4/);
  assert.equal(pulse.read().restarts, 2);
});

test("a map that a model just loaded cannot draw is left alone; what cost the engine is not", async () => {
  const store = createPageStore("en");
  let code = /** @type {import("../../web/protocol.js").ErrorCode} */ ("no-picture");
  const explain = () => Promise.reject(new ClassifierError(code, code));
  const onError = (/** @type {unknown} */ error) => assert.fail(String(error));
  const inquiry = createInquiry(/** @type {any} */ ({ store, classifier: { explain }, onError }));
  const explanation = /** @type {import("../../web/protocol.js").Explanation} */ ({ index: 3 });
  store.update({ explanation });
  for (code of /** @type {const} */ (["no-picture", "bad-request"])) await inquiry.renewExplanation();
  assert.equal(store.get().explanation, explanation);
  code = "failed";
  await assert.rejects(inquiry.renewExplanation(), /failed/);
  const late = inquiry.renewExplanation();
  store.update({ explanation: null });
  await late;
  store.update({ explanation });
  code = "panic";
  const lost = inquiry.renewExplanation();
  store.update({ explanation: null });
  await assert.rejects(lost, /panic/);
});
