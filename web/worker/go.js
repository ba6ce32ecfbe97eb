/** Starts the Go module and watches over it. */

import "../wasm_exec.js";
import { ClassifierError } from "../errors.js";
import { download } from "../network.js";

/** @typedef {import("../protocol.js").BenchResult} BenchResult */
/** @typedef {import("../protocol.js").Explanation} Explanation */
/** @typedef {import("../protocol.js").FeatureMaps} FeatureMaps */
/** @typedef {import("../protocol.js").Info} Info */
/** @typedef {import("../protocol.js").MemoryUse} MemoryUse */
/** @typedef {import("../protocol.js").ModelEntry} ModelEntry */
/** @typedef {import("../protocol.js").Prediction} Prediction */
/** @typedef {import("../protocol.js").Result} Result */
/** @typedef {import("../protocol.js").Sound} Sound */

/**
 * What the Go module registers as globalThis.mobilemamba. A rejection is a Fault.
 * @typedef {object} Module
 * @property {(request: {weights: Uint8Array | Blob, entry?: ModelEntry, labels?: string, ownLabels?: boolean, kernel?: string, resolution?: number}) => Promise<Info>} load
 * @property {(size: {width: number, height: number}) => Promise<number>} room
 * @property {(request: ({bytes: Uint8Array} | {width: number, height: number}) & {top: number, weight?: number}) => Promise<Result>} classify
 * @property {(request: {index: number}) => Promise<Explanation>} explain
 * @property {(request: {block: string, part: string, channels: number}) => Promise<{parts: FeatureMaps[]}>} inspect
 * @property {(request: {query: string, ids: string[], limit: number}) => Promise<{classes: Prediction[]}>} find
 * @property {(request: {runs: number, progress: (done: number, of: number) => void}) => Promise<BenchResult>} bench
 * @property {(request: object) => Promise<Omit<MemoryUse, "module">>} memory
 * @property {(request: {bytes: Uint8Array}) => Promise<Sound>} sound
 * @property {WebAssembly.Memory} linear  the module's own; put here by startGo
 */

/** What wasm_exec.js and the Go module put into the worker's global scope. */
const scope =
  /** @type {{
   *   Go: new () => {importObject: WebAssembly.Imports, run(instance: WebAssembly.Instance): Promise<void>, exit(code: number): void},
   *   fs: {writeSync(fd: number, bytes: Uint8Array): number},
   *   mobilemamba: Module,
   *   onMobileMambaReady?: () => void,
   * }} */ (/** @type {unknown} */ (globalThis));

/**
 * Downloads and compiles a module.
 * @param {URL} url
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(url) {
  const { hand } = await download(url);
  try {
    // The response goes in untouched, without a counter of bytes around it: only so can the browser keep the compiled
    // code in its cache. Some static hosts do not know the type of .wasm files, which rules out streaming.
    return await hand(async (response) =>
      response.headers.get("Content-Type")?.startsWith("application/wasm")
        ? WebAssembly.compileStreaming(response)
        : WebAssembly.compile(await response.arrayBuffer()),
    );
  } catch (error) {
    throw error instanceof ClassifierError ? error : unfit(error);
  }
}

/**
 * Resolves when the module has announced itself.
 * @param {WebAssembly.Module} module
 * @param {(error: ClassifierError) => void} onExit  the program ended, which it never should
 * @returns {Promise<Module>}
 */
export async function startGo(module, onExit) {
  const output = keepOutput();
  const go = new scope.Go();
  go.exit = () => {}; // Would log the exit code; run() resolves all the same.
  const instance = await instantiate(module, go.importObject);

  await new Promise((resolve, reject) => {
    scope.onMobileMambaReady = () => resolve(undefined);
    go.run(instance).then(() => {
      const error = crash(output.tail());
      reject(error);
      onExit(error);
    }, reject);
  });
  // Go exports its memory under this name.
  return Object.assign(scope.mobilemamba, { linear: /** @type {WebAssembly.Memory} */ (instance.exports.mem) });
}

/**
 * Says whether a program that ended, or an exception that left it, was short of memory.
 * @param {string} detail  what Go printed, or the exception's message
 * @returns {ClassifierError}
 */
export function crash(detail) {
  if (/out of memory|cannot allocate memory|memory allocation/i.test(detail)) {
    const hint = "Close other tabs, or choose a smaller model or picture.";
    return new ClassifierError("out-of-memory", "The engine ran out of memory.", hint);
  }
  const line =
    detail.split("\n").find((text) => /^(panic|fatal error|runtime error):/.test(text)) ?? detail.split("\n")[0];
  const hint = "The engine restarts by itself: try again.";
  return new ClassifierError("worker-crashed", line ? `The engine stopped: ${line}` : "The engine stopped.", hint);
}

/**
 * @param {WebAssembly.Module} module
 * @param {WebAssembly.Imports} imports
 * @returns {Promise<WebAssembly.Instance>}
 */
async function instantiate(module, imports) {
  try {
    return await WebAssembly.instantiate(module, imports);
  } catch (error) {
    throw unfit(error);
  }
}

/** @param {unknown} error */
function unfit(error) {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError) return crash(`out of memory: ${detail}`);
  return new ClassifierError("no-wasm", `The engine does not run in this browser: ${detail}`, "Use a current browser.");
}

/** Keeps the end of what the Go program prints instead of logging it: a crash report is printed, not returned. */
function keepOutput() {
  let text = "";
  const decoder = new TextDecoder();
  scope.fs.writeSync = (_fd, bytes) => {
    text = (text + decoder.decode(bytes, { stream: true })).slice(-8192);
    return bytes.length;
  };
  return { tail: () => text };
}
