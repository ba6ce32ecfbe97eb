/**
 * How a page learns that its worker is gone. A worker that ends without an exception, because it closed itself or the
 * browser killed it, tells nobody. But a lock that it held is free then, and goes to the page that waits for it.
 * Insecure pages have no locks, and learn of such an end by nothing.
 */
/** @returns {string | undefined} */
export declare function createLifeline(): string | undefined;
/**
 * For the worker: resolves when it is held, and never lets go.
 * @param {string} lifeline
 * @returns {Promise<void>}
 */
export declare function holdLifeline(lifeline: string): Promise<void>;
/**
 * For the page: calls back when the worker that held it is gone.
 * @param {string} lifeline
 * @param {AbortSignal} signal  nobody cares any more
 * @param {() => void} onEnd
 */
export declare function watchLifeline(lifeline: string, signal: AbortSignal, onEnd: () => void): void;
