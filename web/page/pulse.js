/** How the live classification goes: its rate, its latencies, the frames that it passed over. */

import { median } from "./medians.js";

/** So many latencies are kept for the drawing. */
export const REMEMBERED = 60;
/** How much a new interval between two answers counts in the rate. */
const RATE_WEIGHT = 0.1;

/**
 * @typedef {object} Pulse
 * @property {number} fps          answers a second; 0 until it is known
 * @property {number[]} latencies  of the last answers in milliseconds: from taking the frame to having its answer
 * @property {number} median       of them
 * @property {number} answered     frames since the start
 * @property {number | null} passed  frames that were shown and not looked at; null: the browser does not count them
 * @property {number} restarts     of the engine
 */

/** Counts from the start of a source on. */
export function createPulse() {
  const ring = new Float64Array(REMEMBERED);
  let answered = 0;
  let interval = 0;
  let last = 0;
  let restarts = 0;
  /** Frames shown since the start; null: nobody counts them. @type {number | null} */
  let shown = null;
  let lastCount = 0;

  function latencies() {
    const kept = Math.min(answered, REMEMBERED);
    return Array.from({ length: kept }, (_, i) => ring[(answered - kept + i) % REMEMBERED]);
  }

  return {
    /**
     * @param {number} taken  when the frame was taken, in milliseconds
     * @param {number} now    when its answer came
     */
    answer(taken, now) {
      ring[answered++ % REMEMBERED] = now - taken;
      if (last) interval = interval ? interval + RATE_WEIGHT * (now - last - interval) : now - last;
      last = now;
    },

    /**
     * The browser's own count of the frames that it has shown, which begins anew with every source.
     * @param {number} count
     */
    show(count) {
      shown = (shown ?? 0) + (lastCount && count > lastCount ? count - lastCount : 1);
      lastCount = count;
    },

    /** A pause is no slow answer, and the frames in it were not passed over. */
    rest() {
      last = lastCount = 0;
    },

    restart: () => restarts++,

    /** @returns {Pulse} */
    read() {
      const kept = latencies();
      return {
        fps: interval ? 1000 / interval : 0,
        latencies: kept,
        median: answered ? median(kept) : 0,
        answered,
        passed: shown === null ? null : Math.max(0, shown - answered),
        restarts,
      };
    },
  };
}
