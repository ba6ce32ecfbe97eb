/** Numbers for people, as the language in use writes them. */

import { words } from "../language.js";

/** @param {number} bytes */
export function formatBytes(bytes) {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * A count with three digits and a decimal prefix: 28.2 M.
 * @param {number} count
 */
export function formatCount(count) {
  for (const [unit, suffix] of /** @type {[number, string][]} */ ([
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ])) {
    if (count >= unit) return `${(count / unit).toPrecision(3)} ${suffix}`;
  }
  return String(count);
}

/**
 * All digits: 10,000. Both languages write commas; asking the browser takes a slow phone a tenth of a second once.
 * @param {number} count
 */
export function formatInteger(count) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** @param {number} ms */
export function formatMs(ms) {
  if (ms >= 100) return ms.toFixed(0);
  return ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}

/** @param {number} p  probability */
export function formatPercent(p) {
  const percent = 100 * p;
  return words().format.percent(percent < 0.01 && percent > 0 ? "< 0.01" : percent.toFixed(percent < 1 ? 2 : 1));
}

/**
 * Without decimals.
 * @param {number} share  0 to 1
 */
export function formatShare(share) {
  return words().format.percent(String(Math.round(100 * share)));
}

/** @param {number[]} shape */
export function formatShape(shape) {
  return shape.join("×");
}

/**
 * With a sign that is as wide as a digit.
 * @param {number} value
 */
export function formatSigned(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

/**
 * A message as a sentence of its own: what begins in small letters gets a capital one, unless it is the name of a file.
 * @param {string} message
 * @param {string[]} [files]  names that are known
 */
export function formatSentence(message, files = []) {
  const named = files.some((name) => name !== "" && message.startsWith(name)) || /^\S*\.[a-z]\w*(?!\S)/i.test(message);
  return named ? message : message.charAt(0).toUpperCase() + message.slice(1);
}
