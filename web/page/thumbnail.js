/** Small pictures, which are all that is kept of large ones. */

import { el } from "./dom.js";

/**
 * The middle of a picture, as a square; null if the browser cannot draw it.
 * @param {Blob} blob
 * @param {number} side  pixels
 * @returns {Promise<HTMLCanvasElement | null>}
 */
export async function drawThumbnail(blob, side) {
  try {
    const bitmap = await createImageBitmap(blob, { resizeWidth: side, resizeQuality: "medium" });
    const canvas = el("canvas", { width: String(side), height: String(side), "aria-hidden": "true" });
    // Fills the square and is cut where it is longer.
    const scale = Math.max(1, side / bitmap.height);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    canvas.getContext("2d")?.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height);
    bitmap.close();
    return canvas;
  } catch {
    return null;
  }
}
