/** Errors with a code, a message and a hint, on both sides of the worker. */
export type ErrorCode = import("./protocol.js").ErrorCode;
export type Fault = import("./protocol.js").Fault;
/** @typedef {import("./protocol.js").ErrorCode} ErrorCode */
/** @typedef {import("./protocol.js").Fault} Fault */
/** What went wrong (message), which kind it is (code) and what to do (hint). */
export declare class ClassifierError extends Error {
  code:
    | "bad-request"
    | "camera-busy"
    | "camera-denied"
    | "camera-failed"
    | "camera-insecure"
    | "camera-missing"
    | "corrupt"
    | "download-failed"
    | "download-stalled"
    | "failed"
    | "image-damaged"
    | "image-too-large"
    | "labels"
    | "mismatch"
    | "no-ema"
    | "no-model"
    | "no-picture"
    | "no-wasm"
    | "not-a-checkpoint"
    | "not-an-image"
    | "offline"
    | "out-of-memory"
    | "panic"
    | "sound-failed"
    | "truncated"
    | "unsafe"
    | "unsupported-image"
    | "worker-crashed"
    | "wrong-hash";
  hint: string;
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {string} [hint]
   */
  constructor(code: ErrorCode, message: string, hint?: string);
}
/**
 * Turns anything that was thrown into a Fault. Only rejections of the Go module and ClassifierErrors carry a known
 * code; whatever else arrives here was not foreseen, and fallback says what it counts as.
 * @param {unknown} thrown
 * @param {ErrorCode} fallback
 * @returns {Fault}
 */
export declare function toFault(thrown: unknown, fallback: ErrorCode): Fault;
/**
 * @param {Fault} fault
 * @returns {ClassifierError}
 */
export declare function fromFault(fault: Fault): ClassifierError;
