/** What the README's animation shows: a person who tries the published page, with the pictures that come with it. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { chromiumOptions, fromDisk, startBrowser } from "./browser.mjs";
import { publishedSite } from "./published.mjs";
import { Recorder } from "./recorder.mjs";
import { ARTIFACTS, ROOT } from "./repo.mjs";
import { serveFolder } from "./static.mjs";

/** @typedef {import("./browser.mjs").ClassifierPage} ClassifierPage */

const SAMPLES = ["orange.jpg", "seashore.jpg", "spider-web.jpg"].map((name) =>
  path.join(ROOT, "assets", "samples", name),
);

/** A busy machine makes the recording slow, in milliseconds, and not the film. */
const PATIENCE = 120_000;

/** Of the animation, in pixels; the page has a quarter more, so that both columns fit. */
export const SIZE = { width: 960, height: 640 };
const SCALE = 0.8;
const VIEWPORT = { width: SIZE.width / SCALE, height: SIZE.height / SCALE };

/**
 * Starts a browser on the published page, with a camera that films the samples.
 * @returns {Promise<Awaited<ReturnType<typeof startBrowser>>>}
 */
export async function startStory() {
  const film = "samples.mjpeg";
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(path.join(ARTIFACTS, film), await filmSamples());
  const folder = await publishedSite();
  const flags = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
  // The page shows the camera's name, which is the film's as it is given here: not where it lies on this machine.
  const here = process.cwd();
  process.chdir(ARTIFACTS);
  try {
    return await startBrowser([...flags, `--use-file-for-fake-video-capture=${film}`], () => serveFolder(folder));
  } finally {
    process.chdir(here);
  }
}

/**
 * A person tries the page.
 * @param {Awaited<ReturnType<typeof startBrowser>>} browser
 * @param {ConstructorParameters<typeof Recorder>[1]} [options]
 * @returns {Promise<{frames: import("./recorder.mjs").Frame[], scenes: Record<string, number>}>}  and the number of the
 *   frame with which each scene ends
 */
export async function tellStory(browser, options) {
  const page = await browser.newPage({
    viewport: VIEWPORT,
    deviceScaleFactor: SCALE,
    // Movements would be caught at whatever moment a busy machine takes the picture.
    reducedMotion: "reduce",
    permissions: ["camera"],
  });
  page.page.setDefaultTimeout(PATIENCE);
  await page.open();
  const recorder = new Recorder(page.page, options);
  /** @type {Record<string, number>} */
  const scenes = {};
  for (const [name, scene] of Object.entries({ open, drop, explain, look, live, darken })) {
    await scene(page, recorder);
    scenes[name] = recorder.frames.length - 1;
  }
  await page.close();
  return { frames: recorder.frames, scenes };
}

/**
 * The drawing of the network with what a benchmark found its blocks to cost.
 * @param {Awaited<ReturnType<typeof startBrowser>>} browser
 * @param {"light" | "dark"} colorScheme
 */
export async function shootNetwork(browser, colorScheme) {
  const page = await browser.newPage({ viewport: VIEWPORT, deviceScaleFactor: SCALE, colorScheme });
  page.page.setDefaultTimeout(PATIENCE);
  await page.open();
  await page.$("bench").click();
  await page.$("bench-result").waitFor();
  await page.page.mouse.move(0, 0);
  const png = await page.page.getByRole("tabpanel").locator("> *").first().screenshot();
  await page.close();
  return png;
}

/**
 * @param {ClassifierPage} page
 * @param {Recorder} recorder
 */
async function open(page, recorder) {
  await recorder.moveTo(VIEWPORT.width * 0.1, VIEWPORT.height * 0.95, 1);
  await recorder.hold(900);
}

/**
 * @param {ClassifierPage} page
 * @param {Recorder} recorder
 */
async function drop(page, recorder) {
  await page.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([], "orange.jpg", { type: "image/jpeg" }));
    document.body.dispatchEvent(new DragEvent("dragenter", { bubbles: true, cancelable: true, dataTransfer }));
    document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer }));
  });
  await recorder.moveTo(VIEWPORT.width * 0.3, VIEWPORT.height * 0.6);
  await recorder.hold(240);
  await page.drop(fromDisk(SAMPLES[0]));
  await page.answer("orange.jpg");
  await recorder.hold(700);
  await recorder.scrollTo(page.$("drop-zone"), 40);
  await recorder.hold(1100);
}

/**
 * @param {ClassifierPage} page
 * @param {Recorder} recorder
 */
async function explain(page, recorder) {
  for (const rank of [0, 1]) {
    await recorder.click(page.$("explain-toggle").nth(rank));
    await page.page.locator(`[data-testid="explain-toggle"][aria-pressed="true"] >> nth=0`).waitFor();
    await page.$("explain-overlay").waitFor();
    await recorder.hold(1100);
  }
}

/**
 * @param {ClassifierPage} page
 * @param {Recorder} recorder
 */
async function look(page, recorder) {
  await recorder.scrollTo(page.$("tab-inside"));
  await recorder.hold(700);
  await recorder.click(firstBlock(page));
  await insideOf(page);
  await recorder.hold(900);
  await recorder.scrollTo(page.page.locator('[data-testid="inspector"] [data-section]').nth(1));
  await recorder.hold(1300);
  await recorder.scrollTo(page.page.locator('[data-testid="inspector"] [data-section]').nth(2));
  await recorder.hold(1300);
}

/**
 * @param {ClassifierPage} page
 * @param {Recorder} recorder
 */
async function live(page, recorder) {
  await recorder.scrollTo(page.$("camera-toggle"), VIEWPORT.height * 0.8);
  await recorder.click(page.$("camera-toggle"));
  await page.answer("camera");
  await page.$("live").waitFor();
  await recorder.scrollTo(page.$("drop-zone"), 40);
  await recorder.watch(3000, 6);
}

/**
 * @param {ClassifierPage} page
 * @param {Recorder} recorder
 */
async function darken(page, recorder) {
  await page.page.emulateMedia({ colorScheme: "dark" });
  await recorder.watch(2000, 6);
}

/** @param {ClassifierPage} page */
function firstBlock(page) {
  return page.page.locator('[data-testid="block-timing"][data-kind="block"]').first();
}

/** @param {ClassifierPage} page */
async function insideOf(page) {
  const name = await firstBlock(page).getAttribute("data-name");
  await page.page.locator(`[data-testid="inspector"][data-block="${name}"]`).waitFor();
}

/** The samples one after the other as a camera sees them that comes nearer, as Motion JPEG of 30 frames a second. */
async function filmSamples() {
  const browser = await chromium.launch(chromiumOptions());
  try {
    const page = await browser.newPage();
    const frames = await page.evaluate(
      async (samples) => {
        /** @type {string[]} */
        const frames = [];
        const canvas = new OffscreenCanvas(480, 480);
        const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
        for (const sample of samples) {
          const bytes = Uint8Array.from(atob(sample), (character) => character.charCodeAt(0));
          const picture = await createImageBitmap(new Blob([bytes]));
          for (let frame = 0; frame < 24; frame++) {
            const t = frame / 23;
            const side = 480 * (1 - 0.12 * t);
            context.drawImage(picture, (480 - side) * t, (480 - side) / 2, side, side, 0, 0, 480, 480);
            const jpeg = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
            frames.push(String.fromCharCode(...new Uint8Array(await jpeg.arrayBuffer())));
          }
        }
        return frames.map((frame) => btoa(frame));
      },
      SAMPLES.map((file) => fromDisk(file).buffer.toString("base64")),
    );
    // Each is shown for four of the thirty, since a picture of the page takes a while.
    return Buffer.concat(frames.flatMap((frame) => Array(4).fill(Buffer.from(frame, "base64"))));
  } finally {
    await browser.close();
  }
}
