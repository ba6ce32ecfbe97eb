/**
 * How a page learns that its worker is gone. A worker that ends without an exception, because it closed itself or the
 * browser killed it, tells nobody. But a lock that it held is free then, and goes to the page that waits for it.
 * Insecure pages have no locks, and learn of such an end by nothing.
 */

/** @returns {string | undefined} */
export function createLifeline() {
  return navigator.locks && `mobilemamba worker ${crypto.randomUUID()}`;
}

/**
 * For the worker: resolves when it is held, and never lets go.
 * @param {string} lifeline
 * @returns {Promise<void>}
 */
export function holdLifeline(lifeline) {
  return new Promise((resolve, reject) => {
    const forEver = new Promise(() => {});
    navigator.locks
      .request(lifeline, () => {
        resolve();
        return forEver;
      })
      .catch(reject);
  });
}

/**
 * For the page: calls back when the worker that held it is gone.
 * @param {string} lifeline
 * @param {AbortSignal} signal  nobody cares any more
 * @param {() => void} onEnd
 */
export function watchLifeline(lifeline, signal, onEnd) {
  navigator.locks.request(lifeline, { signal }, onEnd).catch(() => {});
}
