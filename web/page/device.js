/** What can be learned of the device and the browser that the network runs in. */

/** How long the clock is watched, in milliseconds. */
const WATCH = 12;

/**
 * The smallest step that performance.now() was seen to make, in milliseconds: times below it mean nothing. Keeps the
 * page busy for a moment.
 * @param {() => number} [now]
 */
export function clockStep(now = () => performance.now()) {
  const start = now();
  let [last, step] = [start, Infinity];
  while (last - start < WATCH) {
    const time = now();
    // Half a microsecond is rounding of the numbers, no step.
    if (time - last > 0.0005) step = Math.min(step, time - last);
    last = time;
  }
  return step;
}

/**
 * @typedef {object} Device
 * @property {number} clockStep  milliseconds
 * @property {boolean} isolated  cross-origin isolated: the clock is finer
 * @property {number} cores
 * @property {number | null} pageHeap  bytes of JavaScript; null where the browser does not tell
 * @property {string} userAgent
 */

/** @returns {Device} */
export function surveyDevice() {
  // Chromium's own, and not in the types of the standard.
  const { memory } = /** @type {{memory?: {usedJSHeapSize: number}}} */ (/** @type {unknown} */ (performance));
  return {
    clockStep: clockStep(),
    isolated: globalThis.crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
    pageHeap: memory ? memory.usedJSHeapSize : null,
    userAgent: navigator.userAgent,
  };
}

/**
 * The benchmark of a device as a document for others.
 * @param {import("../protocol.js").BenchResult} bench
 * @param {Device} device
 * @param {import("../protocol.js").MemoryUse | null} memory
 */
export function benchmarkReport(bench, device, memory) {
  const report = { format: "mobilemamba-benchmark", version: 1, unit: "ms", ...bench, device, memory };
  return `${JSON.stringify(report, null, 2)}\n`;
}
