/** Pictures of the web, fetched because the user named their address, and only then. */

import { ClassifierError } from "../errors.js";
import { currentLanguage, words } from "../language.js";
import { downloadPicture, fileName } from "../network.js";

/**
 * What somebody typed as an address; null if it cannot be one. The protocol may be missing.
 * @param {string} text
 * @returns {string | null}
 */
export function toAddress(text) {
  const trimmed = text.trim();
  if (/^(https?|data|blob):/i.test(trimmed)) return URL.canParse(trimmed) ? trimmed : null;
  // A host with a dot in it and something after it: "example.org/cat.jpg".
  return /^[^\s/:]+\.[^\s/:]+(:\d+)?\/\S+$/.test(trimmed) ? `https://${trimmed}` : null;
}

/**
 * Rejects with a named error, whatever goes wrong.
 * @param {string} address
 * @returns {Promise<{blob: Blob, name: string}>}
 */
export async function openAddress(address) {
  const { protocol, origin } = new URL(address);
  if (protocol === "data:") return decodeData(address);
  // The page's own policy allows no other, and would say so to nobody but the console.
  if (protocol !== "https:" && origin !== location.origin) {
    const say = words().input;
    throw new ClassifierError("download-failed", say.onlyHttps, say.badDataHint, currentLanguage());
  }
  return { blob: await downloadPicture(address), name: fileName(address) };
}

/**
 * A picture that is written out in its address. The page's policy lets nothing be fetched from there.
 * @param {string} address
 * @returns {{blob: Blob, name: string}}
 */
function decodeData(address) {
  const match = /^data:([^,;]*)[^,]*?(;base64)?,(.*)$/is.exec(address);
  try {
    if (!match) throw new Error("no comma");
    const [, type, base64, data] = match;
    const text = base64 ? atob(decodeURIComponent(data)) : binary(data);
    const blob = new Blob([Uint8Array.from(text, (character) => character.charCodeAt(0))], { type });
    return { blob, name: `picture.${/^image\/([a-z]+)/i.exec(type)?.[1].toLowerCase() ?? "png"}` };
  } catch {
    const say = words().input;
    throw new ClassifierError("not-an-image", say.badData, say.badDataHint, currentLanguage());
  }
}

/**
 * Percent escapes as the bytes that they stand for.
 * @param {string} data
 */
const binary = (data) => data.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
