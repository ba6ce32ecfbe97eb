/** Parts of the page that are fetched when they are first wanted. */

import { ClassifierError } from "../errors.js";

/**
 * Says what it is when a part cannot be fetched: browsers call it a TypeError.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T>}
 */
export async function fetchPart(load) {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ClassifierError(
      navigator.onLine ? "download-failed" : "offline",
      `A part of the page could not be downloaded: ${error.message}`,
    );
  }
}

/**
 * Fetches a part once; what failed is tried again.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
export function once(load) {
  /** @type {Promise<T> | null} */
  let loaded = null;
  return () => {
    loaded ??= fetchPart(load).catch((error) => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
}
