/**
 * @param {number[]} values
 * @returns {number}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number[]} times */
export const summary = (times) => ({ median: median(times), min: Math.min(...times) });

/**
 * Tells that other programs took the machine away from an engine in most of its rounds. Threads that wait for each
 * other suffer most: on a busy machine two come out slower than one, which says nothing about them.
 * @param {{median_ms: number, min_ms: number}} times
 */
export const unsteady = ({ median_ms, min_ms }) => median_ms > 1.5 * min_ms;
