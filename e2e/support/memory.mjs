/** What a page and its worker take, measured from outside. */

import { readFileSync, writeFileSync } from "node:fs";

/**
 * @typedef {object} Gauge
 * @property {() => void} reset  forgets the peak
 * @property {() => number} peak  the most that the page's process, its worker included, had in memory since; bytes
 * @property {() => number} browserPeak  the same of the browser's own process, which all pages share
 * @property {() => Promise<number>} wasm  the memory of the WebAssembly modules, which only grows; bytes
 * @property {() => Promise<number>} heap  of JavaScript in the page and the worker; bytes
 */

/**
 * Attaches to a page before it is opened. Peaks are Linux's own count of a process.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<Gauge>}
 */
export async function gauge(page) {
  const devtools = await page.context().newCDPSession(page);
  /** Sessions of the page's workers, the last one the one that lives. @type {string[]} */
  const workers = [];
  devtools.on("Target.attachedToTarget", ({ sessionId }) => workers.push(sessionId));
  await devtools.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  let last = 0;

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>}
   */
  function ask(method, params) {
    const id = ++last;
    return new Promise((resolve, reject) => {
      const listen = (/** @type {{message: string}} */ { message }) => {
        const reply = JSON.parse(message);
        if (reply.id !== id) return;
        devtools.off("Target.receivedMessageFromTarget", listen);
        if (reply.error) reject(new Error(reply.error.message));
        else resolve(reply.result);
      };
      devtools.on("Target.receivedMessageFromTarget", listen);
      const message = JSON.stringify({ id, method, params });
      devtools.send("Target.sendMessageToTarget", { sessionId: workers.at(-1), message }).catch(reject);
    });
  }

  const processes = await processesOf(page);
  return {
    reset: () => Object.values(processes).forEach((id) => writeFileSync(`/proc/${id}/clear_refs`, "5")),
    peak: () => statusOf(processes.page, "VmHWM"),
    browserPeak: () => statusOf(processes.browser, "VmHWM"),
    async wasm() {
      const prototype = await ask("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
      const { objects } = await ask("Runtime.queryObjects", { prototypeObjectId: prototype.result.objectId });
      const sum = "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }";
      const { result } = await ask("Runtime.callFunctionOn", {
        objectId: objects.objectId,
        functionDeclaration: sum,
        returnByValue: true,
      });
      return result.value;
    },
    async heap() {
      const inWorker = await ask("Runtime.getHeapUsage");
      const inPage = await devtools.send("Runtime.getHeapUsage");
      return inWorker.usedSize + inPage.usedSize;
    },
  };
}

/**
 * The process of a page, the one that grows when the page does, and the browser's, which holds its Blobs.
 * @param {import("playwright-core").Page} page
 */
async function processesOf(page) {
  const browser = page.context().browser();
  if (!browser) throw new Error("the page has no browser");
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  const candidates = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const resident = (/** @type {number} */ id) => statusOf(id, "VmRSS");
  const before = candidates.map(resident);
  await page.evaluate(() => {
    Object.assign(globalThis, { ballast: new Uint8Array(200 << 20).fill(1) });
  });
  const growth = candidates.map((id, i) => resident(id) - before[i]);
  await page.evaluate(() => {
    Reflect.deleteProperty(globalThis, "ballast");
  });
  const collector = await page.context().newCDPSession(page);
  await collector.send("HeapProfiler.collectGarbage");
  await collector.detach();
  return {
    page: candidates[growth.indexOf(Math.max(...growth))],
    browser: processInfo.filter(({ type }) => type === "browser")[0].id,
  };
}

/**
 * @param {number} process
 * @param {"VmRSS" | "VmHWM"} line
 * @returns {number} bytes
 */
function statusOf(process, line) {
  const status = readFileSync(`/proc/${process}/status`, "utf8");
  const [, kilobytes] = new RegExp(`^${line}:\\s*(\\d+) kB$`, "m").exec(status) ?? [];
  return Number(kilobytes) * 1024;
}
