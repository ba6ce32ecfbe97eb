/**
 * The engine: MobileMamba in a Web Worker, for any page.
 *
 *     const classifier = createClassifier();
 *     const { top } = await classifier.classify(file);
 *     console.log(top[0].label, top[0].p);
 *
 * Requests are answered one after the other, in the order in which they came. Aborting the one that runs replaces the
 * worker, which stops it at once; the next request loads the model again. The same happens when the worker crashes: its
 * request is rejected, the next one works. Errors are ClassifierErrors with a code of protocol.js, or the signal's reason.
 *
 * A page may have several classifiers, for work in parallel: they share the compiled module, and the weights through
 * the browser's storage.
 */

import { ClassifierError } from "./errors.js";
import { fetchManifest, namesUrl, toSource } from "./manifest.js";
import { downloadPicture, downloadText } from "./network.js";
import { keptOfficialModels, officialModels, rememberOfficial } from "./official.js";
import { WorkerLink } from "./worker-link.js";

export { ClassifierError };

/** @typedef {import("./protocol.js").BenchResult} BenchResult */
/** @typedef {import("./protocol.js").Explanation} Explanation */
/** @typedef {import("./protocol.js").FeatureMaps} FeatureMaps */
/** @typedef {import("./protocol.js").Info} Info */
/** @typedef {import("./protocol.js").KernelChoice} KernelChoice */
/** @typedef {import("./protocol.js").MemoryUse} MemoryUse */
/** @typedef {import("./protocol.js").ModelEntry} ModelEntry */
/** @typedef {import("./protocol.js").Prediction} Prediction */
/** @typedef {import("./protocol.js").Progress} Progress */
/** @typedef {import("./protocol.js").RequestBody} RequestBody */
/** @typedef {import("./protocol.js").Result} Result */
/** @typedef {import("./protocol.js").Sound} Sound */
/** @typedef {import("./protocol.js").Started} Started */

/**
 * A model of the site's manifest, or one of the authors' checkpoints.
 * @typedef {object} SiteModel
 * @property {string} [id]     without it the manifest's first
 * @property {boolean} [fetch]  a checkpoint of the authors' that this browser does not have may be asked of their server
 * @property {string} [dtype]  which of its files of weights: "f32", "f16" or "i8"; without it the first
 */

/**
 * A checkpoint of one's own.
 * @typedef {object} OwnModel
 * @property {Blob} file      .pth of the official trainer, or .safetensors
 * @property {Blob} [labels]  names of its classes: text, a table or JSON, see labels.js
 */

/**
 * An id of the manifest and a file may stand for themselves.
 * @typedef {SiteModel | OwnModel | string | Blob} ModelWish
 */

/**
 * What can be classified: an encoded picture, whatever a browser can draw, the current frame of a video, or the address
 * of a picture, whose server must allow it (CORS).
 * @typedef {Blob | ImageBitmapSource | string | URL} Picture
 */

/**
 * @typedef {object} ClassifierOptions
 * @property {ModelWish} [model]       without it the manifest's first
 * @property {string} [kernel]         "auto" (default) or a name of kernels.js
 * @property {(progress: Progress) => void} [onProgress]  of loading and of the benchmark
 * @property {(choice: KernelChoice) => void} [onKernel]  which kernels a worker runs
 */

/**
 * @typedef {object} Classifier
 * @property {() => Promise<ModelEntry[]>} models  of the site's manifest, the default first, and the authors'
 *   checkpoints that this browser has
 * @property {() => Promise<ModelEntry[]>} officialModels  all checkpoints of the authors'
 * @property {(model?: ModelWish, options?: {signal?: AbortSignal}) => Promise<Info>} load
 *   a model, or the one that createClassifier was given; if it fails, the one before stays in use
 * @property {() => SiteModel | OwnModel | null} current  the loaded model, as another classifier takes it; null: none
 * @property {(picture: Picture, options?: {top?: number, weight?: number, signal?: AbortSignal}) => Promise<Result>} classify
 *   answers with the likeliest classes; an ImageBitmap is transferred and closed. The frames of a film can be averaged:
 *   weight, over 0 to 1, is the share of this one, and those before it have the rest
 * @property {() => Promise<Blob>} frame  what was classified last and was no encoded picture, pixel by pixel: a PNG
 * @property {(index: number, options?: {signal?: AbortSignal}) => Promise<Explanation>} explain
 *   where in the picture classified last the score of a class comes from: a map that adds up to the logit
 * @property {(block: string, options?: {part?: string, channels?: number, signal?: AbortSignal}) => Promise<FeatureMaps[]>} inspect
 *   the liveliest channels of what a block computed for the picture classified last, of all its parts or of one
 * @property {(query: string, options?: {ids?: string[], limit?: number, signal?: AbortSignal}) => Promise<Prediction[]>} find
 *   the likeliest classes for the picture classified last that have the words of the query in their label, or one of
 *   the ids: those of classes that go by such a name in another language
 * @property {(language: string, model?: ModelWish) => Promise<Map<string, string>>} names
 *   what a model's classes are called in another language than English, by id; empty if nobody translated them
 * @property {(options?: {runs?: number, signal?: AbortSignal}) => Promise<BenchResult>} benchmark
 *   times the loaded model on this device
 * @property {() => Promise<MemoryUse>} memory  that the engine takes of the device
 * @property {(url: string | URL) => Promise<Sound>} sound  decodes an MP3 of the site
 * @property {() => void} dispose  ends the worker; whatever is under way is rejected
 */

const SITE = new URL("./", import.meta.url);
const WORKER = new URL("worker.js", SITE);

/** What workers of this page were started with, by the wish for kernels. @type {Map<string, Started>} */
const compiled = new Map();

/**
 * Starts a worker at once; the model is loaded by load() or by the first request that needs one.
 * @param {ClassifierOptions} [options]
 * @returns {Classifier}
 */
export function createClassifier({ model, kernel = "auto", onProgress, onKernel } = {}) {
  const link = new WorkerLink({
    url: WORKER,
    init: () => ({ type: "init", kernel, started: compiled.get(kernel) }),
    onReady: (started) => {
      compiled.set(kernel, started);
      onKernel?.(started.kernel);
    },
    onLost: () => {
      // Ahead of the next request, which tries again and reports it if this fails. Not after a load: what crashed
      // the worker would do so for ever.
      if (loaded && !loading) inTurn(() => ensureLoaded()).catch(() => {});
    },
  });

  /** @type {Promise<ModelEntry[]> | null} */
  let manifest = null;
  /** The model that a worker holds, and the worker's number. @type {{model: SiteModel | OwnModel, generation: number} | null} */
  let loaded = null;
  /** Label files in other languages, by their URL. @type {Map<string, Promise<Map<string, string>>>} */
  const translations = new Map();
  let loading = false;
  /** Settles when everything asked for so far is done. @type {Promise<unknown>} */
  let tail = Promise.resolve();

  function models() {
    manifest ??= fetchManifest().then(async (site) => {
      const ids = new Set(site.map(({ id }) => id));
      return [...site, ...(await keptOfficialModels()).filter(({ id }) => !ids.has(id))];
    });
    // A failure is not kept: the next call tries again.
    manifest.catch(() => (manifest = null));
    return manifest;
  }

  /**
   * A request and the load that it may need go together: another worker in between would not have the model.
   * @template T
   * @param {() => Promise<T>} task
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  function inTurn(task, signal) {
    const turn = tail.then(() => {
      signal?.throwIfAborted();
      return task();
    });
    tail = turn.catch(() => {});
    return abortable(turn, signal);
  }

  /**
   * @param {ModelWish} wish
   * @param {AbortSignal} [signal]
   * @returns {Promise<Info>}
   */
  async function loadNow(wish, signal) {
    loading = true;
    try {
      const wanted = normalise(wish);
      const source = toSource(wanted, await candidates(wanted));
      const info = await link.request({ type: "load", source }, { onProgress, signal });
      if (source.kind === "official" && info.digest) {
        rememberOfficial(source.entry.id, info.digest);
        manifest = null; // It may have one more now.
      }
      loaded = { model: wanted, generation: link.generation };
      return info;
    } finally {
      loading = false;
    }
  }

  /**
   * The models that a wish chooses from.
   * @param {SiteModel | OwnModel} wanted
   * @returns {Promise<ModelEntry[]>}
   */
  async function candidates(wanted) {
    if ("file" in wanted) return [];
    return wanted.fetch ? officialModels() : models();
  }

  /**
   * Loads the model if no worker has it, or the one that had it is gone.
   * @param {AbortSignal} [signal]
   */
  async function ensureLoaded(signal) {
    if (loaded?.generation !== link.generation) await loadNow(loaded?.model ?? model ?? {}, signal);
  }

  /**
   * @param {RequestBody} body
   * @param {import("./worker-link.js").RequestOptions} options
   * @returns {Promise<any>}
   */
  function ask(body, options) {
    return inTurn(async () => {
      await ensureLoaded(options.signal);
      return link.request(body, options);
    }, options.signal);
  }

  return {
    models,

    officialModels,

    load(wish = model ?? {}, { signal } = {}) {
      return inTurn(() => loadNow(wish, signal), signal);
    },

    current: () => loaded?.model ?? null,

    async classify(picture, { top = 5, weight = 1, signal } = {}) {
      signal?.throwIfAborted();
      const image = await toImage(picture, signal);
      const transfer = image instanceof Blob ? [] : [image];
      try {
        return await ask({ type: "classify", image, top, weight }, { transfer, signal });
      } finally {
        if (!(image instanceof Blob)) image.close(); // It may never have been sent.
      }
    },

    frame() {
      return inTurn(() => link.request({ type: "frame" }));
    },

    explain(index, { signal } = {}) {
      return ask({ type: "explain", index }, { signal });
    },

    inspect(block, { part = "", channels = 8, signal } = {}) {
      return ask({ type: "inspect", block, part, channels }, { signal });
    },

    find(query, { ids = [], limit = 10, signal } = {}) {
      return ask({ type: "find", query, ids, limit }, { signal });
    },

    async names(language, wish = model ?? {}) {
      const wanted = normalise(wish);
      const url = namesUrl(wanted, await candidates(wanted), language);
      if (!url) return new Map();
      const fetched = translations.get(url) ?? downloadText(url).then(toNames);
      translations.set(url, fetched);
      fetched.catch(() => translations.delete(url));
      return fetched;
    },

    benchmark({ runs = 50, signal } = {}) {
      return ask({ type: "bench", runs }, { onProgress, signal });
    },

    memory() {
      return inTurn(() => link.request({ type: "memory" }));
    },

    sound(url) {
      return inTurn(() => link.request({ type: "sound", url: new URL(url, SITE).href }));
    },

    dispose() {
      link.close();
    },
  };
}

/**
 * @param {ModelWish} wish
 * @returns {SiteModel | OwnModel}
 */
function normalise(wish) {
  if (typeof wish === "string") return { id: wish };
  return wish instanceof Blob ? { file: wish } : wish;
}

/**
 * @param {string} text  of a label file: a line "index<TAB>id<TAB>name" a class
 * @returns {Map<string, string>}
 */
function toNames(text) {
  const lines = text.trimEnd().split("\n");
  return new Map(lines.map((line) => /** @type {[string, string]} */ (line.trimEnd().split("\t").slice(1, 3))));
}

/**
 * Encoded pictures go to the worker as they are: what it decodes itself gives the same answer in every browser.
 * @param {Picture} picture
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob | ImageBitmap>}
 */
async function toImage(picture, signal) {
  if (picture instanceof Blob || picture instanceof ImageBitmap) return picture;
  if (typeof picture === "string" || picture instanceof URL) {
    if (!URL.canParse(picture, document.baseURI)) {
      throw new ClassifierError("bad-request", `“${picture}” is no address.`, "It begins with https://.");
    }
    return downloadPicture(new URL(picture, document.baseURI), { signal });
  }
  try {
    return await createImageBitmap(picture);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = "A video must have loaded a frame, and pictures of other sites must be readable (CORS).";
    throw new ClassifierError("not-an-image", `There are no pixels to read: ${why}`, hint);
  }
}

/**
 * The promise, or the signal's reason as soon as it is aborted.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
function abortable(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
