/**
 * Owns the worker: starts it, sends one request at a time, matches answers by id, and replaces it when it crashed or
 * when a running request is cancelled. It knows the protocol's frame, not what the requests mean.
 */
export type InitRequest = import("./protocol.js").InitRequest;
export type Progress = import("./protocol.js").Progress;
export type Reply = import("./protocol.js").Reply;
export type RequestBody = import("./protocol.js").RequestBody;
export type Started = import("./protocol.js").Started;
export type RequestOptions = {
  transfer?: Transferable[];
  onProgress?: (progress: Progress) => void;
  /**
   * aborting a running request costs a new worker
   */
  signal?: AbortSignal;
};
export type Job = {
  id: number;
  body: RequestBody;
  options: RequestOptions;
  resolve: (value: any) => void;
  reject: (error: unknown) => void;
};
export declare class WorkerLink {
  #private;
  options: { url: URL; init: () => InitRequest; onReady: (started: Started) => void; onLost: () => void };
  /** Numbers the workers: a model loaded into an earlier one is gone. */
  generation: number;
  /**
   * @param {object} options
   * @param {URL} options.url  of the worker's module
   * @param {() => InitRequest} options.init  the first request to every worker
   * @param {(started: Started) => void} options.onReady  a worker is up
   * @param {() => void} options.onLost  a worker was lost while this link goes on; called after its request was rejected
   */
  constructor(options: { url: URL; init: () => InitRequest; onReady: (started: Started) => void; onLost: () => void });
  /**
   * Sends a request when those before it are answered.
   * @param {RequestBody} body
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  request(body: RequestBody, options?: RequestOptions): Promise<any>;
  /** Ends the worker and rejects what was asked of it. */
  close(): void;
}
