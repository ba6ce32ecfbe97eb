/** Pictures that the Go module does not decode itself: frames of a film, and what only the browser knows. */

import { ClassifierError } from "../errors.js";

/** @typedef {import("./go.js").Module} Module */
/** @typedef {{width: number, height: number}} Size  of the picture that is in the module's room */

/** After so many frames from which it could not be told, it is no longer tried whether copies are right. */
const MAX_DOUBTS = 50;

/**
 * Writes pictures to the room that the module has for one, from where it takes what it is to classify.
 */
export function createRoom() {
  /** Of the room, and of its address in the module's memory. */
  let [width, height, address] = [0, 0, 0];
  /** For frames of this size; null: there is none in the room. @type {OffscreenCanvas | null} */
  let canvas = null;
  const copies = createCopies();

  /**
   * What is in the room, until the module's memory grows.
   * @param {Module} go
   */
  const contents = (go) => new Uint8ClampedArray(go.linear.buffer, address, 4 * width * height);

  /**
   * @param {Module} go
   * @param {ImageBitmap} bitmap  is closed
   * @param {() => Promise<void>} write  puts it into the room, which by then has its size
   * @returns {Promise<Size>}
   */
  async function take(go, bitmap, write) {
    try {
      const size = { width: bitmap.width, height: bitmap.height };
      if (size.width !== width || size.height !== height) {
        address = await go.room(size);
        ({ width, height } = size);
        canvas = null;
      }
      await write();
      return size;
    } finally {
      bitmap.close();
    }
  }

  return {
    /**
     * Takes in a frame of a film, which is closed: more of the same size will follow.
     * @param {Module} go
     * @param {ImageBitmap} bitmap
     */
    frame: (go, bitmap) =>
      take(go, bitmap, async () => {
        canvas ??= new OffscreenCanvas(width, height);
        const copied = await copies.make(bitmap, contents(go));
        if (copied === "sure") return;
        const drawn = draw(canvas, bitmap);
        if (copied === "unsure") copies.compare(contents(go), drawn);
        contents(go).set(drawn);
      }),

    /**
     * Takes in a picture, which is closed.
     * @param {Module} go
     * @param {ImageBitmap} bitmap
     */
    picture: (go, bitmap) =>
      take(go, bitmap, async () => {
        canvas = null;
        contents(go).set(draw(new OffscreenCanvas(width, height), bitmap));
      }),

    /**
     * The frame as a PNG, which keeps its pixels as they are.
     * @param {Module} go
     * @returns {Promise<Blob>}
     */
    async lastFrame(go) {
      if (!canvas) throw new ClassifierError("no-picture", "There is no frame.");
      context(canvas).putImageData(new ImageData(contents(go).slice(), width, height), 0, 0);
      return canvas.convertToBlob({ type: "image/png" });
    },
  };
}

/**
 * Copies of bitmaps by VideoFrame, in half of the time of a canvas and without leaving a megabyte a frame behind for the
 * browser to clear away. Browsers differ in what they give, so that those of a kind are only believed once one of them
 * was found to be what a canvas has.
 */
function createCopies() {
  // A bitmap may carry how it is to be turned, and its copy is not: where that cannot be asked, it is not risked.
  const able = typeof VideoFrame === "function" && "rotation" in VideoFrame.prototype;
  /** Of the last bitmap: all that its copy may depend on. */
  let kind = "";
  /** Whether its copies are right; null: not yet known. @type {boolean | null} */
  let right = null;
  let doubts = 0;

  return {
    /**
     * @param {ImageBitmap} bitmap
     * @param {Uint8ClampedArray<ArrayBuffer>} pixels  of its size
     * @returns {Promise<"sure" | "unsure" | "none">}  unsure: to be compared; none: what is in pixels is of no use
     */
    async make(bitmap, pixels) {
      if (!able) return "none";
      /** The last two are new. @type {VideoFrame & {rotation?: number, flip?: boolean} | undefined} */
      let frame;
      try {
        frame = new VideoFrame(bitmap, { timestamp: 0 });
        const { format, colorSpace, codedWidth, codedHeight, rotation, flip } = frame;
        const current = [format, JSON.stringify(colorSpace), codedWidth, codedHeight].join();
        if (current !== kind) [kind, right, doubts] = [current, null, 0];
        const upright = rotation === 0 && flip === false;
        if (right === false || !upright || !/^(RGB|BGR)[AX]$/.test(format ?? "")) return "none";
        if (frame.allocationSize() !== pixels.length) return "none";
        // In the order that the browser has them in: others change it for Chromium, and this thread waits for them.
        await frame.copyTo(pixels);
        // Where something shines through, bitmaps have colours that a canvas turns back into the picture's.
        if (!settle(words(pixels), format?.startsWith("B") ?? false)) return "none";
        return right ? "sure" : "unsure";
      } catch {
        return "none";
      } finally {
        frame?.close();
      }
    },

    /**
     * Learns from the same picture twice.
     * @param {Uint8ClampedArray<ArrayBuffer>} copied
     * @param {Uint8ClampedArray<ArrayBuffer>} drawn
     */
    compare(copied, drawn) {
      right = agree(words(copied), words(drawn));
      if (right === null && ++doubts >= MAX_DOUBTS) right = false;
    },
  };
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
 * Whether two pictures are the same; null where that says nothing, since nobody would see it if red and blue had changed
 * places.
 * @param {Int32Array} a
 * @param {Int32Array} b
 */
function agree(a, b) {
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
