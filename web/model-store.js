/**
 * Weights that stay in this browser, by their SHA-256: what a site calls them does not matter, and sites of one origin
 * share them. Nothing here throws. The Cache API is missing on insecure pages, and may refuse in private windows, when
 * storage is full or when the user forbids it; then nothing is kept and everything is downloaded.
 */

/** @typedef {import("./protocol.js").Keeping} Keeping */

const WEIGHTS = "mobilemamba-weights-v1";

/**
 * @param {string} sha256
 * @returns {Promise<Response | undefined>}
 */
export function findWeights(sha256) {
  return withCache(WEIGHTS, (cache) => cache.match(key(sha256)), undefined);
}

/**
 * Keeps weights that were verified. Where there is no room for them, weights of other models make some.
 * @param {string} sha256
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Keeping>}
 */
export function keepWeights(sha256, bytes) {
  return keep(sha256, bytes, bytes.length);
}

/**
 * The same for weights that are not in memory.
 * @param {string} sha256
 * @param {Blob} file
 * @returns {Promise<Keeping>}
 */
export function keepBlob(sha256, file) {
  return keep(sha256, file, file.size);
}

/**
 * @param {string} sha256
 * @param {BodyInit} body
 * @param {number} length
 * @returns {Promise<Keeping>}
 */
function keep(sha256, body, length) {
  const put = (/** @type {Cache} */ cache) => cache.put(key(sha256), describe(body, length));
  return withCache(
    WEIGHTS,
    async (cache) => {
      try {
        await put(cache);
      } catch {
        for (const request of await cache.keys()) await cache.delete(request);
        try {
          await put(cache);
        } catch {
          return "full";
        }
      }
      return "kept";
    },
    /** @type {Keeping} */ ("unavailable"),
  );
}

/** @param {string} sha256 */
export function discardWeights(sha256) {
  return withCache(WEIGHTS, (cache) => cache.delete(key(sha256)), false);
}

/** Whether anything can be kept here. */
export function storageWorks() {
  return withCache(WEIGHTS, async () => true, false);
}

/** How many bytes of weights this browser keeps. */
export function keptBytes() {
  return keptIn(WEIGHTS);
}

/**
 * @param {string} name  of a cache
 * @returns {Promise<number>}
 */
export function keptIn(name) {
  return withCache(
    name,
    async (cache) => {
      let bytes = 0;
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        bytes += Number(response?.headers.get("Content-Length") ?? 0);
      }
      return bytes;
    },
    0,
  );
}

export async function clearWeights() {
  await attempt(() => caches.delete(WEIGHTS), false);
}

/**
 * A response for the cache, which lists its entries by their headers.
 * @param {BodyInit} body
 * @param {number} length
 * @param {Record<string, string>} [headers]
 */
export function describe(body, length, headers = {}) {
  return new Response(body, {
    headers: { "Content-Type": "application/octet-stream", "Content-Length": String(length), ...headers },
  });
}

/**
 * @template T
 * @param {string} name
 * @param {(cache: Cache) => Promise<T>} use
 * @param {T} otherwise
 * @returns {Promise<T>}
 */
export function withCache(name, use, otherwise) {
  return attempt(async () => use(await caches.open(name)), otherwise);
}

/**
 * @template T
 * @param {() => Promise<T>} action
 * @param {T} otherwise
 * @returns {Promise<T>}
 */
async function attempt(action, otherwise) {
  try {
    return await action();
  } catch {
    return otherwise;
  }
}

/**
 * Addresses that no server is asked for.
 * @param {string} sha256
 */
function key(sha256) {
  return `/mobilemamba/sha256/${sha256.toLowerCase()}`;
}
