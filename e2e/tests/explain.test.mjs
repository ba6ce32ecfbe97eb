/** The map of a class over the picture: it is where the network looked, and it adds up to the score. */

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { MANIFEST } from "../support/faults.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS } from "../support/repo.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

/**
 * @param {number} width
 * @param {number} height
 */
function picture(width, height) {
  return { name: `${width}.png`, mimeType: "image/png", buffer: encodePng(drawScene(width, height)) };
}

test("every class of the top 5 has a map that adds up to its score", async (t) => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(picture(640, 400));
  const { top } = await page.answer("640.png");
  const overlay = page.$("explain-overlay");
  assert.ok(!(await overlay.isVisible()), "no map is drawn before it is asked for");

  /** @type {number[]} */
  const logits = [];
  for (const [rank, { index }] of top.entries()) {
    const toggle = page.$("explain-toggle").nth(rank);
    await toggle.click();
    await page.page.locator(`[data-testid="explain-overlay"][data-index="${index}"]`).waitFor();
    assert.equal(await toggle.getAttribute("aria-pressed"), "true");
    assert.equal(await page.page.locator('[aria-pressed="true"][data-testid="explain-toggle"]').count(), 1);
    const { sum, logit } = await page.$("explain-sum").evaluate((element) => ({ ...element.dataset }));
    assert.ok(Math.abs(Number(sum) - Number(logit)) < 1e-3, `the map adds up to ${sum}, the score is ${logit}`);
    logits.push(Number(logit));
  }
  // Scores differ as the logarithms of the probabilities do.
  for (const [rank, { p }] of top.entries()) {
    assert.ok(Math.abs(logits[0] - logits[rank] - Math.log(top[0].p / p)) < 1e-3, `rank ${rank}`);
  }
  t.diagnostic(`scores ${logits.map((logit) => logit.toFixed(2)).join(", ")}`);
  await page.close();
});

for (const [width, height] of [
  [640, 400],
  [300, 600],
]) {
  test(`the map covers what the network saw of ${width}×${height} pixels`, async () => {
    const page = await browser.newPage();
    await page.open();
    await page.drop(picture(width, height));
    await page.answer(`${width}.png`);
    await page.$("explain-toggle").first().click();
    const overlay = page.$("explain-overlay");
    await overlay.waitFor();

    const canvas = await overlay.evaluate((element) => {
      const { width, height } = /** @type {HTMLCanvasElement} */ (element);
      const context = /** @type {HTMLCanvasElement} */ (element).getContext("2d");
      return { width, height, painted: context?.getImageData(0, 0, width, height).data.some((value) => value > 0) };
    });
    assert.ok(Math.abs(canvas.width / canvas.height - 1) < 0.02, `${canvas.width}×${canvas.height}`);
    assert.ok(canvas.painted);

    // The picture is shown as large as it fits into the stage; the network sees a square in its middle, up to one of the
    // pixels that its shorter side is resized to.
    const stage = await page.$("drop-zone").boundingBox();
    const box = await overlay.boundingBox();
    assert.ok(stage && box);
    const [{ short }, { size }] = MANIFEST.models[0].preprocess;
    const pixel = (Math.min(width, height) * Math.min(stage.width / width, stage.height / height)) / short;
    const side = pixel * size;
    const near = (/** @type {number} */ a, /** @type {number} */ b) =>
      assert.ok(Math.abs(a - b) < pixel, JSON.stringify({ stage, box, side }));
    near(box.width, side);
    near(box.height, side);
    near(box.x + box.width / 2, stage.x + stage.width / 2);
    near(box.y + box.height / 2, stage.y + stage.height / 2);
    await page.close();
  });
}

test("a map is switched by the keyboard, and gone with its picture", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(picture(320, 240));
  await page.answer("320.png");
  const toggle = page.$("explain-toggle").first();
  const overlay = page.$("explain-overlay");
  await toggle.focus();
  await page.page.keyboard.press("Enter");
  await overlay.waitFor();
  await page.$("explain-opacity").focus();
  await page.page.keyboard.press("Home");
  assert.equal(await overlay.evaluate((element) => getComputedStyle(element).opacity), "0");
  await toggle.focus();
  await page.page.keyboard.press("Space");
  await overlay.waitFor({ state: "hidden" });
  assert.equal(await toggle.getAttribute("aria-pressed"), "false");

  await toggle.click();
  await overlay.waitFor();
  await page.drop(picture(200, 240));
  await overlay.waitFor({ state: "hidden" });
  await page.answer("200.png");
  assert.ok(!(await overlay.isVisible()));
  await page.close();
});

test("on a phone the page shows the map that was asked for below it", async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
  await page.open();
  await page.drop(picture(320, 240));
  await page.answer("320.png");
  await page.$("explain-toggle").last().click();
  await page.page.waitForFunction(() => {
    const overlay = document.querySelector('[data-testid="explain-overlay"]');
    if (!overlay) return false;
    const { top, bottom } = overlay.getBoundingClientRect();
    return top > -1 && bottom <= innerHeight && bottom > top;
  });
  await page.close();
});

test("a picture can be explained after a benchmark came between", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(picture(320, 240));
  await page.answer("320.png");
  await page.$("bench").click();
  await page.$("bench-result").waitFor({ timeout: 60_000 });
  await page.$("explain-toggle").first().click();
  await page.$("explain-overlay").waitFor();
  assert.ok(!(await page.$("error").isVisible()));
  await page.close();
});

test("the engine says that there is no picture", async () => {
  const page = await browser.newPage();
  await page.open();
  const codes = await page.page.evaluate(async () => {
    const url = "./mobilemamba.js";
    const { createClassifier } = await import(url);
    const classifier = createClassifier();
    const code = (/** @type {{code: string}} */ error) => error.code;
    const before = await Promise.all([classifier.explain(0).catch(code), classifier.find("").catch(code)]);
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext("2d");
    await classifier.classify(canvas.transferToImageBitmap());
    const unknown = await classifier.explain(1000).catch(code);
    classifier.dispose();
    return [...before, unknown];
  });
  assert.deepEqual(codes, ["no-picture", "no-picture", "bad-request"]);
  await page.close();
});

for (const width of [360, 1440]) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`screenshots of an explanation at ${width} px, ${colorScheme}`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
      await page.open();
      for (const sample of ["spider-web", "seashore", "orange"]) {
        await page
          .$("samples")
          .getByRole("button", { name: sample.replace("-", " ") })
          .click();
        await page.answer(`${sample}.jpg`);
      }
      await page.$("class-search").fill("cat");
      await page.$("found-class").first().waitFor();
      await page.$("explain-toggle").first().click();
      await page.$("explain-overlay").waitFor();
      const file = path.join(ARTIFACTS, `${width}-${colorScheme}-explain.png`);
      await page.page.screenshot({ path: file, fullPage: true });
      await page.close();
    });
  }
}
