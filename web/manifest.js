/** The site's list of models, assets/models/index.json, and where their files are. */

import { ClassifierError, toFault } from "./errors.js";
import { downloadText } from "./network.js";

/** @typedef {import("./mobilemamba.js").OwnModel} OwnModel */
/** @typedef {import("./mobilemamba.js").SiteModel} SiteModel */
/** @typedef {import("./protocol.js").FileSource} FileSource */
/** @typedef {import("./protocol.js").ManifestSource} ManifestSource */
/** @typedef {import("./protocol.js").ModelEntry} ModelEntry */
/** @typedef {import("./protocol.js").OfficialSource} OfficialSource */
/** @typedef {import("./protocol.js").WeightsFile} WeightsFile */

const MANIFEST = new URL("assets/models/index.json", import.meta.url);
const DEFAULT_LABELS = new URL("assets/labels/imagenet1k.tsv", import.meta.url);
/** The same in other languages. @type {Record<string, URL>} */
const DEFAULT_NAMES = { zh: new URL("assets/labels/imagenet1k.zh.tsv", import.meta.url) };

/** @returns {Promise<ModelEntry[]>} */
export function fetchManifest() {
  return fetchModels(MANIFEST);
}

/**
 * Reads a list of models. Where it has a base of its own, the URLs of weights are made absolute with it.
 * @param {URL} url
 * @returns {Promise<ModelEntry[]>}
 */
export async function fetchModels(url) {
  const hint = "Check the connection and try again.";
  let text;
  try {
    text = await downloadText(url);
  } catch (error) {
    const { code, message } = toFault(error, "download-failed");
    throw new ClassifierError(code, `The list of models could not be loaded. ${message}`, hint);
  }
  try {
    const { base, models } = JSON.parse(text);
    if (!Array.isArray(models) || models.length === 0) throw new Error("it lists no model");
    if (base === undefined) return models;
    return models.map((entry) => ({
      ...entry,
      weights: entry.weights.map((/** @type {WeightsFile} */ file) => ({ ...file, url: new URL(file.url, base).href })),
    }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClassifierError("download-failed", `The list of models cannot be read: ${why}.`, hint);
  }
}

/**
 * What a worker is told about a model.
 * @param {SiteModel | OwnModel} wanted
 * @param {ModelEntry[]} models  of the manifest; not needed for a checkpoint of one's own
 * @returns {ManifestSource | FileSource | OfficialSource}
 */
export function toSource(wanted, models) {
  if ("file" in wanted) {
    const { file, labels } = wanted;
    return { kind: "file", file, labels, defaultLabels: DEFAULT_LABELS.href, resolution: resolutionOf(file) };
  }
  const { dtype, fetch = false } = wanted;
  const entry = entryOf(wanted, models);
  const weights = dtype === undefined ? entry.weights[0] : entry.weights.find((file) => file.dtype === dtype);
  if (!weights)
    throw missing(
      `“${entry.id}” in`,
      String(dtype),
      entry.weights.map((file) => file.dtype),
    );
  const labels = new URL(entry.labels, MANIFEST).href;
  if (entry.official) return { kind: "official", entry, labels, weights, fetch };
  return { kind: "manifest", entry, labels, weights: { ...weights, url: new URL(weights.url, MANIFEST).href } };
}

/**
 * B1, B2 and B4 have the same tensors; only the name of the authors' file tells at which resolution it was trained.
 * @param {Blob} file
 * @returns {number | undefined}
 */
function resolutionOf(file) {
  const [, digit] = (file instanceof File && /^mobilemamba_b([24])s?\b.*\.pth$/i.exec(file.name)) || [];
  return digit === "2" ? 384 : digit === "4" ? 512 : undefined;
}

/**
 * Where the names of a model's classes are in another language than English; undefined if nobody translated them.
 * @param {SiteModel | OwnModel} wanted
 * @param {ModelEntry[]} models
 * @param {string} language  tag
 * @returns {string | undefined}
 */
export function namesUrl(wanted, models, language) {
  if ("file" in wanted) return DEFAULT_NAMES[language]?.href;
  const { official, translations } = entryOf(wanted, models);
  if (official) return DEFAULT_NAMES[language]?.href;
  const labels = translations?.[language]?.labels;
  return labels && new URL(labels, MANIFEST).href;
}

/**
 * @param {SiteModel} wanted
 * @param {ModelEntry[]} models
 */
function entryOf({ id }, models) {
  const entry = id === undefined ? models[0] : models.find((candidate) => candidate.id === id);
  if (entry) return entry;
  throw missing(
    "model",
    String(id),
    models.map((candidate) => candidate.id),
  );
}

/**
 * @param {string} kind
 * @param {string} wanted
 * @param {string[]} known
 */
function missing(kind, wanted, known) {
  return new ClassifierError(
    "no-model",
    `There is no ${kind} “${wanted}” here.`,
    `Choose one of: ${known.join(", ")}.`,
  );
}
