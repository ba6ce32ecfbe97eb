/**
 * Owns the worker: starts it, sends one request at a time, matches answers by id, and replaces it when it crashed or
 * when a running request is cancelled. It knows the protocol's frame, not what the requests mean.
 */

import { ClassifierError, fromFault } from "./errors.js";
import { createLifeline, watchLifeline } from "./lifeline.js";
import { FATAL_CODES } from "./protocol.js";
import { trustedWorkerUrl } from "./trusted.js";

/** @typedef {import("./protocol.js").InitRequest} InitRequest */
/** @typedef {import("./protocol.js").Progress} Progress */
/** @typedef {import("./protocol.js").Reply} Reply */
/** @typedef {import("./protocol.js").RequestBody} RequestBody */
/** @typedef {import("./protocol.js").Started} Started */

/**
 * @typedef {object} RequestOptions
 * @property {Transferable[]} [transfer]
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]  aborting a running request costs a new worker
 */

/**
 * @typedef {object} Job
 * @property {number} id
 * @property {RequestBody} body
 * @property {RequestOptions} options
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 */

const RESTART_HINT =
  "The engine restarts by itself: try again. If it happens again with the same file, the file is the cause.";

export class WorkerLink {
  /** Numbers the workers: a model loaded into an earlier one is gone. */
  generation = 1;

  /** @type {Worker | null} */
  #worker = null;
  /** Aborted when the worker is given up. */
  #watch = new AbortController();
  /** @type {Job | null} */
  #boot = null;
  /** @type {Job | null} */
  #running = null;
  /** @type {Job[]} */
  #waiting = [];
  #lastId = 0;
  #closed = false;

  /**
   * @param {object} options
   * @param {URL} options.url  of the worker's module
   * @param {() => InitRequest} options.init  the first request to every worker
   * @param {(started: Started) => void} options.onReady  a worker is up
   * @param {() => void} options.onLost  a worker was lost while this link goes on; called after its request was rejected
   */
  constructor(options) {
    this.options = options;
    this.#start();
  }

  /**
   * Sends a request when those before it are answered.
   * @param {RequestBody} body
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  request(body, options = {}) {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ClassifierError("bad-request", "This classifier was disposed of."));
      const { signal } = options;
      if (signal?.aborted) return reject(signal.reason);
      const cancel = () => this.#cancel(job);
      // A signal may outlive thousands of requests.
      const settle = (/** @type {(value: any) => void} */ end) => (/** @type {unknown} */ value) => {
        signal?.removeEventListener("abort", cancel);
        end(value);
      };
      const job = { id: ++this.#lastId, body, options, resolve: settle(resolve), reject: settle(reject) };
      signal?.addEventListener("abort", cancel, { once: true });
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Ends the worker and rejects what was asked of it. */
  close() {
    this.#closed = true;
    this.#watch.abort();
    this.#worker?.terminate();
    this.#worker = null;
    const error = new ClassifierError("bad-request", "This classifier was disposed of.");
    for (const job of [this.#running, ...this.#waiting]) job?.reject(error);
    this.#running = null;
    this.#waiting = [];
  }

  #start() {
    const worker = new Worker(trustedWorkerUrl(this.options.url), { type: "module", name: "mobilemamba" });
    worker.onmessage = (event) => this.#receive(event.data);
    // A worker whose script fails to load reports an event without a message.
    worker.onerror = (event) => {
      event.preventDefault();
      this.#lose(
        new ClassifierError(
          "worker-crashed",
          event.message || "The engine's script could not be loaded.",
          RESTART_HINT,
        ),
      );
    };
    worker.onmessageerror = () => {
      this.#lose(new ClassifierError("worker-crashed", "The engine's answer could not be read.", RESTART_HINT));
    };
    this.#worker = worker;
    const { signal } = (this.#watch = new AbortController());
    const lifeline = createLifeline();
    this.#boot = {
      id: ++this.#lastId,
      body: { ...this.options.init(), lifeline },
      options: {},
      resolve: (started) => {
        const end = new ClassifierError("worker-crashed", "The browser ended the engine.", RESTART_HINT);
        if (lifeline) watchLifeline(lifeline, signal, () => this.#lose(end));
        this.options.onReady(started);
      },
      // The request that waits for it is told why it did not start.
      reject: () => {},
    };
    worker.postMessage({ ...this.#boot.body, id: this.#boot.id });
  }

  #next() {
    if (this.#running || this.#waiting.length === 0) return;
    if (!this.#worker) this.#start();
    const job = /** @type {Job} */ (this.#waiting.shift());
    this.#running = job;
    try {
      this.#worker?.postMessage({ ...job.body, id: job.id }, job.options.transfer ?? []);
    } catch (error) {
      // The body holds something that cannot be cloned or was transferred before.
      this.#running = null;
      job.reject(new ClassifierError("bad-request", error instanceof Error ? error.message : String(error)));
      this.#next();
    }
  }

  /** @param {Reply} reply */
  #receive(reply) {
    if (reply.type === "error" && reply.id === 0) return this.#lose(fromFault(reply.fault));

    const job = [this.#boot, this.#running].find((candidate) => candidate?.id === reply.id);
    if (!job) return;
    if (reply.type === "progress") return job.options.onProgress?.(reply.progress);

    const starting = job === this.#boot;
    if (starting) this.#boot = null;
    else this.#running = null;
    if (reply.type === "error") {
      job.reject(fromFault(reply.fault));
      // A worker that did not start is of no use, whatever the reason; the next one may find the network back.
      if (starting || FATAL_CODES.has(reply.fault.code)) return this.#lose(fromFault(reply.fault));
    } else {
      job.resolve(reply.value);
    }
    this.#next();
  }

  /**
   * The worker is gone: its request fails with the reason, those that wait go to the next worker.
   * @param {unknown} reason
   */
  #lose(reason) {
    const job = this.#running;
    this.#running = null;
    job?.reject(reason);
    this.#drop();
    this.#next();
  }

  #drop() {
    this.#watch.abort();
    this.#worker?.terminate();
    this.#worker = null;
    this.#boot = null;
    // The next request starts the next worker, so that one that dies at once is not restarted for ever.
    this.generation++;
    if (!this.#closed) this.options.onLost();
  }

  /** @param {Job} job */
  #cancel(job) {
    const reason = job.options.signal?.reason;
    if (job === this.#running) {
      this.#lose(reason);
    } else if (this.#waiting.includes(job)) {
      this.#waiting = this.#waiting.filter((other) => other !== job);
      job.reject(reason);
    }
  }
}
