/** Errors with a code, a message and a hint, on both sides of the worker. */

import { ERROR_CODES } from "./protocol.js";

/** @typedef {import("./protocol.js").ErrorCode} ErrorCode */
/** @typedef {import("./protocol.js").Fault} Fault */

/** What went wrong (message), which kind it is (code) and what to do (hint); in English, if no other language is named. */
export class ClassifierError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {string} [hint]
   * @param {string} [language]  tag
   */
  constructor(code, message, hint = "", language = "en") {
    super(message);
    this.name = "ClassifierError";
    /** @type {ErrorCode} */
    this.code = code;
    this.hint = hint;
    this.language = language;
  }
}

/**
 * Turns anything that was thrown into a Fault. Only rejections of the Go module and ClassifierErrors carry a known
 * code; whatever else arrives here was not foreseen, and fallback says what it counts as.
 * @param {unknown} thrown
 * @param {ErrorCode} fallback
 * @returns {Fault}
 */
export function toFault(thrown, fallback) {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && isErrorCode(thrown.code)) {
    const { code, message, hint, language } = /** @type {Partial<Fault>} */ (thrown);
    const fault = { code: /** @type {ErrorCode} */ (code), message: String(message ?? code), hint: String(hint ?? "") };
    return language === undefined || language === "en" ? fault : { ...fault, language };
  }
  return { code: fallback, message: thrown instanceof Error ? thrown.message : String(thrown), hint: "" };
}

/**
 * @param {Fault} fault
 * @returns {ClassifierError}
 */
export function fromFault(fault) {
  return new ClassifierError(fault.code, fault.message, fault.hint, fault.language);
}

/**
 * @param {unknown} value
 * @returns {value is ErrorCode}
 */
function isErrorCode(value) {
  return ERROR_CODES.includes(/** @type {ErrorCode} */ (value));
}
