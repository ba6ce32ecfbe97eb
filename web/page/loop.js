/**
 * Frame after frame of a video to the engine: one at a time, and always the latest. Where the video is ahead of the
 * engine, the engine gets the next frame before the page shows the answer to the last one: it need not wait for that.
 */

import { FATAL_CODES } from "../protocol.js";
import { toFault } from "../errors.js";

/** @typedef {import("../protocol.js").Result} Result */

/** The longer side of a frame at most, in pixels: no network sees more, and copying costs time. */
const MAX_SIDE = 1280;
/** The time constant of smoothing, in seconds: after it, what was seen before counts for a third (1/e). */
export const SMOOTHING = 0.5;

/**
 * @typedef {object} LoopOptions
 * @property {HTMLVideoElement} video
 * @property {import("../mobilemamba.js").Classifier} classifier
 * @property {ReturnType<typeof import("./pulse.js").createPulse>} pulse
 * @property {() => boolean} going     asked after every wait; false ends the loop
 * @property {() => boolean} smooth    whether the answers are averaged over time
 * @property {() => boolean} asking    whether onFrame asks the engine about the frame, which must be the last one then
 * @property {(result: Result) => Promise<void> | void} onFrame  awaited before the next answer, and before the next
 *   frame is taken if it asks about this one
 */

/**
 * Runs until going says no, or the engine fails. One that crashed is replaced by itself: the loop goes on with the
 * next frame, and gives up only if that one crashes too, be it when onFrame asks about it.
 * @param {LoopOptions} options
 */
export async function runLoop({ video, classifier, pulse, going, smooth, asking, onFrame }) {
  /** Whether the video has gone on since the last frame was taken. */
  let ahead = false;
  const next = () => {
    ahead = false;
    return nextFrame(video).then((count) => {
      ahead = true;
      return count;
    });
  };
  /** An answer that is not shown yet. @type {Result | null} */
  let answer = null;
  const show = async () => {
    const result = answer;
    answer = null;
    if (result && going()) await onFrame(result);
  };

  // What is shown already is no news to the browser, a film that stands still for one.
  let fresh = isShown(video) ? Promise.resolve(null) : next();
  let previous = 0;
  /** Counts the frames that the engine got. */
  let sent = 0;
  /** With which of them it crashed last. */
  let crashed = -1;
  // What a film showed before a jump says nothing about the place after it.
  const forget = () => (previous = 0);
  video.addEventListener("seeking", forget);
  try {
    for (;;) {
      try {
        if (!ahead || asking()) await show();
        if (!going()) return;
        const shown = await fresh;
        if (!going()) return;
        if (shown !== null) pulse.show(shown);
        // Awaited only after this frame is done: if the video has gone on by then, the loop need not wait. It takes what
        // the video shows at that time, the latest frame; those between are never looked at.
        fresh = next();
        const taken = performance.now();
        const weight = smooth() && previous ? 1 - Math.exp((previous - taken) / (1000 * SMOOTHING)) : 1;
        previous = taken;
        const frame = await takeFrame(video);
        sent++;
        const answering = classifier.classify(frame, { weight }).then((result) => {
          if (going()) pulse.answer(taken, performance.now());
          return result;
        });
        // The answer before, when this frame is on its way.
        [answer] = await Promise.all([answering, answer && pause().then(show)]);
      } catch (error) {
        if (!going()) return;
        // The browser knows the video's size before it has a frame that can be taken.
        if (error instanceof DOMException && error.name === "InvalidStateError") continue;
        if (sent - crashed <= 1 || !FATAL_CODES.has(toFault(error, "failed").code)) throw error;
        crashed = sent;
        pulse.restart();
        // What the video shows now is tried again: one that stands still has no other.
        fresh = Promise.resolve(null);
      }
    }
  } finally {
    video.removeEventListener("seeking", forget);
  }
}

/** Lets everything that is due happen first, what is to be sent for one. */
const pause = () => new Promise((resolve) => setTimeout(resolve));

/** @param {HTMLVideoElement} video */
const isShown = (video) => video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;

/** @param {HTMLVideoElement} video */
function takeFrame(video) {
  const { videoWidth, videoHeight } = video;
  const scale = MAX_SIDE / Math.max(videoWidth, videoHeight);
  if (scale >= 1) return createImageBitmap(video);
  return createImageBitmap(video, {
    resizeWidth: Math.max(1, Math.round(scale * videoWidth)),
    resizeHeight: Math.max(1, Math.round(scale * videoHeight)),
    resizeQuality: "medium",
  });
}

/**
 * Resolves when the video shows a frame that it has not shown before, with the browser's count of them; null where it
 * does not count.
 * @param {HTMLVideoElement} video
 * @returns {Promise<number | null>}
 */
function nextFrame(video) {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) {
      video.requestVideoFrameCallback((_now, { presentedFrames }) => resolve(presentedFrames));
      return;
    }
    const look = () => (isShown(video) ? resolve(null) : wait());
    const wait = () => requestAnimationFrame(look);
    wait();
  });
}
