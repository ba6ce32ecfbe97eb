/** Fetches what a model needs, with progress in bytes and a check before use. */

import { ClassifierError } from "../errors.js";

/** @typedef {import("../protocol.js").WeightsFile} WeightsFile */

const AGAIN = "Check the connection and try again.";

/**
 * Downloads a file of weights and verifies it against the manifest.
 * @param {WeightsFile} file
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function downloadWeights(file, onProgress) {
  const response = await get(file.url);
  // The manifest's size, not Content-Length: that one counts compressed bytes where the host compresses.
  const bytes = new Uint8Array(file.bytes);
  let done = 0;
  onProgress(done, file.bytes);
  try {
    for (const reader = /** @type {ReadableStream} */ (response.body).getReader(); ;) {
      const chunk = await reader.read();
      if (chunk.done) break;
      if (done + chunk.value.length > file.bytes) {
        await reader.cancel();
        throw wrong(file, `it is longer than ${file.bytes} bytes`);
      }
      bytes.set(chunk.value, done);
      done += chunk.value.length;
      onProgress(done, file.bytes);
    }
  } catch (error) {
    if (error instanceof ClassifierError) throw error;
    throw interrupted(file, done);
  }
  if (done < file.bytes) throw interrupted(file, done);
  await verify(file, bytes);
  return bytes;
}

/**
 * @param {string} url
 * @returns {Promise<string>}
 */
export async function downloadText(url) {
  return (await get(url)).text();
}

/**
 * @param {string} url
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function downloadBytes(url) {
  return new Uint8Array(await (await get(url)).arrayBuffer());
}

/** @param {string} url */
async function get(url) {
  let response;
  try {
    response = await fetch(url);
  } catch {
    if (!navigator.onLine)
      throw new ClassifierError(
        "offline",
        `${name(url)} is not here and the device is offline.`,
        "Connect and try again.",
      );
    throw new ClassifierError("download-failed", `${name(url)} could not be downloaded.`, AGAIN);
  }
  if (!response.ok) {
    throw new ClassifierError(
      "download-failed",
      `${name(url)} could not be downloaded: the server answered ${response.status}.`,
      AGAIN,
    );
  }
  return response;
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
  const hint = "It was damaged or replaced on its way. Reload the page without the cache, or choose another model.";
  return new ClassifierError(
    "wrong-hash",
    `${name(file.url)} is not the file that the list of models names: ${why}.`,
    hint,
  );
}

/**
 * @param {WeightsFile} file
 * @param {number} done
 */
function interrupted(file, done) {
  const code = navigator.onLine ? "download-failed" : "offline";
  return new ClassifierError(
    code,
    `The download of ${name(file.url)} broke off after ${done} of ${file.bytes} bytes.`,
    AGAIN,
  );
}

/** @param {string} url */
function name(url) {
  return decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? url);
}
