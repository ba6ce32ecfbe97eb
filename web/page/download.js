/** Handing a text to the user as a file. */

import { el } from "./dom.js";

/**
 * @param {string} text
 * @param {string} type  MIME type
 * @param {string} name  of the file
 */
export function saveText(text, type, name) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: name }).click();
  // The browser has taken the blob over by then.
  setTimeout(() => URL.revokeObjectURL(url));
}
