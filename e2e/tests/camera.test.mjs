/** The camera, played by a film of a known picture. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { drawScene, encodePng, encodeY4m } from "../support/pictures.mjs";
import { ARTIFACTS, classifyNatively } from "../support/repo.mjs";

const scene = drawScene(640, 480);
const film = path.join(ARTIFACTS, "camera.y4m");
const still = path.join(ARTIFACTS, "camera.png");

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(film, encodeY4m([scene]));
  writeFileSync(still, encodePng(scene));
  browser = await startBrowser(["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`]);
});
after(() => browser.stop());

/**
 * Puts cameras that are known by their names in the place of the browser's own, all of which show the same. What is
 * asked for is noted in window.wishes.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 * @param {string[]} names  the first is the one that is opened for those who name none
 * @param {string} [working]  the only one that can be opened
 */
async function replaceCameras(page, names, working) {
  await page.page.addInitScript(([names, working]) => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    /** @type {unknown[]} */
    const wishes = [];
    Object.assign(window, { wishes });
    mediaDevices.enumerateDevices = async () =>
      names.map(
        (label) =>
          /** @type {MediaDeviceInfo} */ ({ kind: "videoinput", deviceId: `id of ${label}`, label, groupId: "" }),
      );
    mediaDevices.getUserMedia = async (constraints) => {
      const { deviceId, facingMode, width, height } = /** @type {MediaTrackConstraints} */ (constraints?.video);
      wishes.push({ deviceId, facingMode });
      const id = /** @type {{exact: string} | undefined} */ (deviceId)?.exact ?? `id of ${names[0]}`;
      const label = id.slice(6);
      if (working && label !== working) throw new DOMException("busy", "NotReadableError");
      const stream = await open({ video: { width, height } });
      const [track] = stream.getTracks();
      Object.defineProperty(track, "label", { value: label });
      track.getSettings = () => ({ deviceId: id, width: 640, height: 480, frameRate: 30 });
      return stream;
    };
  }, /** @type {const} */ ([names, working]));
}

/**
 * As JSON has them, without what is not there.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 */
async function wishesOf(page) {
  return JSON.parse(await page.page.evaluate(() => JSON.stringify(Reflect.get(window, "wishes"))));
}

test("the camera starts, is classified as the picture that it shows, and stops", async (t) => {
  const expected = await classifyNatively(still);
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await page.$("camera-toggle").click();
  const first = await page.answer("camera");
  // A film has 8 bits of coarser colour; a mirrored or stretched frame would be off by far more.
  t.diagnostic(`first class ${first.top[0].p.toFixed(4)}, command line ${expected.top[0].p.toFixed(4)}`);
  assert.equal(first.top[0].index, expected.top[0].index);
  assert.ok(Math.abs(first.top[0].p - expected.top[0].p) < 0.05);

  await page.page.getByText(/^\d+ fps$/).waitFor();
  t.diagnostic(await page.page.getByText(/^\d+ fps$/).innerText());
  await page.page.getByText("Stop camera").waitFor();
  const track = () =>
    page.page.evaluate(() => {
      const video = document.querySelector("video");
      const stream = /** @type {MediaStream | null} */ (video?.srcObject ?? null);
      if (stream) Object.assign(window, { lastTrack: stream.getTracks()[0] });
      return /** @type {MediaStreamTrack} */ (Reflect.get(window, "lastTrack")).readyState;
    });
  assert.equal(await track(), "live");
  assert.deepEqual(
    await page.page.evaluate(() => [
      document.querySelector("video")?.playsInline,
      document.querySelector("video")?.muted,
    ]),
    [true, true],
  );
  await page.$("camera-toggle").click();
  await page.page.getByText("Start camera").waitFor();
  assert.equal(await track(), "ended", "the camera is released");

  await page.drop({ name: "after.png", mimeType: "image/png", buffer: encodePng(scene) });
  await page.answer("after.png");
  await page.close();
});

test("what the camera sees is searched frame by frame", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await page.$("camera-toggle").click();
  const { top } = await page.answer("camera");
  await page.$("class-search").fill(top[0].text.split("\n")[0]);
  const row = page.page.locator(`[data-testid="found-class"][data-index="${top[0].index}"]`);
  await row.waitFor();
  const p = await row.getAttribute("data-p");
  assert.ok(Math.abs(Number(p) - top[0].p) < 0.05);
  await page.$("camera-toggle").click();
  await page.page.getByText("Start camera").waitFor();
  assert.ok(!(await page.$("error").isVisible()));
  await page.close();
});

test("a page hidden for an hour lets go of the camera, says so, and starts it again when it is told to", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.page.clock.install();
  await page.open();
  await page.$("camera-toggle").click();
  await page.answer("camera");
  const hide = (/** @type {boolean} */ hidden) =>
    page.page.evaluate((value) => {
      const stream = /** @type {MediaStream | null} */ (document.querySelector("video")?.srcObject ?? null);
      if (stream) Object.assign(window, { lastTrack: stream.getTracks()[0] });
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await page.page.getByText("Start camera").waitFor();
  assert.equal(await page.page.evaluate(() => document.querySelector("video")), null);
  assert.equal(await page.page.evaluate(() => Reflect.get(window, "lastTrack").readyState), "ended");
  await page.page.clock.fastForward("01:00:00");
  await hide(false);
  assert.equal(await page.page.evaluate(() => document.querySelector("video")), null, "it does not start by itself");
  assert.match(await page.$("live-ended").innerText(), /stopped because this page was hidden/);
  await page.$("live-ended").getByRole("button").click();
  await page.page.getByText("Stop camera").waitFor();
  await page.answer("camera");
  await page.page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await page.$("live-ended").waitFor();
  await page.close();
});

test("with two cameras one can change to the other", async () => {
  // A film plays on one fake device only.
  const browser = await startBrowser(["--use-fake-device-for-media-stream=device-count=2"]);
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  assert.equal(await page.$("camera-turn").isVisible(), false);
  await page.$("camera-toggle").click();
  await page.answer("camera");
  const device = () =>
    page.page.evaluate(() => {
      const stream = /** @type {MediaStream | null} */ (document.querySelector("video")?.srcObject ?? null);
      return stream?.getVideoTracks()[0].getSettings().deviceId;
    });
  const before = await device();
  await page.$("camera-turn").click();
  await page.page.waitForFunction((id) => {
    const stream = /** @type {MediaStream | null} */ (document.querySelector("video")?.srcObject ?? null);
    return stream && stream.getVideoTracks()[0].getSettings().deviceId !== id;
  }, before);
  await page.answer("camera");
  await page.close();
  await browser.stop();
});

test("of more than two cameras one is chosen by its name; with one there is nothing to choose", async () => {
  const browser = await startBrowser(["--use-fake-device-for-media-stream=device-count=3"]);
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await page.$("camera-toggle").click();
  await page.answer("camera");
  assert.equal(await page.$("camera-turn").isVisible(), false);
  const options = page.$("camera-select").locator("option");
  assert.equal(await options.count(), 3);
  const names = await options.allInnerTexts();
  assert.ok((await page.$("live-source").innerText()).startsWith(names[0]));
  await page.$("camera-select").selectOption({ index: 2 });
  await page.$("live-source").getByText(names[2]).waitFor();
  assert.equal(await page.$("camera-select").locator("option:checked").innerText(), names[2]);
  // A device that is taken away leaves the list, and with it the choice.
  await page.page.evaluate(() => {
    const { mediaDevices } = navigator;
    const enumerate = mediaDevices.enumerateDevices.bind(mediaDevices);
    mediaDevices.enumerateDevices = async () =>
      (await enumerate()).filter(({ kind }) => kind === "videoinput").slice(0, 1);
    mediaDevices.dispatchEvent(new Event("devicechange"));
  });
  await page.$("camera-select").waitFor({ state: "hidden" });
  assert.equal(await page.$("camera-turn").isVisible(), false);
  await page.close();
  await browser.stop();
});

test("the back camera is the back camera, whatever the browser opened first", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await replaceCameras(page, ["front 0", "Back Ultra Wide Camera", "Back Camera"]);
  await page.open();
  await page.$("camera-toggle").click();
  await page.answer("camera");
  assert.deepEqual(await wishesOf(page), [
    { facingMode: { ideal: "environment" } },
    { deviceId: { exact: "id of Back Camera" } },
  ]);
  await page.$("live-source").getByText("Back Camera · 640×480 · 30 fps").waitFor();
  assert.ok(!(await page.page.locator("video.mirrored").count()), "a back camera is not mirrored");
  await page.close();
});

test("a camera that is unplugged is named, and works when it is plugged in again", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await page.$("camera-toggle").click();
  await page.answer("camera");
  await page.unplugCamera();
  assert.equal(await page.errorCode(), "camera-missing");
  await page.page.getByText("Start camera").click();
  await page.page.getByText("Stop camera").waitFor();
  await page.answer("camera");
  assert.ok(!(await page.$("error").isVisible()));
  await page.close();
});

test("where one camera fails, another one is offered", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await replaceCameras(page, ["one", "two"], "two");
  await page.open();
  await page.$("camera-toggle").click();
  assert.equal(await page.errorCode(), "camera-busy");
  // Which one the browser tried is not known, so that the first of them is next.
  await page.$("remedy-camera").click();
  await page.page.waitForFunction(() => Reflect.get(window, "wishes").length === 2);
  assert.equal(await page.errorCode(), "camera-busy");
  await page.$("remedy-camera").click();
  await page.answer("camera");
  assert.deepEqual(await wishesOf(page), [
    { facingMode: { ideal: "environment" } },
    { deviceId: { exact: "id of one" } },
    { deviceId: { exact: "id of two" } },
  ]);
  assert.ok(!(await page.$("error").isVisible()));
  await page.close();
});

test("a camera that is not allowed is named, and pictures still work", async () => {
  const page = await browser.newPage({ permissions: [] });
  await page.open();
  await page.$("camera-toggle").click();
  assert.equal(await page.errorCode(), "camera-denied");
  await page.drop({ name: "after.png", mimeType: "image/png", buffer: encodePng(scene) });
  await page.answer("after.png");
  await page.close();
});

test("a picture that the camera takes the place of before its answer is nothing that the page still waits for", async () => {
  const page = await browser.newPage({ permissions: [] });
  await page.open();
  const [worker] = page.page.workers();
  await worker.evaluate(() => {
    const engine = Reflect.get(globalThis, "mobilemamba");
    const { classify } = engine;
    engine.classify = async (/** @type {unknown} */ request) => {
      await new Promise((resolve) => Object.assign(globalThis, { proceed: resolve }));
      return classify.call(engine, request);
    };
  });
  await page.drop({ name: "before.png", mimeType: "image/png", buffer: encodePng(scene) });
  await page.$("status").getByText("Classifying").waitFor();
  await page.$("camera-toggle").click();
  assert.equal(await page.errorCode(), "camera-denied");
  await worker.evaluate(() => Reflect.get(globalThis, "proceed")());
  await page.$("status").getByText("Ready").waitFor();
  await page.close();
});

test("a device without a camera is told so", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("none", "NotFoundError"));
  });
  await page.open();
  await page.$("camera-toggle").click();
  assert.equal(await page.errorCode(), "camera-missing");
  await page.close();
});
