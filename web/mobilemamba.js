/**
 * The engine: MobileMamba in a Web Worker, for any page.
 *
 *     const classifier = createClassifier();
 *     const { top } = await classifier.classify(file);
 *     console.log(top[0].label, top[0].p);
 *
 * One request runs at a time, the others wait. When the worker crashes, its request is rejected, a fresh worker takes
 * over and the model is loaded again: the next request works. Errors are ClassifierErrors with a code of protocol.js.
 */

import { ClassifierError } from "./errors.js";
import { WorkerLink } from "./worker-link.js";

/** @typedef {import("./protocol.js").BenchResult} BenchResult */
/** @typedef {import("./protocol.js").Explanation} Explanation */
/** @typedef {import("./protocol.js").Info} Info */
/** @typedef {import("./protocol.js").KernelChoice} KernelChoice */
/** @typedef {import("./protocol.js").ManifestSource} ManifestSource */
/** @typedef {import("./protocol.js").FileSource} FileSource */
/** @typedef {import("./protocol.js").ModelEntry} ModelEntry */
/** @typedef {import("./protocol.js").Prediction} Prediction */
/** @typedef {import("./protocol.js").Progress} Progress */
/** @typedef {import("./protocol.js").Result} Result */
/** @typedef {import("./protocol.js").Sound} Sound */

/**
 * @typedef {object} ClassifierOptions
 * @property {string | Blob} [model]   manifest id or a checkpoint of one's own; without it the manifest's first
 * @property {string} [kernel]         "auto" (default) or a name of kernels.js
 * @property {(progress: Progress) => void} [onProgress]  of loading and of the benchmark
 * @property {(choice: KernelChoice) => void} [onKernel]  which kernels a worker runs
 */

/**
 * @typedef {object} Classifier
 * @property {() => Promise<ModelEntry[]>} models
 * @property {(model?: string | Blob, options?: {signal?: AbortSignal}) => Promise<Info>} load
 * @property {(image: Blob | ImageBitmap, options?: {top?: number, signal?: AbortSignal}) => Promise<Result>} classify
 * @property {(index: number, options?: {signal?: AbortSignal}) => Promise<Explanation>} explain
 * @property {(query: string, options?: {ids?: string[], limit?: number, signal?: AbortSignal}) => Promise<Prediction[]>} find
 * @property {(language: string, model?: string | Blob) => Promise<Map<string, string>>} names
 * @property {(options?: {runs?: number, signal?: AbortSignal}) => Promise<BenchResult>} benchmark
 * @property {(url: string | URL) => Promise<Sound>} sound
 * @property {() => void} dispose
 */

const SITE = new URL("./", import.meta.url);
const MANIFEST = new URL("assets/models/index.json", SITE);
const OWN_LABELS = new URL("assets/labels/imagenet1k.tsv", SITE);
/** The same in other languages. @type {Record<string, URL>} */
const OWN_NAMES = { zh: new URL("assets/labels/imagenet1k.zh.tsv", SITE) };

/**
 * Starts a worker at once; the model is loaded by load() or by the first request that needs one.
 * @param {ClassifierOptions} [options]
 * @returns {Classifier}
 */
export function createClassifier({ model, kernel = "auto", onProgress, onKernel } = {}) {
  const link = new WorkerLink({
    url: new URL("worker.js", SITE),
    kernel,
    onReady: (choice) => onKernel?.(choice),
    onLost: () => {
      // Ahead of the next request, which tries again and reports it if this fails. Not after a load: what crashed
      // the worker would do so for ever.
      if (loaded && !loading) ensureLoaded().catch(() => {});
    },
  });

  /** @type {Promise<ModelEntry[]> | null} */
  let manifest = null;
  /**
   * The model that a worker holds, and the worker's number.
   * @type {{model: string | Blob | undefined, generation: number, info: Info} | null}
   */
  let loaded = null;
  /** Label files in other languages, by their URL. @type {Map<string, Promise<Map<string, string>>>} */
  const translations = new Map();
  /**
   * The last load, while it goes on.
   * @type {Promise<Info> | null}
   */
  let loading = null;

  function readManifest() {
    manifest ??= fetchManifest();
    // A failure is not kept: the next call tries again.
    manifest.catch(() => (manifest = null));
    return manifest;
  }

  /**
   * A model that fails to load leaves the one before it in use.
   * @param {string | Blob | undefined} wanted
   * @param {AbortSignal} [signal]
   * @returns {Promise<Info>}
   */
  function load(wanted, signal) {
    const attempt = request(wanted, signal).finally(() => {
      if (loading === attempt) loading = null;
    });
    loading = attempt;
    return attempt;
  }

  /**
   * @param {string | Blob | undefined} wanted
   * @param {AbortSignal} [signal]
   * @returns {Promise<Info>}
   */
  async function request(wanted, signal) {
    const source = wanted instanceof Blob ? fileSource(wanted) : manifestSource(await readManifest(), wanted);
    const info = await link.request({ type: "load", source }, { onProgress, signal });
    loaded = { model: wanted, generation: link.generation, info };
    return info;
  }

  /** Waits for a load that goes on, or loads the model again if the worker that held it is gone. */
  async function ensureLoaded() {
    if (loading) return loading;
    if (loaded?.generation === link.generation) return loaded.info;
    return load(loaded ? loaded.model : model);
  }

  return {
    /** The models of the site's manifest, the default first. */
    models() {
      return readManifest();
    },

    /** Loads a model: a manifest id, a .pth or .safetensors file, or the one that createClassifier was given. */
    load(wanted = model, { signal } = {}) {
      return load(wanted, signal);
    },

    /** Answers with the likeliest classes. An ImageBitmap is transferred and closed. */
    async classify(image, { top = 5, signal } = {}) {
      await ensureLoaded();
      const transfer = image instanceof Blob ? [] : [image];
      return link.request({ type: "classify", image, top }, { transfer, signal });
    },

    /** Says where in the picture classified last the score of a class comes from: a map that adds up to the logit. */
    async explain(index, { signal } = {}) {
      await ensureLoaded();
      return link.request({ type: "explain", index }, { signal });
    },

    /**
     * The likeliest classes for the picture classified last that have the words of the query in their label, or one
     * of the ids: those of classes that go by such a name in another language.
     */
    async find(query, { ids = [], limit = 10, signal } = {}) {
      await ensureLoaded();
      return link.request({ type: "find", query, ids, limit }, { signal });
    },

    /** What a model's classes are called in another language than English, by id; empty if nobody translated them. */
    async names(language, wanted = model) {
      const url =
        wanted instanceof Blob ? OWN_NAMES[language]?.href : translatedLabels(await readManifest(), wanted, language);
      if (!url) return new Map();
      const fetched = translations.get(url) ?? fetchNames(url);
      translations.set(url, fetched);
      fetched.catch(() => translations.delete(url));
      return fetched;
    },

    /** Times the loaded model on this device. */
    async benchmark({ runs = 50, signal } = {}) {
      await ensureLoaded();
      return link.request({ type: "bench", runs }, { onProgress, signal });
    },

    /** Decodes an MP3 of the site. */
    sound(url) {
      return link.request({ type: "sound", url: new URL(url, SITE).href });
    },

    dispose() {
      link.close();
    },
  };
}

/** @returns {Promise<ModelEntry[]>} */
async function fetchManifest() {
  const hint = "Check the connection and reload the page.";
  let text;
  try {
    const response = await fetch(MANIFEST);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    text = await response.text();
  } catch (error) {
    throw new ClassifierError("download-failed", `The list of models could not be loaded: ${reason(error)}.`, hint);
  }
  try {
    const { models } = JSON.parse(text);
    if (!Array.isArray(models) || models.length === 0) throw new Error("it lists no model");
    return models;
  } catch (error) {
    throw new ClassifierError("download-failed", `The list of models cannot be read: ${reason(error)}.`, hint);
  }
}

/**
 * @param {ModelEntry[]} models
 * @param {string | undefined} id
 * @returns {ManifestSource}
 */
function manifestSource(models, id) {
  const entry = entryOf(models, id);
  const weights = { ...entry.weights[0], url: new URL(entry.weights[0].url, MANIFEST).href };
  return { kind: "manifest", entry, labels: new URL(entry.labels, MANIFEST).href, weights };
}

/**
 * @param {ModelEntry[]} models
 * @param {string | undefined} id
 */
function entryOf(models, id) {
  const entry = id === undefined ? models[0] : models.find((candidate) => candidate.id === id);
  if (entry) return entry;
  const ids = models.map((candidate) => candidate.id).join(", ");
  throw new ClassifierError("no-model", `There is no model “${id}” here.`, `Choose one of: ${ids}.`);
}

/**
 * @param {ModelEntry[]} models
 * @param {string | undefined} id
 * @param {string} language
 * @returns {string | undefined} absolute URL
 */
function translatedLabels(models, id, language) {
  const labels = entryOf(models, id).translations?.[language]?.labels;
  return labels && new URL(labels, MANIFEST).href;
}

/**
 * Reads a label file: a line "index<TAB>id<TAB>name" a class.
 * @param {string} url
 * @returns {Promise<Map<string, string>>}
 */
async function fetchNames(url) {
  const response = await fetch(url);
  if (!response.ok) throw new ClassifierError("download-failed", `The names at ${url} could not be loaded.`);
  const lines = (await response.text()).trimEnd().split("\n");
  return new Map(lines.map((line) => /** @type {[string, string]} */ (line.trimEnd().split("\t").slice(1, 3))));
}

/**
 * @param {Blob} file
 * @returns {FileSource}
 */
function fileSource(file) {
  return { kind: "file", file, labels: OWN_LABELS.href };
}

/** @param {unknown} error */
function reason(error) {
  return error instanceof Error ? error.message : String(error);
}
