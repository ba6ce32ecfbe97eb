/**
 * The authors' checkpoints: assets/models/official.json lists them, this browser may have fetched some. What each was
 * when it first came is remembered, since the list knows no hashes, and a later one must be the same.
 */

import { fetchModels } from "./manifest.js";
import { findWeights } from "./model-store.js";

/** @typedef {import("./protocol.js").Digest} Digest */
/** @typedef {import("./protocol.js").ModelEntry} ModelEntry */

const LIST = new URL("assets/models/official.json", import.meta.url);
const MEMORY = "mobilemamba-official";

/** @type {Promise<ModelEntry[]> | null} */
let list = null;

/**
 * All of them, as entries of a manifest: the URLs are absolute, the hash is empty where none is remembered, and then
 * the size is about right.
 * @returns {Promise<ModelEntry[]>}
 */
export async function officialModels() {
  list ??= fetchModels(LIST);
  // A failure is not kept: the next call tries again.
  list.catch(() => (list = null));
  const memory = recall();
  return (await list).map((entry) => {
    const [weights] = entry.weights;
    // What the list itself says counts more than what was seen.
    const known = weights.sha256 === "" ? memory[entry.id] : undefined;
    return { ...entry, official: true, weights: [{ ...weights, ...known }] };
  });
}

/**
 * Those that this browser keeps. Without a fetched one nothing is asked for.
 * @returns {Promise<ModelEntry[]>}
 */
export async function keptOfficialModels() {
  if (Object.keys(recall()).length === 0) return [];
  try {
    const entries = await officialModels();
    const kept = await Promise.all(entries.map(isKept));
    return entries.filter((_, i) => kept[i]);
  } catch {
    return []; // The site works without them.
  }
}

/** @param {ModelEntry} entry */
async function isKept({ weights: [{ sha256 }] }) {
  return sha256 !== "" && (await findWeights(sha256)) !== undefined;
}

/**
 * @param {string} id
 * @param {Digest} digest
 */
export function rememberOfficial(id, { bytes, sha256 }) {
  try {
    localStorage.setItem(MEMORY, JSON.stringify({ ...recall(), [id]: { bytes, sha256 } }));
  } catch {
    // Full, or forbidden: then the next visit takes what comes, as this one did.
  }
}

/** @returns {Record<string, Digest>} by id */
function recall() {
  try {
    const memory = Object.entries(JSON.parse(localStorage.getItem(MEMORY) ?? "{}"));
    return Object.fromEntries(memory.filter(([, value]) => isDigest(value)));
  } catch {
    return {};
  }
}

/**
 * What is stored may be damaged.
 * @param {unknown} value
 * @returns {value is Digest}
 */
function isDigest(value) {
  const { bytes, sha256 } = /** @type {Partial<Digest>} */ (value ?? {});
  return Number.isInteger(bytes) && typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
}
