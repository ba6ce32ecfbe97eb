/** Pictures that the Go module does not decode itself: frames of a film, and what only the browser knows. */

import { ClassifierError } from "../errors.js";

/** @typedef {{pixels: Uint8ClampedArray, width: number, height: number}} Pixels */

/** As in the Go module, which is asked too late: by then the pixels are there three times over. */
const MAX_PIXELS = 100_000_000;

/**
 * The frames of a film, one canvas for all of them. The last one can be had as a picture.
 */
export function createFrames() {
  /** @type {OffscreenCanvas | null} */
  let canvas = null;
  return {
    /**
     * The pixels of a frame, which is closed.
     * @param {ImageBitmap} bitmap
     * @returns {Pixels}
     */
    read(bitmap) {
      refuseTooLarge(bitmap);
      const { width, height } = bitmap;
      if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
      return draw(canvas, bitmap);
    },

    /**
     * The last frame as a PNG, which keeps its pixels as they are.
     * @returns {Promise<Blob>}
     */
    async last() {
      if (!canvas) throw new ClassifierError("no-picture", "There is no frame yet.");
      return canvas.convertToBlob({ type: "image/png" });
    },
  };
}

/**
 * The pixels of a bitmap, which is closed.
 * @param {ImageBitmap} bitmap
 * @returns {Pixels}
 */
export function readPixels(bitmap) {
  refuseTooLarge(bitmap);
  return draw(new OffscreenCanvas(bitmap.width, bitmap.height), bitmap);
}

/** @param {ImageBitmap} bitmap */
function refuseTooLarge(bitmap) {
  const { width, height } = bitmap;
  if (width * height <= MAX_PIXELS) return;
  bitmap.close();
  const message = `The picture has ${width}×${height} pixels; the limit is ${MAX_PIXELS / 1e6} million.`;
  throw new ClassifierError("image-too-large", message, "Scale the picture down and try again.");
}

/**
 * @param {OffscreenCanvas} canvas  of the size of the bitmap
 * @param {ImageBitmap} bitmap
 * @returns {Pixels}
 */
function draw(canvas, bitmap) {
  const { width, height } = canvas;
  // The canvas would otherwise live on the GPU and every reading be a round trip.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2d context in the worker");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { pixels: context.getImageData(0, 0, width, height).data, width, height };
}

/**
 * Lets the browser decode a picture (AVIF, HEIC … as far as it can); null if it cannot.
 * @param {Blob} blob
 * @returns {Promise<ImageBitmap | null>}
 */
export async function decodeWithBrowser(blob) {
  try {
    return await createImageBitmap(blob);
  } catch {
    return null;
  }
}
