/**
 * Many pictures through several classifiers at once, each in a worker of its own:
 *
 *     await classifyAll(files, {
 *       onResult: (i, { top }) => console.log(files[i].name, top[0].label),
 *       onError: (i, error) => console.log(files[i].name, error.message),
 *     });
 *
 * Whichever worker is free takes the next picture, so that a slow one holds up nobody. Pictures are read and decoded
 * in the workers. A picture that takes its worker down costs an error of its own and a fresh worker, no more.
 */

import { ClassifierError, fromFault, toFault } from "./errors.js";
import { createClassifier } from "./mobilemamba.js";
import { FATAL_CODES } from "./protocol.js";

/** @typedef {import("./mobilemamba.js").Classifier} Classifier */
/** @typedef {import("./mobilemamba.js").ClassifierOptions} ClassifierOptions */
/** @typedef {import("./protocol.js").ErrorCode} ErrorCode */
/** @typedef {import("./protocol.js").Info} Info */
/** @typedef {import("./protocol.js").Progress} Progress */
/** @typedef {import("./protocol.js").Result} Result */

/**
 * @typedef {object} PoolOptions
 * @property {import("./mobilemamba.js").ModelWish} [model]  as in createClassifier
 * @property {string} [kernel]          as in createClassifier
 * @property {number} [workers]         how many at most; without it what suits this device
 * @property {number} [top]             classes a picture
 * @property {number} [patience]        milliseconds that a picture may take before its worker is replaced
 * @property {AbortSignal} [signal]     stops the run at once; it then rejects with the signal's reason
 * @property {(progress: Progress) => void} [onProgress]  of the first worker's download
 * @property {(info: Info, ready: number) => void} [onReady]  one more worker has its model; so many have by now
 * @property {(index: number, result: Result, by: Classifier) => void} [onResult]
 *   in the order of arrival; by has seen this picture last until this function returns
 * @property {(index: number, error: ClassifierError) => void} [onError]  for this picture; the others go on
 * @property {(options: ClassifierOptions) => Classifier} [create]
 */

const PATIENCE = 60_000;

/** A worker that dies so often in a row does not die of its pictures. */
const DEATHS = 3;

/**
 * What can be said against a picture; whatever else a classifier says concerns the model or the device.
 * @type {ReadonlySet<ErrorCode>}
 */
const PICTURE_CODES = new Set(["not-an-image", "unsupported-image", "image-damaged", "image-too-large", "failed"]);

/**
 * How many workers suit a device: one a core, but for one that the page keeps where there are many, and one a
 * gigabyte. A worker of the largest model takes some 300 MB.
 * @param {{hardwareConcurrency?: number, deviceMemory?: number}} device  navigator, which not everywhere tells the memory
 * @returns {number}
 */
export function workersFor({ hardwareConcurrency = 2, deviceMemory = 4 }) {
  const cores = hardwareConcurrency > 3 ? hardwareConcurrency - 1 : hardwareConcurrency;
  return Math.max(1, Math.min(cores, Math.floor(deviceMemory), 8));
}

/**
 * Resolves when every picture has its result or its error. Rejects if no worker can go on, a model that cannot be
 * loaded for one; what has no answer then can be given to another call.
 * @param {Iterable<Blob>} pictures
 * @param {PoolOptions} [options]
 * @returns {Promise<void>}
 */
export async function classifyAll(pictures, options = {}) {
  const { signal, create = createClassifier } = options;
  signal?.throwIfAborted();
  const workers = options.workers ?? workersFor(/** @type {Navigator & {deviceMemory?: number}} */ (navigator));
  const queue = createQueue(pictures);
  /** @type {Classifier[]} */
  const classifiers = [];
  let ready = 0;
  /** @type {unknown} */
  let reason;

  /** @param {boolean} first */
  async function employ(first) {
    const classifier = create({
      model: options.model,
      kernel: options.kernel,
      onProgress: first ? options.onProgress : undefined,
    });
    classifiers.push(classifier);
    try {
      const info = await classifier.load();
      options.onReady?.(info, ++ready);
      return classifier;
    } catch (error) {
      reason = error;
      return null;
    }
  }

  /** @param {Classifier} classifier */
  async function work(classifier) {
    try {
      await drain(classifier, queue, options);
    } catch (error) {
      reason = error;
      classifier.dispose();
    }
  }

  /** @type {Promise<never>} */
  const stopped = new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  const finished = (async () => {
    // What the first one downloads and compiles, the others find in the browser.
    const first = await employ(true);
    if (!first) throw reason;
    const others = Array.from({ length: Math.min(workers, queue.length) - 1 }, async () => {
      const classifier = await employ(false);
      if (classifier) await work(classifier);
    });
    await Promise.all([work(first), ...others]);
    if (queue.length > 0) throw reason;
  })();
  // If it is stopped, nobody waits for this any more.
  finished.catch(() => {});
  try {
    await Promise.race([finished, stopped]);
  } finally {
    for (const classifier of classifiers) classifier.dispose();
  }
}

/**
 * @typedef {object} Job
 * @property {number} index
 * @property {Blob} picture
 */

/** @param {Iterable<Blob>} pictures */
function createQueue(pictures) {
  const waiting = Array.from(pictures, (picture, index) => ({ index, picture }));
  let next = 0;
  /** @type {Job[]} */
  const returned = [];
  return {
    /** @returns {Job | undefined} */
    take: () => returned.pop() ?? waiting[next++],
    /** @param {Job} job */
    giveBack: (job) => void returned.push(job),
    get length() {
      return Math.max(0, waiting.length - next) + returned.length;
    },
  };
}

/**
 * Classifies what the queue has, until it is empty. Throws what ails the classifier.
 * @param {Classifier} classifier
 * @param {ReturnType<typeof createQueue>} queue
 * @param {PoolOptions} options
 */
async function drain(classifier, queue, { top = 5, patience = PATIENCE, signal, onResult, onError }) {
  let deaths = 0;
  for (let job = queue.take(); job; job = queue.take()) {
    const { index, picture } = job;
    let result;
    try {
      result = await patiently(patience, (limit) => classifier.classify(picture, { top, signal: limit }));
    } catch (error) {
      if (signal?.aborted) return;
      const fault = toFault(error, "worker-crashed");
      const fatal = FATAL_CODES.has(fault.code);
      deaths = fatal ? deaths + 1 : 0;
      if (deaths > DEATHS || (!fatal && !PICTURE_CODES.has(fault.code))) {
        queue.giveBack(job);
        throw error;
      }
      onError?.(index, fromFault(fault));
      continue;
    }
    if (signal?.aborted) return;
    deaths = 0;
    onResult?.(index, result, classifier);
  }
}

/**
 * @template T
 * @param {number} patience
 * @param {(limit: AbortSignal) => Promise<T>} request
 * @returns {Promise<T>}
 */
async function patiently(patience, request) {
  const control = new AbortController();
  const late = new ClassifierError(
    "worker-crashed",
    `There was no answer within ${Math.round(patience / 1000)} s.`,
    "Open the picture by itself to try again.",
  );
  const timer = setTimeout(() => control.abort(late), patience);
  try {
    return await request(control.signal);
  } finally {
    clearTimeout(timer);
  }
}
