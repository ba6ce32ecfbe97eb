/**
 * A checkpoint of the authors': from this browser where it keeps it, else from their server. It can have hundreds of
 * megabytes, so that it is never in memory as a whole: the browser holds it as a Blob, the Go module reads it in pieces.
 */

import { ClassifierError } from "../errors.js";
import { discardWeights, findWeights, keepBlob } from "../model-store.js";
import { chunks, download, fileName } from "../network.js";
import { sha256 } from "./sha256.js";

/** @typedef {import("../protocol.js").Digest} Digest */
/** @typedef {import("../protocol.js").Keeping} Keeping */
/** @typedef {import("../protocol.js").OfficialSource} OfficialSource */
/** @typedef {import("../protocol.js").WeightsFile} WeightsFile */
/** @typedef {import("./download.js").Report} Report */

/** How much is handed to the browser at a time, in bytes. */
const PIECE = 4 << 20;

/** A larger file is none of theirs. */
const MAX_BYTES = 1 << 30;

/**
 * @typedef {object} Checkpoint
 * @property {Blob} file
 * @property {Digest} digest
 * @property {() => Promise<Keeping>} keep  in this browser, once it has turned out to be of use
 */

/**
 * @param {OfficialSource} source
 * @param {Report} report
 * @returns {Promise<Checkpoint>}
 */
export async function obtainCheckpoint({ weights, fetch }, report) {
  const kept = await fromStore(weights, report);
  if (kept) return { file: kept, digest: weights, keep: async () => "kept" };
  if (!fetch) {
    throw new ClassifierError(
      "no-model",
      `${fileName(weights.url)} is no longer in this browser.`,
      "Fetch it again from the list of the authors' models.",
    );
  }
  const { file, digest } = await fromAuthors(weights, report);
  return { file, digest, keep: () => keepBlob(digest.sha256, file) };
}

/**
 * @param {WeightsFile} weights
 * @param {Report} report
 */
async function fromStore(weights, report) {
  const response = weights.sha256 ? await findWeights(weights.sha256) : undefined;
  if (!response) return null;
  try {
    const file = await response.blob();
    const hash = sha256();
    let done = 0;
    for await (const chunk of chunks(new Response(file))) {
      hash.update(chunk);
      done += chunk.length;
      report({ phase: "weights", done, total: file.size, from: "browser" });
    }
    if (hash.hex() === weights.sha256) return file;
  } catch {
    // It cannot be read; the same as if it were damaged.
  }
  await discardWeights(weights.sha256);
  return null;
}

/**
 * @param {WeightsFile} weights
 * @param {Report} report
 * @returns {Promise<{file: Blob, digest: Digest}>}
 */
async function fromAuthors(weights, report) {
  report({ phase: "weights", done: 0, total: weights.bytes, from: "authors" });
  /** @type {Blob[]} */
  const pieces = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  let open = [];
  let waiting = 0;
  let done = 0;
  const hash = sha256();
  const close = () => {
    pieces.push(new Blob(open));
    open = [];
    waiting = 0;
  };
  try {
    const source = await download(weights.url, { referrerPolicy: "no-referrer", credentials: "omit" });
    // Not compressed there, so that the length is that of the file.
    const total = Number(source.response.headers.get("Content-Length")) || weights.bytes;
    await source.read((chunk) => {
      done += chunk.length;
      if (done > MAX_BYTES) throw changed(weights, `it is longer than ${MAX_BYTES >> 20} MB`);
      hash.update(chunk);
      open.push(chunk);
      waiting += chunk.length;
      if (waiting >= PIECE) close();
      report({ phase: "weights", done, total: Math.max(done, total), from: "authors" });
    });
  } catch (error) {
    throw unreachable(error, weights);
  }
  close();
  const digest = { bytes: done, sha256: hash.hex() };
  if (weights.sha256 && weights.sha256 !== digest.sha256) throw changed(weights, "its SHA-256 differs");
  return { file: new Blob(pieces), digest };
}

/**
 * What did not come can be fetched by other means.
 * @param {unknown} error
 * @param {WeightsFile} weights
 */
function unreachable(error, weights) {
  if (!(error instanceof ClassifierError) || error.code === "wrong-hash") return error;
  const code = error.code === "offline" ? error.code : "checkpoint-unreachable";
  return new ClassifierError(code, error.message, byHand(weights));
}

/**
 * @param {WeightsFile} weights
 * @param {string} why
 */
function changed(weights, why) {
  const message = `${fileName(weights.url)} is not the file that came from there first: ${why}.`;
  const hint = `It was damaged on its way, or replaced by its authors. ${byHand(weights)}`;
  return new ClassifierError("wrong-hash", message, hint);
}

/** @param {WeightsFile} weights */
function byHand({ url }) {
  return `Try again. If ${new URL(url).host} cannot be reached from here, download ${url} by other means and drop the file on this page.`;
}
