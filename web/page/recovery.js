/** What the page does by itself when the engine stops, and what it offers when something else goes wrong. */

import { toFault } from "../errors.js";

/** @typedef {import("../mobilemamba.js").SiteModel} SiteModel */
/** @typedef {import("../protocol.js").ErrorCode} ErrorCode */
/** @typedef {import("../protocol.js").Fault} Fault */
/** @typedef {import("../protocol.js").ModelEntry} ModelEntry */

/**
 * A way out that a button offers.
 * @typedef {"retry" | "smaller" | "reload" | "camera" | "official" | "choose"} Remedy
 */

/**
 * What helps against what, the best first.
 * @type {Partial<Record<ErrorCode, Remedy[]>>}
 */
const REMEDIES = {
  "download-failed": ["retry"],
  "download-stalled": ["retry"],
  "checkpoint-unreachable": ["retry"],
  "wrong-hash": ["retry"],
  offline: ["retry"],
  "no-model": ["official", "choose"],
  "no-wasm": ["reload"],
  "out-of-memory": ["smaller", "retry"],
  "worker-crashed": ["retry", "reload"],
  panic: ["retry", "reload"],
  "bad-request": ["reload"],
  failed: ["retry", "reload"],
  "camera-denied": ["retry"],
  "camera-missing": ["camera", "retry"],
  "camera-busy": ["camera", "retry"],
  "camera-failed": ["camera", "retry"],
  "screen-denied": ["retry"],
  "screen-failed": ["retry"],
};

/**
 * @param {ErrorCode} code
 * @param {Partial<Record<Remedy, boolean>>} possible
 * @returns {Remedy[]}
 */
export function remediesFor(code, possible) {
  return (REMEDIES[code] ?? []).filter((remedy) => possible[remedy] === true);
}

/** The engine is lost with these through no fault of the request; asking once more may work. @type {ReadonlySet<ErrorCode>} */
const PASSING = new Set(["worker-crashed", "panic"]);

/**
 * Asks a second time if the first cost the engine; not a third time.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {(fault: Fault) => void} onSecondTry
 * @returns {Promise<T>}
 */
export async function askTwice(ask, onSecondTry) {
  try {
    return await ask();
  } catch (error) {
    const fault = toFault(error, "worker-crashed");
    if (!PASSING.has(fault.code)) throw error;
    onSecondTry(fault);
    return ask();
  }
}

/**
 * The largest download that is smaller than so many bytes.
 * @param {ModelEntry[]} models
 * @param {number} bytes
 * @returns {Required<Omit<SiteModel, "fetch">> | null}
 */
export function smallerModel(models, bytes) {
  const all = models.flatMap(({ id, weights }) =>
    weights.map((file) => ({ id, dtype: file.dtype, bytes: file.bytes })),
  );
  const [best] = all.filter((file) => file.bytes < bytes).sort((a, b) => b.bytes - a.bytes);
  return best ? { id: best.id, dtype: best.dtype } : null;
}
