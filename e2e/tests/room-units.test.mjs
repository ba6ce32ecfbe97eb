/** How a frame's pixels come into the module's memory, in browsers of every kind. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createRoom } from "../../web/worker/pixels.js";

const [WIDTH, HEIGHT, ADDRESS] = [4, 2, 64];
const BYTES = 4 * WIDTH * HEIGHT;

/** @typedef {{width: number, height: number, pixels: number[], close: () => void}} Bitmap */

/**
 * @param {(i: number) => number[]} pixel
 * @param {number} [height]
 * @returns {Bitmap}
 */
function bitmapOf(pixel, height = HEIGHT) {
  const pixels = Array.from({ length: WIDTH * height }, (_, i) => pixel(i)).flat();
  return { width: WIDTH, height, pixels, close: () => {} };
}

const coloured = (/** @type {number} */ shift, height = HEIGHT) =>
  bitmapOf((i) => [10 * i + shift, 7, 90 - i - shift, 255], height);
const grey = (/** @type {number} */ shift) => bitmapOf((i) => [i + shift, i + shift, i + shift, 255]);
const translucent = () => bitmapOf((i) => [10 * i, 7, 90, i === 5 ? 128 : 255]);

/** How often a canvas was read. */
let drawings = 0;

/** The module's room: where it is to be, and what was written there. */
function module() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const asked = /** @type {number[][]} */ ([]);
  return {
    asked,
    linear: memory,
    room: async (/** @type {{width: number, height: number}} */ { width, height }) => {
      asked.push([width, height]);
      return ADDRESS;
    },
    written: (length = BYTES) => [...new Uint8Array(memory.buffer, ADDRESS, length)],
  };
}

/**
 * A browser's VideoFrame.
 * @param {object} options
 * @param {string | null} options.format
 * @param {(pixels: number[]) => number[]} [options.order]   of what it copies
 * @param {boolean} [options.fails]
 */
function installVideoFrame({ format, order = (pixels) => pixels, fails = false }) {
  const counts = { open: 0 };
  Object.assign(globalThis, {
    VideoFrame: class {
      /** @param {Bitmap} bitmap */
      constructor(bitmap) {
        counts.open++;
        this.bitmap = bitmap;
        this.format = format;
      }
      allocationSize() {
        return this.bitmap.pixels.length;
      }
      /** @param {Uint8ClampedArray} room */
      async copyTo(room) {
        if (fails) throw new DOMException("no", "NotSupportedError");
        room.set(order(this.bitmap.pixels));
      }
      close() {
        counts.open--;
      }
    },
  });
  return counts;
}

/** @param {number[]} pixels */
const blueFirst = (pixels) => pixels.map((_, i) => pixels[i % 4 === 3 || i % 4 === 1 ? i : i + 2 - 2 * (i % 4)]);

beforeEach(() => {
  drawings = 0;
  Object.assign(globalThis, {
    VideoFrame: undefined,
    OffscreenCanvas: class {
      /**
       * @param {number} width
       * @param {number} height
       */
      constructor(width, height) {
        Object.assign(this, { width, height });
      }
      getContext() {
        let shown = /** @type {number[]} */ ([]);
        return {
          drawImage: (/** @type {Bitmap} */ bitmap) => (shown = bitmap.pixels),
          getImageData: () => {
            drawings++;
            return { data: Uint8ClampedArray.from(shown) };
          },
        };
      }
    },
  });
});

/**
 * Takes in frames one after another.
 * @param {Bitmap[]} frames
 * @returns {Promise<number>} how many of them went over a canvas
 */
async function take(...frames) {
  const go = module();
  const room = createRoom();
  for (const frame of frames) {
    let closed = 0;
    frame.close = () => closed++;
    const size = await room.frame(/** @type {any} */ (go), /** @type {any} */ (frame));
    assert.deepEqual(size, { width: frame.width, height: frame.height });
    assert.deepEqual(go.written(frame.pixels.length), frame.pixels);
    assert.equal(closed, 1, "a frame is closed once");
  }
  return drawings;
}

test("without VideoFrame every frame goes over a canvas", async () => {
  assert.equal(await take(coloured(0), coloured(1)), 2);
});

for (const [format, order] of /** @type {const} */ ([
  ["RGBA", undefined],
  ["RGBX", undefined],
  ["BGRA", blueFirst],
  ["BGRX", blueFirst],
])) {
  test(`frames in ${format} are copied once the first was found to be like on a canvas`, async () => {
    const { open } = installVideoFrame({ format, order });
    assert.equal(await take(coloured(0), coloured(1), coloured(2)), 1);
    assert.equal(open, 0, "every VideoFrame is closed");
  });
}

test("a browser whose copies are others than it says is not believed", async () => {
  installVideoFrame({ format: "RGBA", order: blueFirst });
  assert.equal(await take(coloured(0), coloured(1), coloured(2)), 3);
});

test("a grey frame does not tell red from blue", async () => {
  installVideoFrame({ format: "RGBA", order: blueFirst });
  assert.equal(await take(grey(0), grey(1), coloured(0), coloured(1)), 4);
  drawings = 0;
  installVideoFrame({ format: "RGBA" });
  assert.equal(await take(grey(0), grey(1), coloured(0), coloured(1)), 3);
});

test("other formats, and copies that fail, go over a canvas", async () => {
  for (const options of [{ format: "I420" }, { format: null }, { format: "RGBA", fails: true }]) {
    drawings = 0;
    const { open } = installVideoFrame(options);
    assert.equal(await take(coloured(0), coloured(1)), 2, JSON.stringify(options));
    assert.equal(open, 0);
  }
});

test("what something shines through goes over a canvas, and what follows does not", async () => {
  // As browsers keep them: colours times opacity.
  const times = (/** @type {number[]} */ pixels) =>
    pixels.map((value, i) => (i % 4 === 3 ? value : Math.round((value * pixels[i | 3]) / 255)));
  installVideoFrame({ format: "RGBA", order: times });
  assert.equal(await take(translucent(), coloured(0), coloured(1), translucent(), coloured(2)), 3);
});

test("frames of another size are compared anew, in a room of their size", async () => {
  installVideoFrame({ format: "RGBA" });
  assert.equal(await take(coloured(0), coloured(1), coloured(0, 3), coloured(1, 3), coloured(0)), 3);
  const go = module();
  const room = createRoom();
  for (const frame of [coloured(0), coloured(1), coloured(0, 3)]) {
    await room.frame(/** @type {any} */ (go), /** @type {any} */ (frame));
  }
  assert.deepEqual(go.asked, [
    [WIDTH, HEIGHT],
    [WIDTH, 3],
  ]);
});

test("a picture is no frame: it goes over a canvas, and cannot be had back", async () => {
  installVideoFrame({ format: "RGBA" });
  const go = module();
  const room = createRoom();
  const picture = translucent();
  await room.frame(/** @type {any} */ (go), /** @type {any} */ (coloured(0)));
  await room.picture(/** @type {any} */ (go), /** @type {any} */ (picture));
  assert.deepEqual(go.written(), picture.pixels);
  await assert.rejects(room.lastFrame(/** @type {any} */ (go)), { code: "no-picture" });
});
