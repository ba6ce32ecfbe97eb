/** Pictures made here, so that a clone without any further data proves what the page does with them. */

import { deflateSync } from "node:zlib";

/** @typedef {{width: number, height: number, rgb: Uint8Array}} Pixels */

/**
 * A ball on a meadow under a sky: no symmetry, so that a mirrored or turned picture gives another answer.
 * @param {number} width
 * @param {number} height
 * @returns {Pixels}
 */
export function drawScene(width, height) {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      let colour = v < 0.55 ? [110 + 90 * u, 160 + 40 * v, 240 - 60 * u] : [60 + 80 * u, 140 - 60 * v, 40];
      const distance = Math.hypot((u - 0.34) * (width / height), v - 0.58) / 0.27;
      if (distance < 1) colour = [250 - 60 * distance, 150 - 70 * distance, 20 + 30 * u];
      rgb.set(colour, (y * width + x) * 3);
    }
  }
  return { width, height, rgb };
}

/**
 * @param {Pixels} pixels
 * @returns {Buffer}
 */
export function encodePng({ width, height, rgb }) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) rows.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  return png(width, height, 8, 2, rows);
}

/**
 * The same as 16 bits a channel.
 * @param {Pixels} pixels
 * @returns {Buffer}
 */
export function encodePng16({ width, height, rgb }) {
  const rows = Buffer.alloc(height * (1 + width * 6));
  for (let i = 0; i < rgb.length; i++) {
    const row = Math.trunc(i / (width * 3));
    rows.writeUInt16BE(rgb[i] * 257, row * (1 + width * 6) + 1 + 2 * (i % (width * 3)));
  }
  return png(width, height, 16, 2, rows);
}

/** A PNG that claims 20000×20000 pixels and holds one row. */
export function hugePng() {
  return png(20000, 20000, 8, 2, Buffer.alloc(60001));
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} depth   bits a channel
 * @param {number} colour  PNG colour type
 * @param {Buffer} rows    each with its filter byte
 */
function png(width, height, depth, colour, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function pngChunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/**
 * The check sum of PNG chunks; zlib has it only in later releases of Node 20.
 * @param {Buffer} data
 */
function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/**
 * An 8×8 JPEG of one colour in four components, CMYK as Adobe writes it (inverted).
 * @param {number[]} cmyk  each 0 to 255
 * @returns {Buffer}
 */
export function cmykJpeg(cmyk) {
  const segment = (/** @type {number} */ marker, /** @type {number[]} */ data) => [
    0xff,
    marker,
    0,
    data.length + 2,
    ...data,
  ];
  const components = [1, 2, 3, 4];
  // One DC table with categories 0 to 8 as 4-bit codes, one AC table that knows only "end of block".
  const dcTable = [0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...Array(9).keys()];
  const acTable = [0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  let bits = "";
  for (const value of cmyk) {
    // With a quantiser of 8 the DC coefficient is the mean itself, less 128.
    const dc = 255 - value - 128;
    const size = dc === 0 ? 0 : 32 - Math.clz32(Math.abs(dc));
    bits += size.toString(2).padStart(4, "0");
    if (size > 0) bits += (dc > 0 ? dc : dc + (1 << size) - 1).toString(2).padStart(size, "0");
    bits += "0";
  }
  const scan = bits
    .padEnd(Math.ceil(bits.length / 8) * 8, "1")
    .match(/.{8}/g)
    ?.flatMap((byte) => (byte === "11111111" ? [0xff, 0x00] : [Number.parseInt(byte, 2)]));
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0]),
    ...segment(0xdb, [0, ...Array(64).fill(8)]),
    ...segment(0xc0, [8, 0, 8, 0, 8, 4, ...components.flatMap((id) => [id, 0x11, 0])]),
    ...segment(0xc4, dcTable),
    ...segment(0xc4, acTable),
    ...segment(0xda, [4, ...components.flatMap((id) => [id, 0x00]), 0, 63, 0]),
    ...(scan ?? []),
    ...[0xff, 0xd9],
  ]);
}

/**
 * A WebP animation of two frames, both the given still picture.
 * @param {Buffer} still  a lossy WebP
 * @param {number} width
 * @param {number} height
 * @returns {Buffer}
 */
export function animateWebp(still, width, height) {
  const frame = Buffer.alloc(16);
  frame.writeUIntLE(width - 1, 6, 3);
  frame.writeUIntLE(height - 1, 9, 3);
  frame.writeUIntLE(100, 12, 3);
  const canvas = Buffer.alloc(10);
  canvas[0] = 0x02;
  canvas.writeUIntLE(width - 1, 4, 3);
  canvas.writeUIntLE(height - 1, 7, 3);
  const animationFrame = riffChunk("ANMF", Buffer.concat([frame, still.subarray(12)]));
  const body = [riffChunk("VP8X", canvas), riffChunk("ANIM", Buffer.alloc(6)), animationFrame, animationFrame];
  return riffChunk("RIFF", Buffer.concat([Buffer.from("WEBP"), ...body]));
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function riffChunk(type, data) {
  const header = Buffer.alloc(8);
  header.write(type, "latin1");
  header.writeUInt32LE(data.length, 4);
  return Buffer.concat([header, data, Buffer.alloc(data.length % 2)]);
}

/**
 * A film for the fake camera, which plays it over and over: YUV 4:2:0 in the range of television.
 * @param {Pixels[]} pictures  of one even size
 * @param {number} fps
 * @returns {Buffer}
 */
export function encodeY4m(pictures, fps = 30) {
  const [{ width, height }] = pictures;
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([header, ...pictures.flatMap((picture) => [Buffer.from("FRAME\n"), toYuv(picture)])]);
}

/**
 * @param {Pixels} picture
 * @returns {Buffer}
 */
function toYuv({ width, height, rgb }) {
  const plane = width * height;
  const yuv = Buffer.alloc((plane * 3) / 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = rgb.subarray((y * width + x) * 3);
      yuv[y * width + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (x % 2 || y % 2) continue;
      const at = plane + (y / 2) * (width / 2) + x / 2;
      yuv[at] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      yuv[at + plane / 4] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  }
  return yuv;
}

/**
 * A picture of two colours, left and right.
 * @param {number} width
 * @param {number} height
 * @param {number[]} left   red, green, blue
 * @param {number[]} right
 * @returns {Pixels}
 */
export function drawHalves(width, height, left, right) {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set(i % width < width / 2 ? left : right, 3 * i);
  return { width, height, rgb };
}

/**
 * Lets a browser record a film: a second each of red and of green, as WebM.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<Buffer>}
 */
export async function recordFilm(page) {
  const base64 = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [320, 240];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm;codecs=vp8" });
    /** @type {Blob[]} */
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let frame = 0; frame < 40; frame++) {
      context.fillStyle = frame < 20 ? "#e01010" : "#10c010";
      context.fillRect(0, 0, 320, 240);
      // Something must move for there to be frames.
      context.fillStyle = "#ffffff";
      context.fillRect(frame, 0, 2, 2);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  return Buffer.from(base64, "base64");
}

/**
 * Lets a browser encode a picture: JPEG and WebP.
 * @param {import("playwright-core").Page} page
 * @param {Buffer} pngFile
 * @param {string} mimeType
 * @returns {Promise<Buffer>}
 */
export async function encodeInBrowser(page, pngFile, mimeType) {
  const base64 = await page.evaluate(
    async ([png, mimeType]) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      const blob = await canvas.convertToBlob({ type: mimeType, quality: 0.9 });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    [pngFile.toString("base64"), mimeType],
  );
  return Buffer.from(base64, "base64");
}
