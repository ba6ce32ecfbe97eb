/** How long a page keeps its main thread busy. */

/** @typedef {{name: string, ph: string, pid: number, tid: number, tdur?: number, args?: any}} TraceEvent */

/**
 * Measures the tasks of a page's main thread while something goes on, in milliseconds of processor time: what other
 * programs take from the machine meanwhile is not counted.
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<unknown>} action
 * @returns {Promise<{count: number, total: number, longest: number}>}
 */
export async function traceTasks(page, action) {
  const browser = page.context().browser();
  if (!browser) throw new Error("the page has no browser to trace");
  await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing", "__metadata"] });
  // Tells the page's thread from those of other pages.
  const mark = `tasks-${Math.random()}`;
  await page.evaluate((name) => performance.mark(name), mark);
  await action();
  const trace = await browser.stopTracing();
  const events = /** @type {TraceEvent[]} */ (JSON.parse(trace.toString()).traceEvents);
  const own = events.find(({ name }) => name === mark);
  if (!own) throw new Error("the trace does not show the page");
  const durations = events
    .filter(({ name, ph, pid, tid }) => name.endsWith("RunTask") && ph === "X" && pid === own.pid && tid === own.tid)
    .map(({ tdur = 0 }) => tdur / 1000);
  return {
    count: durations.length,
    total: durations.reduce((sum, duration) => sum + duration, 0),
    longest: Math.max(0, ...durations),
  };
}
