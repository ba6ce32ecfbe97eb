/** Bad pictures and bad checkpoints are named, and the next picture works. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fromDisk, startBrowser } from "../support/browser.mjs";
import { MANIFEST, WEIGHTS, good } from "../support/faults.mjs";
import {
  animateWebp,
  cmykJpeg,
  drawScene,
  encodeInBrowser,
  encodePng,
  encodePng16,
  hugePng,
} from "../support/pictures.mjs";
import { sharedFile } from "../support/repo.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

const scene = drawScene(300, 200);

test("bad pictures get a right answer or a named error, and the next one works", async (t) => {
  const page = await browser.newPage();
  await page.open();
  const jpeg = await encodeInBrowser(page.page, encodePng(scene), "image/jpeg");
  const webp = await encodeInBrowser(page.page, encodePng(scene), "image/webp");

  await page.drop(good("reference.png"));
  const { top } = await page.answer("reference.png");

  /**
   * null: an answer; a code or several: the error that is allowed.
   * @type {[string, Buffer, string[] | null][]}
   */
  const cases = [
    ["empty.png", Buffer.alloc(0), ["not-an-image"]],
    ["text.jpg", Buffer.from("This is no picture at all.\n".repeat(20)), ["not-an-image"]],
    ["1x1.png", encodePng(drawScene(1, 1)), null],
    ["20000x20000.png", hugePng(), ["image-too-large"]],
    ["truncated.jpg", jpeg.subarray(0, jpeg.length / 2), ["image-damaged"]],
    ["headless.jpg", jpeg.subarray(0, 24), ["image-damaged", "not-an-image"]],
    ["animated.webp", animateWebp(webp, scene.width, scene.height), null],
    ["still.webp", webp, null],
    ["cmyk.jpg", cmykJpeg([20, 200, 240, 10]), null],
    ["16-bit.png", encodePng16(scene), null],
  ];
  for (const name of ["1x1.png", "cmyk.jpg", "gray16.png", "gray_alpha.png", "bilevel.png", "3000x20.png"]) {
    const file = sharedFile(`reference/preprocess/src/${name}`, "that the page reads it is");
    if (file) cases.push([`reference ${name}`, readFileSync(file), null]);
  }

  for (const [name, buffer, codes] of cases) {
    await page.drop({ name, mimeType: "", buffer });
    if (codes) {
      const code = await page.errorCode();
      t.diagnostic(`${name}: ${code}`);
      assert.ok(codes.includes(String(code)), `${name}: ${code}`);
    } else {
      const answer = await page.answer(name);
      assert.equal(answer.top.length, 5, name);
      if (name === "16-bit.png") assert.ok(Math.abs(answer.top[0].p - top[0].p) < 1e-4, "16 bits see what 8 bits see");
    }
    await page.drop(good(`after ${name}`));
    const next = await page.answer(`after ${name}`);
    assert.deepEqual(next.top, top, `after ${name}`);
    assert.equal(await page.$("error").isVisible(), false);
  }
  await page.close();
});

test("a picture that only the browser decodes is refused before its pixels are read, if it is too large", async () => {
  const page = await browser.newPage();
  await page.open();
  const [worker] = page.page.workers();
  await worker.evaluate(() => {
    const bitmap = { width: 16384, height: 16384, close: () => Object.assign(globalThis, { closed: true }) };
    globalThis.createImageBitmap = async () => /** @type {ImageBitmap} */ (bitmap);
    globalThis.OffscreenCanvas = /** @type {any} */ (
      class {
        constructor() {
          throw new Error("a canvas was made");
        }
      }
    );
  });
  const avif = Buffer.from("\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "latin1");
  await page.drop({ name: "huge.avif", mimeType: "image/avif", buffer: avif });
  assert.equal(await page.errorCode(), "image-too-large");
  assert.match(await page.$("error").innerText(), /16384×16384.*100 million.*Scale the picture down/s);
  assert.equal(await worker.evaluate(() => Reflect.get(globalThis, "closed")), true);
  await page.drop(good("after.png"));
  await page.answer("after.png");
  await page.close();
});

test("an error can be dismissed", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop({ name: "empty.png", mimeType: "image/png", buffer: Buffer.alloc(0) });
  await page.errorCode();
  await page.$("error-dismiss").click();
  assert.equal(await page.$("error").isVisible(), false);
  await page.close();
});

test("a checkpoint of one's own takes over, and a bad one leaves the model in use", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(good("before.png"));
  const { top } = await page.answer("before.png");

  await page.drop({ name: "not.pth", mimeType: "", buffer: Buffer.from("not a checkpoint") });
  assert.equal(await page.errorCode(), "not-a-checkpoint");
  await page.drop(good("still.png"));
  assert.deepEqual((await page.answer("still.png")).top, top);
  assert.equal(await page.$("error").isVisible(), false);

  await page.drop({ name: "not.pth", mimeType: "", buffer: Buffer.from("not a checkpoint") }, good("beside.png"));
  assert.deepEqual((await page.answer("beside.png")).top, top);
  assert.equal(await page.errorCode(), "not-a-checkpoint", "the answer is not what became of it");

  await page.drop(fromDisk(WEIGHTS));
  await page.page.waitForFunction(
    (name) =>
      document.querySelector('[data-testid="model-select"]')?.querySelector("option:checked")?.textContent === name,
    path.basename(WEIGHTS),
  );
  await page.answer("beside.png");

  const own = sharedFile("reference/checkpoints/tiny_raw.pth", "that an official .pth opens in the page is");
  if (own) {
    await page.$("checkpoint-input").setInputFiles(own);
    await page.page.getByText("tiny_raw.pth").first().waitFor({ state: "attached" });
    await page.drop(good("own.png"));
    await page.answer("own.png");
  }

  await page.$("model-select").selectOption(MANIFEST.models[0].id);
  await page.drop(good("again.png"));
  assert.deepEqual((await page.answer("again.png")).top, top);
  await page.close();
});
