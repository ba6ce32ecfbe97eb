/** The site's list of models, assets/models/index.json, and where their files are. */

import { ClassifierError, toFault } from "./errors.js";
import { downloadText } from "./network.js";

/** @typedef {import("./mobilemamba.js").OwnModel} OwnModel */
/** @typedef {import("./mobilemamba.js").SiteModel} SiteModel */
/** @typedef {import("./protocol.js").FileSource} FileSource */
/** @typedef {import("./protocol.js").ManifestSource} ManifestSource */
/** @typedef {import("./protocol.js").ModelEntry} ModelEntry */

const MANIFEST = new URL("assets/models/index.json", import.meta.url);
const DEFAULT_LABELS = new URL("assets/labels/imagenet1k.tsv", import.meta.url);

/** @returns {Promise<ModelEntry[]>} */
export async function fetchManifest() {
  const hint = "Check the connection and try again.";
  let text;
  try {
    text = await downloadText(MANIFEST);
  } catch (error) {
    const { code, message } = toFault(error, "download-failed");
    throw new ClassifierError(code, `The list of models could not be loaded. ${message}`, hint);
  }
  try {
    const { models } = JSON.parse(text);
    if (!Array.isArray(models) || models.length === 0) throw new Error("it lists no model");
    return models;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClassifierError("download-failed", `The list of models cannot be read: ${why}.`, hint);
  }
}

/**
 * What a worker is told about a model.
 * @param {SiteModel | OwnModel} wanted
 * @param {ModelEntry[]} models  of the manifest; not needed for a checkpoint of one's own
 * @returns {ManifestSource | FileSource}
 */
export function toSource(wanted, models) {
  if ("file" in wanted) {
    return { kind: "file", file: wanted.file, labels: wanted.labels, defaultLabels: DEFAULT_LABELS.href };
  }
  const { id, dtype } = wanted;
  const entry = id === undefined ? models[0] : models.find((candidate) => candidate.id === id);
  if (!entry)
    throw missing(
      "model",
      String(id),
      models.map((candidate) => candidate.id),
    );
  const weights = dtype === undefined ? entry.weights[0] : entry.weights.find((file) => file.dtype === dtype);
  if (!weights)
    throw missing(
      `“${entry.id}” in`,
      String(dtype),
      entry.weights.map((file) => file.dtype),
    );
  return {
    kind: "manifest",
    entry,
    labels: new URL(entry.labels, MANIFEST).href,
    weights: { ...weights, url: new URL(weights.url, MANIFEST).href },
  };
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
