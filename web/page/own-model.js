/** A checkpoint of the user's own that this browser keeps, with its labels, because the user said so. */

import { describe, keptIn, withCache } from "../model-store.js";

/** @typedef {import("../protocol.js").Keeping} Keeping */

/**
 * @typedef {object} OwnFiles
 * @property {File} file
 * @property {File} [labels]
 */

const CACHE = "mobilemamba-own-v1";

/**
 * @param {OwnFiles} own
 * @returns {Promise<Keeping>}
 */
export function keepOwn({ file, labels }) {
  return withCache(
    CACHE,
    async (cache) => {
      try {
        await put(cache, "checkpoint", file);
        if (labels) await put(cache, "labels", labels);
        else await cache.delete(key("labels"));
        return "kept";
      } catch {
        await caches.delete(CACHE); // Half of it is of no use.
        return "full";
      }
    },
    /** @type {Keeping} */ ("unavailable"),
  );
}

/** @returns {Promise<OwnFiles | null>} */
export function findOwn() {
  return withCache(
    CACHE,
    async (cache) => {
      const file = await get(cache, "checkpoint");
      return file && { file, labels: (await get(cache, "labels")) ?? undefined };
    },
    null,
  );
}

export function forgetOwn() {
  return withCache(CACHE, () => caches.delete(CACHE), false);
}

/** Bytes. */
export function ownBytes() {
  return keptIn(CACHE);
}

/**
 * @param {Cache} cache
 * @param {string} part
 * @param {File} file
 */
function put(cache, part, file) {
  // Headers hold no other characters than those of URLs safely.
  return cache.put(key(part), describe(file, file.size, { "X-File-Name": encodeURIComponent(file.name) }));
}

/**
 * @param {Cache} cache
 * @param {string} part
 */
async function get(cache, part) {
  const response = await cache.match(key(part));
  if (!response) return null;
  return new File([await response.blob()], decodeURIComponent(response.headers.get("X-File-Name") ?? part));
}

/**
 * An address that no server is asked for; another site of the same origin has another.
 * @param {string} part
 */
function key(part) {
  return new URL(`own/${part}`, document.baseURI).href;
}
