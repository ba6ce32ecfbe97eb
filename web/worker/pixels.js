/** Pictures that the Go module does not decode itself: camera frames, and what only the browser knows. */

/**
 * The pixels of a bitmap, which is closed.
 * @param {ImageBitmap} bitmap
 * @returns {{pixels: Uint8ClampedArray, width: number, height: number}}
 */
export function readPixels(bitmap) {
  const { width, height } = bitmap;
  // The canvas would otherwise live on the GPU and every reading be a round trip.
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
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
