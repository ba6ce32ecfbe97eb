/** Live classification: freezing, films, a shared screen, smoothing, and that the page stays quick. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { keepEngineLog, takeEngineLog } from "../support/engine-log.mjs";
import { drawHalves, drawScene, encodePng, encodeY4m, recordFilm } from "../support/pictures.mjs";
import { ARTIFACTS, classifyNatively } from "../support/repo.mjs";
import { paceOf } from "../support/soak.mjs";
import { traceTasks } from "../support/tasks.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

const [RED, BLUE] = [
  [220, 20, 20],
  [20, 20, 220],
];
const film = path.join(ARTIFACTS, "live.y4m");

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  // Every frame is another one: the scene moves into the halves from below.
  const [halves, scene] = [drawHalves(640, 480, RED, BLUE), drawScene(640, 480)];
  const frames = Array.from({ length: 12 }, (_, i) => {
    const rgb = Uint8Array.from(halves.rgb);
    rgb.set(scene.rgb.subarray(0, 640 * 20 * i * 3), 640 * (480 - 20 * i) * 3);
    return { ...halves, rgb };
  });
  writeFileSync(film, encodeY4m(frames, 60));
  browser = await startBrowser([
    "--use-fake-ui-for-media-stream",
    // A headless browser has no screen to share; this lets it share the tab itself.
    "--use-fake-device-for-media-stream=display-media-type=browser",
    `--use-file-for-fake-video-capture=${film}`,
  ]);
});
after(() => browser.stop());

/** @param {ClassifierPage} page */
async function startCamera(page) {
  await page.$("camera-toggle").click();
  await page.answer("camera");
  await page.$("live").waitFor();
}

/**
 * The colours at the left and the right edge of a picture, near the middle of its height.
 * @param {ClassifierPage} page
 * @param {string} base64  PNG
 */
function edges(page, base64) {
  return page.page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0);
    const at = (/** @type {number} */ x) => [...(context?.getImageData(x, Math.round(0.45 * height), 1, 1).data ?? [])];
    return { left: at(Math.round(width / 8)), right: at(Math.round((7 * width) / 8)) };
  }, base64);
}

const isRed = (/** @type {number[]} */ [r, , b]) => r > 150 && b < 100;
const isBlue = (/** @type {number[]} */ [r, , b]) => b > 150 && r < 100;

test("the frozen frame is the one that was classified, mirrored only where it is shown, and is a picture like any other", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await keepEngineLog(page.page);
  await page.open();
  await startCamera(page);

  // The preview is a mirror: what is red at the left of the camera's picture is seen at the right.
  const shot = await page.$("drop-zone").screenshot();
  const seen = await edges(page, shot.toString("base64"));
  assert.ok(isBlue(seen.left) && isRed(seen.right), JSON.stringify(seen));

  await page.page.keyboard.press("Space");
  await page.answer("camera-1.png");
  const log = await takeEngineLog(page.page);
  const kinds = log.map(({ type }) => type);
  const asked = kinds.lastIndexOf("frame");
  assert.deepEqual(kinds.slice(asked - 1, asked + 2), ["classify", "frame", "classify"]);
  const [moving, still] = [log[asked - 1].result, log[asked + 1].result];
  assert.deepEqual(still?.top, moving?.top, "the picture that stands still has the answer of the frame that was live");

  const waiting = page.page.waitForEvent("download");
  await page.$("frame-save").click();
  const download = await waiting;
  assert.equal(download.suggestedFilename(), "camera-1.png");
  const file = path.join(ARTIFACTS, "frozen.png");
  await download.saveAs(file);
  const expected = await classifyNatively(file);
  assert.deepEqual(
    still?.top.map(({ index }) => index),
    expected.top.map(({ index }) => index),
  );
  const { readFileSync } = await import("node:fs");
  const frame = await edges(page, readFileSync(file).toString("base64"));
  assert.ok(isRed(frame.left) && isBlue(frame.right), `the network sees no mirror image: ${JSON.stringify(frame)}`);
  const shown = await page.$("drop-zone").screenshot();
  const stays = await edges(page, shown.toString("base64"));
  assert.ok(isBlue(stays.left) && isRed(stays.right), `what is seen does not flip: ${JSON.stringify(stays)}`);

  await page.$("explain-toggle").first().click();
  await page.$("explain-overlay").waitFor();
  assert.equal(await page.$("history-item").count(), 1);

  // On it goes, and stands still again.
  await page.page.keyboard.press("Space");
  await page.answer("camera");
  assert.equal(await page.$("live").getAttribute("data-phase"), "on");
  await page.$("freeze").click();
  await page.answer("camera-2.png");
  assert.equal(await page.$("history-item").count(), 2);
  await page.$("freeze").press("Space");
  await page.answer("camera");
  await page.close();
});

test("the space bar leaves fields and buttons alone", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await startCamera(page);
  await page.$("class-search").press("Space");
  assert.equal(await page.$("class-search").inputValue(), " ");
  await page.$("smooth").press("Space");
  assert.ok(await page.$("smooth").isChecked());
  await page.$("model-select").press("Space");
  await page.page.keyboard.press("Escape");
  assert.equal(await page.$("live").getAttribute("data-phase"), "on");
  // What has an answer of its own to the key, as a heading of the folder's table.
  await page.page.evaluate(() => {
    const heading = document.body.appendChild(document.createElement("div"));
    heading.tabIndex = 0;
    heading.addEventListener("keydown", (event) => event.preventDefault());
    heading.focus();
  });
  await page.page.keyboard.press("Space");
  assert.equal(await page.$("live").getAttribute("data-phase"), "on");
  await page.$("camera-toggle").press("Space");
  await page.page.getByText("Start camera").waitFor();
  assert.ok(!(await page.$("live").isVisible()));
  await page.close();
});

test("the map of a class stays on the live picture, mirrored like it, until it is put away", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await startCamera(page);
  await page.$("explain-toggle").first().click();
  const overlay = page.$("explain-overlay");
  await overlay.waitFor();
  const index = await overlay.getAttribute("data-index");
  const logit = () => page.$("explain-sum").getAttribute("data-logit");
  const before = await logit();
  await page.page.waitForFunction(
    (value) =>
      /** @type {HTMLElement} */ (document.querySelector('[data-testid="explain-sum"]')).dataset.logit !== value,
    before,
  );
  assert.equal(await overlay.getAttribute("data-index"), index, "the class stays the same");
  assert.equal(await page.page.locator(".heat-layer.mirrored").count(), 1);
  await page.page.keyboard.press("Space");
  await page.answer("camera-1.png");
  await page.page.locator(`[data-testid="explain-overlay"][data-index="${index}"]`).waitFor();
  assert.equal(await page.page.locator(".heat-layer.mirrored").count(), 1, "and so is the frozen frame");
  await page.page.keyboard.press("Space");
  await page.answer("camera");
  await page.$("explain-toggle").first().click();
  await overlay.waitFor();
  await page.$("explain-close").click();
  await overlay.waitFor({ state: "hidden" });
  await page.close();
});

test("another model may take over while the map of a class is shown live", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await startCamera(page);
  for (const rank of [1, 0]) {
    await page.$("explain-toggle").first().click();
    await page.$("explain-overlay").waitFor();
    await page.$("weights-choice").getByRole("radio").nth(rank).check();
    await page.$("explain-overlay").waitFor({ state: "hidden" });
    await page.answer("camera");
  }
  assert.equal(await page.$("live").getAttribute("data-phase"), "on");
  assert.ok(!(await page.$("error").isVisible()));
  await page.close();
});

test("smoothing averages all probabilities over time, and begins anew with each source", async (t) => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.page.addInitScript(() => {
    /** @type {{weight: number, sent: number}[]} */
    const weights = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (/** @type {any[]} */ ...parameters) {
      if (parameters[0].type === "classify") weights.push({ weight: parameters[0].weight, sent: performance.now() });
      return post.apply(this, /** @type {any} */ (parameters));
    };
    Object.assign(window, { weights });
  });
  await page.open();
  await startCamera(page);
  const take = () =>
    page.page.evaluate(
      () => /** @type {{weight: number, sent: number}[]} */ (Reflect.get(window, "weights").splice(0)),
    );
  assert.ok((await take()).every(({ weight }) => weight === 1));

  await page.$("smooth").check();
  await take();
  await page.page.waitForFunction(() => Reflect.get(window, "weights").length >= 8);
  const smoothed = await take();
  for (const [i, { weight, sent }] of smoothed.entries()) {
    assert.ok(weight > 0 && weight < 1, `${weight}`);
    if (i === 0) continue;
    // What was sent is a little later than what was taken.
    const expected = 1 - Math.exp(-(sent - smoothed[i - 1].sent) / 500);
    assert.ok(Math.abs(weight - expected) < 0.2, `weight ${weight} where about ${expected} was due`);
  }
  t.diagnostic(`weights ${smoothed.map(({ weight }) => weight.toFixed(2)).join(" ")}`);
  assert.match(await page.page.locator(".switch").innerText(), /0\.5 s/);

  await page.$("camera-toggle").click();
  await page.page.getByText("Start camera").waitFor();
  await take();
  await page.$("camera-toggle").click();
  await page.page.waitForFunction(() => Reflect.get(window, "weights").length >= 2);
  const [first, second] = await take();
  assert.equal(first.weight, 1, "the first frame of a source stands for itself");
  assert.ok(second.weight < 1);
  await page.close();
});

test("a film is played and classified as it plays; it is paused, sought in, frozen and closed", async () => {
  const page = await browser.newPage();
  await keepEngineLog(page.page);
  await page.open();
  const buffer = await recordFilm(page.page);
  await page.pick({ name: "red and green.webm", mimeType: "video/webm", buffer });
  await page.answer("red and green.webm");
  const video = page.page.locator("video.stage-media");
  assert.deepEqual(
    await video.evaluate((/** @type {HTMLVideoElement} */ element) => [
      element.controls,
      element.muted,
      element.playsInline,
      element.classList.contains("mirrored"),
    ]),
    [true, true, true, false],
  );
  await video.evaluate(
    (/** @type {HTMLVideoElement} */ element) =>
      element.ended || new Promise((resolve) => element.addEventListener("ended", resolve, { once: true })),
  );
  const classified = (await takeEngineLog(page.page)).filter(({ type }) => type === "classify");
  assert.ok(classified.length > 1, `${classified.length} frames`);

  // A place in the red, while the film stands still.
  await video.evaluate((/** @type {HTMLVideoElement} */ element) => {
    element.pause();
    element.currentTime = 0.3;
  });
  await page.page.waitForFunction(() => Reflect.get(window, "engineLog").length > 0);
  await page.page.keyboard.press("Space");
  await page.answer("red and green-1.png");
  const waiting = page.page.waitForEvent("download");
  await page.$("frame-save").click();
  const file = path.join(ARTIFACTS, "film.png");
  await (await waiting).saveAs(file);
  const { readFileSync } = await import("node:fs");
  const { left } = await edges(page, readFileSync(file).toString("base64"));
  assert.ok(left[0] > 150 && left[1] < 100, `red: ${left}`);

  await page.page.keyboard.press("Space");
  await page.answer("red and green.webm");
  assert.ok(await video.evaluate((/** @type {HTMLVideoElement} */ element) => element.paused), "it stood still before");
  await page.$("film-close").click();
  await page.page.getByText("Drop a picture here").waitFor();

  await page.drop({ name: "broken.mp4", mimeType: "video/mp4", buffer: Buffer.from("no film at all") });
  assert.equal(await page.errorCode(), "film-unsupported");
  await page.drop({ name: "after.png", mimeType: "image/png", buffer: encodePng(drawScene(64, 64)) });
  await page.answer("after.png");
  await page.close();
});

test("a shared screen is classified, and its end is no error", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.$("screen-toggle").click();
  await page.answer("screen");
  assert.match(await page.$("status").innerText(), /what the screen shows/);
  assert.match(await page.$("live-source").innerText(), /^A tab · \d+×\d+ · \d+ fps$/);
  const ended = () =>
    page.page.evaluate(() => {
      const stream = /** @type {MediaStream} */ (document.querySelector("video")?.srcObject);
      const [track] = stream.getTracks();
      track.dispatchEvent(new Event("ended"));
      return track.readyState;
    });
  assert.equal(await ended(), "ended", "it is released");
  await page.page.getByText("Share screen").waitFor();
  assert.ok(!(await page.$("error").isVisible()));

  await page.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await page.$("screen-toggle").click();
  assert.equal(await page.errorCode(), "screen-denied");
  await page.close();
});

test("live goes on after the engine has crashed, and says so; after two crashes in a row it stops", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await startCamera(page);
  const crash = async () => {
    const [worker] = page.page.workers();
    const gone = new Promise((resolve) => worker.once("close", resolve));
    await worker.evaluate(() => {
      Reflect.get(globalThis, "mobilemamba").classify = () => {
        throw new WebAssembly.RuntimeError("unreachable");
      };
    });
    await gone;
  };
  await crash();
  await page.$("live-restarts").getByText("1").waitFor();
  assert.ok(!(await page.$("error").isVisible()));

  await page.page.route("**/worker.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: 'throw new Error("broken")' }),
  );
  await crash();
  assert.equal(await page.errorCode(), "worker-crashed");
  await page.page.getByText("Start camera").waitFor();
  await page.page.unroute("**/worker.js");
  await startCamera(page);
  await page.close(/broken/);
});

/** In milliseconds. */
const SECONDS = 8000;

test("live one frame is under way at a time, all are accounted for, and the page is never busy for 50 ms", async (t) => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await keepEngineLog(page.page, { results: true });
  // With these kernels the engine is slower than the camera, on any machine.
  await page.open("?kernel=scalar");
  await startCamera(page);
  await page.page.evaluate(() => {
    /** @type {number[]} */
    const long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "longtask",
    });
    Object.assign(window, { long });
  });
  await takeEngineLog(page.page);
  const tasks = await traceTasks(page.page, () => page.page.waitForTimeout(SECONDS));
  const log = (await takeEngineLog(page.page)).filter(({ type }) => type === "classify");
  const long = await page.page.evaluate(() => /** @type {number[]} */ (Reflect.get(window, "long")));

  const { fps, median } = paceOf(log, SECONDS);
  const passed = await page.$("live-passed").innerText();
  t.diagnostic(
    `${fps.toFixed(1)} fps; the engine's median of ${median.toFixed(1)} ms would allow ${(1000 / median).toFixed(1)}`,
  );
  t.diagnostic(`passed over: ${passed}; latency ${await page.$("live-latency").innerText()}`);
  // A machine that is busy otherwise makes every task long on the clock; what the page is to blame for is the
  // processor's time that its own thread took.
  t.diagnostic(
    `${tasks.count} tasks took ${tasks.total.toFixed(0)} ms of processor time, the longest ${tasks.longest.toFixed(1)} ms`,
  );
  t.diagnostic(
    `long tasks by the clock: ${long.length}${long.length ? `, up to ${Math.max(...long).toFixed(0)} ms` : ""}`,
  );
  assert.ok(log.length > 0, "frames are answered");
  assert.deepEqual(
    log.filter(({ beside }) => beside > 0),
    [],
    "a frame was sent while another was under way",
  );
  const [over = 0, shown = 0] = passed.match(/\d+/g)?.map(Number) ?? [];
  assert.ok(shown - over >= log.length, `${log.length} frames answered, and of ${shown} shown ${over} passed over`);
  assert.ok(tasks.count > log.length, "the page's tasks were measured");
  assert.ok(tasks.longest < 50, `a task of ${tasks.longest} ms`);
  await page.close();
});

test("ten answers a second are shown at most, for people to read, and the last one is among them", async (t) => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await keepEngineLog(page.page, { results: true });
  await page.open();
  await startCamera(page);
  await page.page.evaluate(() => {
    const seen = { times: 0 };
    new MutationObserver((records) => {
      if (records.some(({ target }) => target === document.querySelector(".top5 li"))) seen.times++;
    }).observe(document, { subtree: true, attributeFilter: ["data-p"] });
    Object.assign(window, { seen });
  });
  await takeEngineLog(page.page);
  const start = performance.now();
  await page.page.waitForTimeout(3000);
  const shown = await page.page.evaluate(() => /** @type {{times: number}} */ (Reflect.get(window, "seen")).times);
  const seconds = (performance.now() - start) / 1000;
  assert.ok(shown > 0 && shown <= 10 * seconds + 1, `${shown} shown in ${seconds.toFixed(1)} s`);

  // Nothing comes after this frame: it stands still in front of the camera.
  await page.page.evaluate(() => document.querySelector("video")?.pause());
  await page.page.waitForTimeout(1000);
  const answers = (await takeEngineLog(page.page)).filter(({ type }) => type === "classify");
  t.diagnostic(`${answers.length} answers, ${shown} shown in the first ${seconds.toFixed(1)} s`);
  const p = Number(await page.page.locator(".top5 li").first().getAttribute("data-p"));
  assert.equal(p, answers.at(-1)?.result?.top[0].p);
  await page.close();
});
