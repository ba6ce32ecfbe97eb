/** What the engine shows of its inside: the maps add up, and come for the picture classified last. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

/**
 * Inspects blocks in the page for a drawn picture.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 * @param {string[]} blocks
 * @param {{part?: string, channels?: number}} [options]
 */
function inspect(page, blocks, options = {}) {
  return page.page.evaluate(async ([blocks, options]) => {
    const url = "./mobilemamba.js";
    const { createClassifier } = /** @type {typeof import("../../web/mobilemamba.js")} */ (await import(url));
    const classifier = createClassifier();
    const canvas = new OffscreenCanvas(160, 120);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle = "#36c";
    context.fillRect(0, 0, 160, 120);
    context.fillStyle = "#fa3";
    context.fillRect(60, 30, 50, 70);
    await classifier.classify(canvas.transferToImageBitmap());
    const found = [];
    for (const block of blocks) {
      const parts = await classifier.inspect(block, options);
      found.push(parts.map((part) => ({ ...part, typed: part.values.constructor.name, values: [...part.values] })));
    }
    classifier.dispose();
    return found;
  }, /** @type {const} */ ([blocks, options]));
}

/**
 * The inverse Haar transform of one channel's four bands, as the paper's repository defines it.
 * @param {{values: number[], width: number, height: number}} bands
 * @param {number} channel
 * @param {{width: number, height: number}} to
 */
function inverseHaar({ values, width, height }, channel, to) {
  const at = (/** @type {number} */ band, /** @type {number} */ x, /** @type {number} */ y) =>
    values[((channel * 4 + band) * height + (y >> 1)) * width + (x >> 1)];
  return Array.from({ length: to.width * to.height }, (_, i) => {
    const [x, y] = [i % to.width, Math.floor(i / to.width)];
    const [across, down] = [x % 2 ? -1 : 1, y % 2 ? -1 : 1];
    return (at(0, x, y) + down * at(1, x, y) + across * at(2, x, y) + across * down * at(3, x, y)) / 2;
  });
}

/**
 * @param {number[]} got
 * @param {number[]} want
 * @param {string} what
 */
function near(got, want, what) {
  const scale = Math.max(...want.map(Math.abs), 1e-6);
  const worst = Math.max(...want.map((value, i) => Math.abs(value - got[i])));
  assert.equal(got.length, want.length, what);
  assert.ok(worst <= 1e-5 * scale, `${what}: off by ${worst} of ${scale}`);
}

test("the wavelet's bands make its input again, the branch's halves its output", async () => {
  const page = await browser.newPage();
  await page.open();
  // Of 8×8, 4×4 and 2×2 positions; odd maps, which are padded for the transform, are the Go module's own tests'.
  for (const parts of await inspect(page, ["blocks1.0", "blocks2.3", "blocks3.4"])) {
    const part = Object.fromEntries(parts.map((one) => [one.name, one]));
    for (const one of parts) {
      assert.equal(one.typed, "Float32Array", one.name);
      assert.equal(one.shown.length, Math.min(8, one.channels), one.name);
      assert.equal(one.values.length, one.shown.length * one.planes * one.height * one.width, one.name);
      assert.equal(Math.min(...one.values), one.min, one.name);
      assert.equal(Math.max(...one.values), one.max, one.name);
      if (one.like) assert.deepEqual(one.shown, part[one.like].shown, `${one.name} is like ${one.like}`);
    }
    const input = part["global-in"];
    const n = input.width * input.height;
    for (const channel of input.shown.keys()) {
      const map = (/** @type {typeof input} */ one) => one.values.slice(channel * n, (channel + 1) * n);
      near(inverseHaar(part.bands, channel, input), map(input), "bands");
      near(inverseHaar(part.filtered, channel, input), map(part.wavelet), "filtered");
      const sum = map(part.wavelet).map((value, i) => value + map(part.scan)[i]);
      near(sum, map(part.global), "wavelet and scan");
    }
    assert.ok(part.delta.min > 0 && part["delta-mean"].min > 0);
    assert.ok(part.keep.min > 0 && part.keep.max < 1);
  }
  await page.close();
});

test("one part can be asked for with all of its channels", async () => {
  const page = await browser.newPage();
  await page.open();
  const [[output, ...others]] = await inspect(page, ["blocks2.4"], { part: "output", channels: 10_000 });
  assert.equal(others.length, 0);
  assert.deepEqual(
    [...output.shown].sort((a, b) => a - b),
    Array.from({ length: 160 }, (_, i) => i),
  );
  await page.close();
});

test("the engine says what it cannot show, and what memory it takes", async () => {
  const page = await browser.newPage();
  await page.open();
  const { codes, memory } = await page.page.evaluate(async () => {
    const url = "./mobilemamba.js";
    const { createClassifier } = /** @type {typeof import("../../web/mobilemamba.js")} */ (await import(url));
    const classifier = createClassifier();
    const code = (/** @type {{code: string}} */ error) => error.code;
    const codes = [await classifier.inspect("blocks1.0").catch(code)];
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext("2d");
    await classifier.classify(canvas.transferToImageBitmap());
    codes.push(await classifier.inspect("blocks9.9").catch(code));
    codes.push(await classifier.inspect("head", { part: "soul" }).catch(code));
    const memory = await classifier.memory();
    classifier.dispose();
    return { codes, memory };
  });
  assert.deepEqual(codes, ["no-picture", "bad-request", "bad-request"]);
  assert.equal(memory.module % 65536, 0);
  assert.ok(
    memory.heap > 1e6 && memory.heap < memory.reserved && memory.reserved <= memory.module,
    JSON.stringify(memory),
  );
  await page.close();
});
