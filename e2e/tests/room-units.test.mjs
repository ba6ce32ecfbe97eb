/** How a frame's pixels come into the module's memory, in browsers of every kind. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ClassifierError } from "../../web/errors.js";
import { createRoom } from "../../web/worker/pixels.js";

const [WIDTH, HEIGHT] = [4, 2];
const BYTES = 4 * WIDTH * HEIGHT;
const UPRIGHT = { rotation: 0, flip: false };

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

/** The module's room: its memory grows for each of another size, and the room is then elsewhere. */
function module() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const asked = /** @type {number[][]} */ ([]);
  let address = 0;
  return {
    asked,
    linear: memory,
    room: async (/** @type {{width: number, height: number}} */ { width, height }) => {
      if (width * height > 1000) throw new ClassifierError("image-too-large", "too large");
      asked.push([width, height]);
      memory.grow(1);
      address += 1024;
      return address;
    },
    written: (length = BYTES) => [...new Uint8Array(memory.buffer, address, length)],
  };
}

/**
 * A browser's VideoFrame.
 * @param {object} options
 * @param {string | null} options.format
 * @param {(pixels: number[]) => number[]} [options.order]   of what it copies
 * @param {boolean} [options.fails]
 * @param {object} [options.turned]  what it says of how the bitmap is to be turned
 * @param {boolean} [options.tells]   whether such a thing is known to it
 * @returns {{made: number, open: number, colorSpace: string}}  may be changed
 */
function installVideoFrame({ format, order = (pixels) => pixels, fails = false, turned = UPRIGHT, tells = true }) {
  const state = { made: 0, open: 0, colorSpace: "sRGB" };
  Object.assign(globalThis, {
    VideoFrame: class {
      static {
        if (tells) Reflect.set(this.prototype, "rotation", undefined);
      }
      /** @param {Bitmap} bitmap */
      constructor(bitmap) {
        state.made++;
        state.open++;
        this.pixels = bitmap.pixels;
        const size = { codedWidth: bitmap.width, codedHeight: bitmap.height };
        Object.assign(this, { format, colorSpace: state.colorSpace, ...size, ...turned });
      }
      allocationSize() {
        return this.pixels.length;
      }
      /** @param {Uint8ClampedArray} room */
      async copyTo(room) {
        if (fails) throw new DOMException("no", "NotSupportedError");
        room.set(order(this.pixels));
      }
      close() {
        state.open--;
      }
    },
  });
  return state;
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
      /** @type {any} */
      context;
      getContext() {
        // The same one each time. Pixels that are not opaque let those before show, unless it is told to copy.
        return (this.context ??= {
          shown: /** @type {number[]} */ ([]),
          globalCompositeOperation: "source-over",
          drawImage(/** @type {Bitmap} */ { pixels }) {
            const copies = this.globalCompositeOperation === "copy";
            this.shown = pixels.map((value, i) => (copies || pixels[i | 3] === 255 ? value : (this.shown[i] ?? value)));
          },
          getImageData() {
            drawings++;
            return { data: Uint8ClampedArray.from(this.shown) };
          },
        });
      }
    },
  });
});

/** A room and its module, into which frames come one after another. */
function open() {
  const go = module();
  const room = createRoom();
  drawings = 0;
  return {
    go: /** @type {any} */ (go),
    room,
    /**
     * @param {Bitmap[]} frames
     * @returns {Promise<number>} how many of them went over a canvas
     */
    async take(...frames) {
      const before = drawings;
      for (const frame of frames) {
        let closed = 0;
        frame.close = () => closed++;
        const size = await room.frame(/** @type {any} */ (go), /** @type {any} */ (frame));
        assert.deepEqual(size, { width: frame.width, height: frame.height });
        assert.deepEqual(go.written(frame.pixels.length), frame.pixels);
        assert.equal(closed, 1, "a frame is closed once");
      }
      return drawings - before;
    },
  };
}

test("without VideoFrame every frame goes over a canvas", async () => {
  assert.equal(await open().take(coloured(0), coloured(1)), 2);
});

for (const [format, order] of /** @type {const} */ ([
  ["RGBA", undefined],
  ["RGBX", undefined],
  ["BGRA", blueFirst],
  ["BGRX", blueFirst],
])) {
  test(`frames in ${format} are copied once the first was found to be like on a canvas`, async () => {
    const state = installVideoFrame({ format, order });
    assert.equal(await open().take(coloured(0), coloured(1), coloured(2)), 1);
    assert.deepEqual([state.made, state.open], [3, 0], "every VideoFrame is closed");
  });
}

test("a browser whose copies are others than it says is not believed", async () => {
  installVideoFrame({ format: "RGBA", order: blueFirst });
  assert.equal(await open().take(coloured(0), coloured(1), coloured(2)), 3);
});

test("a grey frame does not tell red from blue, and grey films are given up", async () => {
  installVideoFrame({ format: "RGBA", order: blueFirst });
  assert.equal(await open().take(grey(0), grey(1), coloured(0), coloured(1)), 4);
  installVideoFrame({ format: "RGBA" });
  assert.equal(await open().take(grey(0), grey(1), coloured(0), coloured(1)), 3);
  const { take } = open();
  await take(...Array.from({ length: 50 }, (_, i) => grey(i)));
  assert.equal(await take(coloured(0), coloured(1)), 2);
});

test("other formats, copies that fail, and bitmaps that are to be turned go over a canvas", async () => {
  for (const options of [
    { format: "I420" },
    { format: null },
    { format: "RGBA", fails: true },
    { format: "RGBA", turned: { rotation: 180, flip: false } },
    { format: "RGBA", turned: { rotation: 0, flip: true } },
    { format: "RGBA", turned: {} },
  ]) {
    const state = installVideoFrame(options);
    assert.equal(await open().take(coloured(0), coloured(1)), 2, JSON.stringify(options));
    assert.deepEqual([state.made, state.open], [2, 0]);
  }
});

test("where VideoFrame does not know how bitmaps are to be turned, none is made", async () => {
  const state = installVideoFrame({ format: "RGBA", turned: {}, tells: false });
  assert.equal(await open().take(coloured(0), coloured(1)), 2);
  assert.equal(state.made, 0);
});

test("what something shines through goes over a canvas, alone, and what follows does not", async () => {
  // As browsers keep them: colours times opacity.
  const times = (/** @type {number[]} */ pixels) =>
    pixels.map((value, i) => (i % 4 === 3 ? value : Math.round((value * pixels[i | 3]) / 255)));
  installVideoFrame({ format: "RGBA", order: times });
  assert.equal(await open().take(translucent(), coloured(0), coloured(1), translucent(), coloured(2)), 3);
});

test("frames of another size or colour space are compared anew, in a room of their size", async () => {
  const state = installVideoFrame({ format: "RGBA" });
  const { take, go } = open();
  assert.equal(await take(coloured(0), coloured(1), coloured(0, 3), coloured(1, 3), coloured(0)), 3);
  const sizes = [HEIGHT, 3, HEIGHT].map((height) => [WIDTH, height]);
  assert.deepEqual(go.asked, sizes);
  assert.equal(await take(coloured(1)), 0);
  state.colorSpace = "P3";
  assert.equal(await take(coloured(2), coloured(3)), 1);
});

test("a picture is no frame: it goes over a canvas, and cannot be had back", async () => {
  installVideoFrame({ format: "RGBA" });
  const { take, go, room } = open();
  const picture = translucent();
  await take(coloured(0));
  await room.picture(go, /** @type {any} */ (picture));
  assert.deepEqual(go.written(), picture.pixels);
  await assert.rejects(room.lastFrame(go), { code: "no-picture" });
});

test("a picture that is too large is closed, and the one before stays", async () => {
  installVideoFrame({ format: "RGBA" });
  const { take, go, room } = open();
  const [before, large] = [coloured(0), coloured(0, 1000)];
  await take(before);
  let closed = 0;
  large.close = () => closed++;
  await assert.rejects(room.frame(go, /** @type {any} */ (large)), { code: "image-too-large" });
  assert.equal(closed, 1);
  assert.deepEqual(go.written(), before.pixels);
  assert.equal(await take(coloured(1)), 0, "it still has the room of before");
});
