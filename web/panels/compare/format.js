/** Numbers of a comparison. */

import { formatMs } from "../../page/format.js";

/**
 * A difference between probabilities: kernels differ in the last digits of a float, models by much.
 * @param {number} delta
 */
export function formatDelta(delta) {
  if (delta === 0) return "0";
  return delta < 1e-4 ? delta.toExponential(1).replace("-", "−") : delta.toFixed(4);
}

/**
 * A dash for what a side does not have.
 * @param {number | null} ms
 */
export function formatTime(ms) {
  return ms === null ? "–" : formatMs(ms);
}

/** @param {number | null} times */
export function formatTimes(times) {
  return times === null ? "–" : times.toFixed(times < 10 ? 2 : 1);
}
