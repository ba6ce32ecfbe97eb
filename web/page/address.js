/** Pictures of the web, fetched because the user named their address, and only then. */

import { ClassifierError } from "../errors.js";
import { words } from "../language.js";

/** Larger pictures are refused by the engine anyway. */
const MAX_BYTES = 64 << 20;

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
export async function fetchPicture(address) {
  if (/^data:/i.test(address)) return { blob: decodeData(address), name: nameOf(address) };
  const say = words().input;
  try {
    const url = new URL(address);
    // The page's own policy allows no other, and would say so to nobody but the console.
    if (url.protocol !== "https:" && url.origin !== location.origin) throw new Error(say.onlyHttps);
    const response = await fetch(url, { credentials: "same-origin" });
    if (!response.ok) throw new Error(say.serverAnswered(response.status));
    if (Number(response.headers.get("Content-Length")) > MAX_BYTES) throw new Error(say.tooLarge);
    return { blob: await response.blob(), name: nameOf(address) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClassifierError("download-failed", say.notLoaded(address, why), say.notLoadedHint);
  }
}

/**
 * A picture that is written out in its address. The page's policy lets nothing be fetched from there.
 * @param {string} address
 * @returns {Blob}
 */
function decodeData(address) {
  const match = /^data:([^,;]*)[^,]*?(;base64)?,(.*)$/is.exec(address);
  try {
    if (!match) throw new Error("no comma");
    const [, type, base64, data] = match;
    const text = base64 ? atob(decodeURIComponent(data)) : binary(data);
    return new Blob([Uint8Array.from(text, (character) => character.charCodeAt(0))], { type });
  } catch {
    const say = words().input;
    throw new ClassifierError("not-an-image", say.badData, say.badDataHint);
  }
}

/**
 * Percent escapes as the bytes that they stand for.
 * @param {string} data
 */
const binary = (data) => data.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

/**
 * What to call a picture.
 * @param {string} address
 */
function nameOf(address) {
  const type = /^data:image\/([a-z]+)/i.exec(address);
  if (type) return `picture.${type[1].toLowerCase()}`;
  const { pathname, hostname } = new URL(address);
  const last = pathname.split("/").at(-1) || hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
