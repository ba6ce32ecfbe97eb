/** From opening the page to the answer: the page says what the command line says. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { KERNELS } from "../../web/kernels.js";
import { fromDisk, startBrowser } from "../support/browser.mjs";
import { keepEngineLog, takeEngineLog } from "../support/engine-log.mjs";
import { drawScene, encodeInBrowser, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS, classifyNatively, sharedFile } from "../support/repo.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

const TOLERANCE = { ".png": 1e-4, ".jpg": 0.02 };

test("the page becomes ready with the default model and the fastest kernels", async (t) => {
  const page = await browser.newPage();
  const start = performance.now();
  await page.open();
  t.diagnostic(`ready after ${(performance.now() - start).toFixed(0)} ms`);
  assert.equal(await page.$("status").innerText(), "Ready");
  assert.equal(await page.$("kernel").innerText(), KERNELS[0].name);
  assert.match(await page.$("model-facts").innerText(), /Parameters\s*3\.\d+ M[^]*Download[^]*Accuracy/);
  await page.close();
});

test("a dropped picture has the top 5 of the command line, and its blocks add up", async (t) => {
  const page = await browser.newPage();
  await keepEngineLog(page.page);
  await page.open();
  for (const file of await pictures(page)) {
    const expected = await classifyNatively(file);
    await page.drop(fromDisk(file));
    const answer = await page.answer(path.basename(file));

    const extension = /** @type {keyof typeof TOLERANCE} */ (path.extname(file));
    const difference = Math.max(...answer.top.map(({ p }, rank) => Math.abs(p - expected.top[rank].p)));
    t.diagnostic(`${path.basename(file)}: probabilities differ by ${difference.toExponential(1)} at most`);
    assert.deepEqual(
      answer.top.map(({ index }) => index),
      expected.top.map(({ index }) => index),
      file,
    );
    assert.ok(difference <= TOLERANCE[extension], `${file}: ${difference}`);
    for (const [rank, { text }] of answer.top.entries()) assert.ok(text.includes(expected.top[rank].label), text);

    // The page shows medians from the second picture on, and their sum as the total: the engine's own times tell.
    const { result } = (await takeEngineLog(page.page)).find(({ type }) => type === "classify") ?? {};
    const { ms: { forward } = { forward: NaN }, blocks = [] } = result ?? {};
    const sum = blocks.reduce((total, { ms }) => total + ms, 0);
    assert.ok(Math.abs(sum - forward) <= 0.05 * forward, `blocks ${sum} ms, forward ${forward} ms`);
    assert.deepEqual(
      answer.blocks.map(({ name }) => name),
      expected.blocks.map(({ name }) => name),
    );
  }
  await page.close();
});

/**
 * A PNG and a JPEG made here, and the reference's where they are.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 */
async function pictures(page) {
  mkdirSync(ARTIFACTS, { recursive: true });
  const png = path.join(ARTIFACTS, "scene.png");
  const jpeg = path.join(ARTIFACTS, "scene.jpg");
  writeFileSync(png, encodePng(drawScene(500, 333)));
  writeFileSync(jpeg, await encodeInBrowser(page.page, encodePng(drawScene(640, 480)), "image/jpeg"));
  const reference = [
    "n07749582_lemon.jpg",
    "n02692877_airship.jpg",
    "progressive.jpg",
    "exif_6.jpg",
    "exact_219.png",
    "palette_trns.png",
  ].map((name) => sharedFile(`reference/preprocess/src/${name}`, "that the page reads it as the command line does is"));
  return [png, jpeg, ...reference.filter((file) => file !== null)];
}

test("a picture can be picked and pasted", async () => {
  const page = await browser.newPage();
  await page.open();
  const buffer = encodePng(drawScene(320, 240));
  await page.pick({ name: "picked.png", mimeType: "image/png", buffer });
  const picked = await page.answer("picked.png");
  await page.paste({ name: "pasted.png", mimeType: "image/png", buffer });
  const pasted = await page.answer("pasted.png");
  assert.deepEqual(
    pasted.top.map(({ p }) => p),
    picked.top.map(({ p }) => p),
  );
  await page.close();
});

test("several pictures together are classified as a folder is", async () => {
  const page = await browser.newPage();
  await page.open();
  const buffer = encodePng(drawScene(64, 64));
  await page.drop(
    { name: "first.png", mimeType: "image/png", buffer },
    { name: "second.png", mimeType: "image/png", buffer },
  );
  await page.page.locator('.folder-progress[data-phase="done"]').waitFor();
  const rows = page.$("folder-row").evaluateAll((elements) => elements.map(({ dataset }) => dataset.path));
  assert.deepEqual(await rows, ["first.png", "second.png"]);
  await page.close();
});

test("names of files are text, whatever they contain", async () => {
  const page = await browser.newPage();
  await page.open();
  const name = '<img src=x onerror="document.title=1">.png';
  await page.drop({ name, mimeType: "image/png", buffer: encodePng(drawScene(64, 64)) });
  await page.page.getByText(name).first().waitFor();
  assert.equal(await page.page.title(), "MobileMamba in your browser");
  await page.close();
});

test("?img= opens a picture, ?kernel= wishes for kernels", async () => {
  const page = await browser.newPage();
  await page.page.route("**/there.png", (route) =>
    route.fulfill({ contentType: "image/png", body: encodePng(drawScene(100, 80)) }),
  );
  await page.open("?img=there.png&kernel=no-such");
  await page.answer("there.png");
  assert.equal(await page.$("kernel").innerText(), KERNELS[0].name);
  assert.match(await page.$("kernel-note").innerText(), /no “no-such” kernels/);
  await page.close();
});

for (const { name } of KERNELS) {
  test(`the ${name} kernels answer as the command line does`, async (t) => {
    const page = await browser.newPage();
    await page.open(`?kernel=${name}`);
    assert.equal(await page.$("kernel").innerText(), name);
    assert.ok(!(await page.$("kernel-note").isVisible()));
    const picture = { name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(320, 240)) };
    const file = path.join(ARTIFACTS, "kernels.png");
    writeFileSync(file, picture.buffer);
    const expected = await classifyNatively(file);
    await page.drop(picture);
    const { top } = await page.answer("scene.png");
    const differences = top.map((prediction, i) => Math.abs(prediction.p - expected.top[i].p));
    t.diagnostic(`probabilities differ by ${Math.max(...differences).toExponential(1)} at most`);
    assert.deepEqual(
      top.map((prediction) => prediction.index),
      expected.top.map((/** @type {{index: number}} */ prediction) => prediction.index),
    );
    assert.ok(Math.max(...differences) < TOLERANCE[".png"]);
    await page.close();
  });
}

test("?bench=N times the network", async (t) => {
  const page = await browser.newPage();
  await page.open("?bench=5");
  await page.$("bench-result").waitFor();
  const result = await page.page.evaluate(() => Reflect.get(window, "benchResult"));
  t.diagnostic(`median ${result.median.toFixed(1)} ms`);
  assert.equal(result.runs, 5);
  assert.equal(result.kernel, KERNELS[0].name);
  assert.ok(result.min <= result.median && result.p10 <= result.median && result.median <= result.p90);
  assert.equal(result.blocks.length, await page.$("block-timing").count());
  await page.$("bench").click();
  await page.page.getByText("median of 50 runs").waitFor({ timeout: 60_000 });
  await page.close();
});

test("the sounds are off until they are asked for, and are decoded MP3s", async () => {
  const page = await browser.newPage();
  await page.page.addInitScript(() => {
    Object.assign(window, { played: [] });
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...times) {
      Reflect.get(window, "played").push(this.buffer?.duration);
      return start.apply(this, times);
    };
  });
  await page.open();
  const played = () => page.page.evaluate(() => /** @type {number[]} */ (Reflect.get(window, "played")));
  const picture = { name: "a.png", mimeType: "image/png", buffer: encodePng(drawScene(64, 64)) };
  await page.drop(picture);
  await page.answer("a.png");
  assert.deepEqual(await played(), []);

  await page.$("sound-toggle").click();
  await page.page.getByText("Sound on").waitFor();
  await page.page.locator('[data-testid="sound-toggle"][data-sound="on"]').waitFor();
  await page.drop({ ...picture, name: "b.png" });
  await page.answer("b.png");
  const durations = await played();
  assert.equal(durations.length, 1);
  assert.ok(durations[0] > 0.02 && durations[0] < 3, `${durations[0]} s`);
  await page.close();
});

test("the page works from any path and without cross-origin isolation", async () => {
  const page = await browser.newPage();
  await page.page.route("**/some/sub/path/**", async (route) => {
    const url = route.request().url().replace("/some/sub/path/", "/");
    const response = await route.fetch({ url });
    const headers = Object.fromEntries(
      Object.entries(response.headers()).filter(([name]) => !name.startsWith("cross-origin-")),
    );
    // As a host that does not know the type of .wasm files.
    if (url.endsWith(".wasm")) headers["content-type"] = "application/octet-stream";
    await route.fulfill({ response, headers });
  });
  await page.open("some/sub/path/");
  assert.equal(await page.page.evaluate(() => crossOriginIsolated), false);
  await page.drop({ name: "a.png", mimeType: "image/png", buffer: encodePng(drawScene(64, 64)) });
  await page.answer("a.png");
  await page.close();
});
