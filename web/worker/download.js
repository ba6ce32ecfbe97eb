/** The weights of a model: from this browser where it keeps them, else from the site; verified before use either way. */

import { ClassifierError } from "../errors.js";
import { discardWeights, findWeights, keepWeights, storageWorks } from "../model-store.js";
import { chunks, download, fileName, interrupted } from "../network.js";

/** @typedef {import("../protocol.js").Keeping} Keeping */
/** @typedef {import("../protocol.js").Progress} Progress */
/** @typedef {import("../protocol.js").WeightsFile} WeightsFile */
/** @typedef {(progress: Progress) => void} Report */
/** @typedef {{bytes: Uint8Array<ArrayBuffer>, kept: Keeping}} Weights */

/** For how long another tab or worker that is downloading the same weights is waited for, in milliseconds. */
const TURN = 60_000;

/** What was not what it should be; the browser's own cache may hold it, and is not asked again. @type {Set<string>} */
const doubtful = new Set();

/**
 * @param {WeightsFile} file
 * @param {Report} report
 * @returns {Promise<Weights>}
 */
export async function obtainWeights(file, report) {
  if (!(await storageWorks())) return { bytes: await fromSite(file, report), kept: "unavailable" };
  return inTurn(`mobilemamba ${file.sha256}`, async () => {
    const kept = await fromStore(file, report);
    if (kept) return { bytes: kept, kept: "kept" };
    const bytes = await fromSite(file, report);
    return { bytes, kept: await keepWeights(file.sha256, bytes) };
  });
}

/**
 * Two tabs, or the workers of one, download the same file once: the second finds what the first has kept.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} task
 * @returns {Promise<T>}
 */
async function inTurn(name, task) {
  if (!navigator.locks) return task();
  const patience = AbortSignal.timeout(TURN);
  let begun = false;
  try {
    return await navigator.locks.request(name, { signal: patience }, () => {
      begun = true;
      return task();
    });
  } catch (error) {
    if (begun || !patience.aborted) throw error;
    return task(); // Whoever has the turn is too slow to wait for.
  }
}

/**
 * @param {WeightsFile} file
 * @param {Report} report
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
 */
async function fromStore(file, report) {
  const response = await findWeights(file.sha256);
  if (!response) return null;
  const sink = collector(file, "browser", report);
  try {
    for await (const chunk of chunks(response)) sink.add(chunk);
    await verify(file, sink.end());
    return sink.bytes;
  } catch (error) {
    if (error instanceof ClassifierError && error.code === "out-of-memory") throw error;
    await discardWeights(file.sha256); // Damaged. The site has it whole.
    return null;
  }
}

/**
 * @param {WeightsFile} file
 * @param {Report} report
 */
async function fromSite(file, report) {
  const sink = collector(file, "site", report);
  const source = await download(file.url, doubtful.has(file.url) ? { cache: "reload" } : {});
  try {
    await source.read(sink.add);
    await verify(file, sink.end());
  } catch (error) {
    if (error instanceof ClassifierError && error.code === "wrong-hash") doubtful.add(file.url);
    throw error;
  }
  return sink.bytes;
}

/**
 * Gathers a body of known size. The manifest's size counts, not Content-Length: that one counts compressed bytes where
 * the host compresses.
 * @param {WeightsFile} file
 * @param {Progress["from"]} from
 * @param {Report} report
 */
function collector(file, from, report) {
  const bytes = allocate(file);
  let done = 0;
  const tell = () => report({ phase: "weights", done, total: file.bytes, from });
  tell();
  return {
    bytes,
    /** @param {Uint8Array<ArrayBuffer>} chunk */
    add(chunk) {
      if (done + chunk.length > file.bytes) throw wrong(file, `it is longer than ${file.bytes} bytes`);
      bytes.set(chunk, done);
      done += chunk.length;
      tell();
    },
    end() {
      if (done < file.bytes) throw interrupted(file.url, done, file.bytes);
      return bytes;
    },
  };
}

/** @param {WeightsFile} file */
function allocate(file) {
  try {
    return new Uint8Array(file.bytes);
  } catch {
    const message = `${fileName(file.url)} needs ${Math.round(file.bytes / 1e6)} MB of memory, which the browser does not give.`;
    throw new ClassifierError("out-of-memory", message, "Close other tabs, or choose a smaller model.");
  }
}

/**
 * @param {WeightsFile} file
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function verify(file, bytes) {
  // Missing on pages served over plain HTTP from another machine; the reader of checkpoints checks what it can there.
  if (!globalThis.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== file.sha256.toLowerCase()) throw wrong(file, "its SHA-256 differs");
}

/**
 * @param {WeightsFile} file
 * @param {string} why
 */
function wrong(file, why) {
  const message = `${fileName(file.url)} is not the file that the list of models names: ${why}.`;
  const hint = "It was damaged or replaced on its way. Try again: it is downloaded anew.";
  return new ClassifierError("wrong-hash", message, hint);
}
