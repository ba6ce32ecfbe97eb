/** Pictures that the Go module does not decode itself: frames of a film, and what only the browser knows. */

import { ClassifierError } from "../errors.js";

/** @typedef {import("./go.js").Module} Module */
/** @typedef {{width: number, height: number}} Size  of the picture that is in the module's room */

/** As in the Go module, which is asked too late: by then the pixels are there three times over. */
const MAX_PIXELS = 100_000_000;

/**
 * Writes pictures to the room that the module has for one, from where it takes what it is to classify.
 */
export function createRoom() {
  /** Of the room, and of its address in the module's memory. */
  let [width, height, address] = [0, 0, 0];
  /** For frames of this size; null: there is none in the room. @type {OffscreenCanvas | null} */
  let canvas = null;
  /** Whether copies of frames are like those of a canvas in this browser; null: not yet known. @type {boolean | null} */
  let direct = typeof VideoFrame === "function" ? null : false;

  /**
   * @param {Module} go
   * @param {ImageBitmap} bitmap
   */
  async function fit(go, bitmap) {
    refuseTooLarge(bitmap);
    const size = { width: bitmap.width, height: bitmap.height };
    if (size.width === width && size.height === height) return;
    address = await go.room(size);
    ({ width, height } = size);
    canvas = null;
  }

  /**
   * What is in the room, until the module's memory grows.
   * @param {Module} go
   */
  const contents = (go) => new Uint8ClampedArray(go.linear.buffer, address, 4 * width * height);

  /**
   * @param {ImageBitmap} bitmap
   * @param {Uint8ClampedArray<ArrayBuffer>} pixels  the room
   * @param {OffscreenCanvas} canvas
   */
  async function write(bitmap, pixels, canvas) {
    const copied = direct === false ? null : await copy(bitmap, pixels);
    // Where something shines through, bitmaps have colours that a canvas turns back into the picture's.
    if (direct && copied === "opaque") return;
    const drawn = draw(canvas, bitmap);
    if (!copied) direct = false;
    else if (copied === "opaque") direct = agree(pixels, drawn);
    pixels.set(drawn);
  }

  return {
    /**
     * Takes in a frame of a film, which is closed: more of the same size will follow.
     * @param {Module} go
     * @param {ImageBitmap} bitmap
     * @returns {Promise<Size>}
     */
    async frame(go, bitmap) {
      try {
        await fit(go, bitmap);
        if (!canvas) {
          canvas = new OffscreenCanvas(width, height);
          direct &&= null;
        }
        await write(bitmap, contents(go), canvas);
      } finally {
        bitmap.close();
      }
      return { width, height };
    },

    /**
     * Takes in a picture, which is closed.
     * @param {Module} go
     * @param {ImageBitmap} bitmap
     * @returns {Promise<Size>}
     */
    async picture(go, bitmap) {
      try {
        await fit(go, bitmap);
        canvas = null;
        contents(go).set(draw(new OffscreenCanvas(width, height), bitmap));
      } finally {
        bitmap.close();
      }
      return { width, height };
    },

    /**
     * The frame as a PNG, which keeps its pixels as they are.
     * @param {Module} go
     * @returns {Promise<Blob>}
     */
    async lastFrame(go) {
      if (!canvas) throw new ClassifierError("no-picture", "There is no frame yet.");
      context(canvas).putImageData(new ImageData(contents(go).slice(), width, height), 0, 0);
      return canvas.convertToBlob({ type: "image/png" });
    },
  };
}

/** @param {ImageBitmap} bitmap */
function refuseTooLarge({ width, height }) {
  if (width * height <= MAX_PIXELS) return;
  const message = `The picture has ${width}×${height} pixels; the limit is ${MAX_PIXELS / 1e6} million.`;
  throw new ClassifierError("image-too-large", message, "Scale the picture down and try again.");
}

/**
 * Copies a bitmap's pixels in half of the time that a canvas takes, and leaves none behind for the browser to clear away:
 * a megabyte a frame, some hundred of them at once, which takes it longer than a frame. They come in the order that the
 * browser has them in: asked for another, Chromium has it changed by other threads, for which this one waits.
 * @param {ImageBitmap} bitmap
 * @param {Uint8ClampedArray<ArrayBuffer>} room
 * @returns {Promise<"opaque" | "translucent" | null>}  null: this browser cannot
 */
async function copy(bitmap, room) {
  /** @type {VideoFrame | undefined} */
  let frame;
  try {
    frame = new VideoFrame(bitmap, { timestamp: 0 });
    const { format } = frame;
    if (!format || !/^(RGB|BGR)[AX]$/.test(format) || frame.allocationSize() !== room.length) return null;
    await frame.copyTo(room);
    return settle(words(room), format.startsWith("B")) ? "opaque" : "translucent";
  } catch {
    return null;
  } finally {
    frame?.close();
  }
}

/**
 * Puts red first where blue is.
 * @param {Int32Array} pixels
 * @param {boolean} blueFirst
 * @returns {boolean} whether they are opaque
 */
function settle(pixels, blueFirst) {
  let all = -1;
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i];
    all &= pixel;
    if (blueFirst) pixels[i] = (pixel & 0xff00ff00) | ((pixel & 0xff) << 16) | ((pixel >> 16) & 0xff);
  }
  return all >>> 24 === 0xff;
}

/**
 * Whether two copies of a picture are alike; null where that says nothing, since nobody would see it if red and blue had
 * changed places.
 * @param {Uint8ClampedArray<ArrayBuffer>} copy
 * @param {Uint8ClampedArray<ArrayBuffer>} picture
 */
function agree(copy, picture) {
  const [a, b] = [words(copy), words(picture)];
  let coloured = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
    coloured ||= ((a[i] >> 16) & 0xff) !== (a[i] & 0xff);
  }
  return coloured || null;
}

/**
 * Pixels as numbers: red is the lowest byte.
 * @param {Uint8ClampedArray<ArrayBuffer>} pixels
 */
const words = ({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length / 4);

/**
 * @param {OffscreenCanvas} canvas  of the size of the bitmap
 * @param {ImageBitmap} bitmap
 */
function draw(canvas, bitmap) {
  const drawing = context(canvas);
  // Nothing of the picture before may show through.
  drawing.globalCompositeOperation = "copy";
  drawing.drawImage(bitmap, 0, 0);
  return /** @type {Uint8ClampedArray<ArrayBuffer>} */ (drawing.getImageData(0, 0, canvas.width, canvas.height).data);
}

/** @param {OffscreenCanvas} canvas */
function context(canvas) {
  // The canvas would otherwise live on the GPU and every reading be a round trip.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2d context in the worker");
  return context;
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
