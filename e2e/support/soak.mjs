/** Live classification for as long as one likes, with the model changed and the engine lost in between. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startBrowser } from "./browser.mjs";
import { keepEngineLog, takeEngineLog } from "./engine-log.mjs";
import { drawScene, encodeY4m } from "./pictures.mjs";
import { ARTIFACTS } from "./repo.mjs";

/**
 * @typedef {object} SoakPlan
 * @property {number} frames   ends after so many answers; Infinity: no matter how many
 * @property {number} minutes  ends after so long; Infinity: no matter how long
 * @property {number} switchEvery   minutes between one model and the next; 0: never
 * @property {number} replaceEvery  minutes between two losses of the engine; 0: never
 * @property {number} [replaceTimes]  at most; without it as often as it is due
 * @property {string} [query]       of the page
 * @property {(line: string) => void} say
 */

/**
 * @typedef {object} Sample
 * @property {number} frames
 * @property {number} heap    bytes in use on the page after a collection
 * @property {number} memory  bytes of the engine's WebAssembly memory
 * @property {number} collections  of garbage, by the engine
 * @property {number} stretch   the same as long as no model was loaded and the engine not lost
 * @property {boolean} warm     WARM_UP frames have come in this stretch
 */

/**
 * @typedef {object} SoakReport
 * @property {number} frames
 * @property {number} seconds
 * @property {number} median   milliseconds of a frame in the worker
 * @property {number} p99
 * @property {number} ratio    the 99th percentile of a frame's time to its model's median
 * @property {number} pace     frames a second to those that the engine alone would answer; 1: it never waits
 * @property {number} models   that were loaded, the one after each loss included
 * @property {number} losses   of the engine
 * @property {Sample[]} samples  the first after WARM_UP frames
 * @property {string} browser  and its version
 */

/** From so many frames on the page may not grow, and an engine with a model not from its next collection of garbage on. */
const WARM_UP = 200;
/** The frames are looked at every so many milliseconds: seldom, since each look makes one of them wait. */
const LOOK_EVERY = 2000;
/** Memory is looked at every so many milliseconds, as often as frames warm up, and at the end. */
const SAMPLE_EVERY = 10_000;
/** So much more memory is still none, in bytes. */
const ALLOWANCE = 1 << 20;

/**
 * @param {SoakPlan} plan
 * @returns {Promise<SoakReport>}
 */
export async function soak({ frames, minutes, switchEvery, replaceEvery, replaceTimes = Infinity, query = "", say }) {
  mkdirSync(ARTIFACTS, { recursive: true });
  const film = path.join(ARTIFACTS, "soak.y4m");
  writeFileSync(film, encodeY4m([drawScene(640, 480), drawScene(640, 480)].map(brighten), 60));
  const browser = await startBrowser([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
  ]);
  try {
    const page = await browser.newPage({ permissions: ["camera"] });
    await keepEngineLog(page.page, { results: false });
    await exposeMemory(page.page);
    await page.open(query);
    await page.$("camera-toggle").click();
    await page.answer("camera");

    const cdp = await page.page.context().newCDPSession(page.page);
    await cdp.send("HeapProfiler.enable");
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 60_000;
    /** Milliseconds of each frame, by the number of models loaded before. @type {Map<number, number[]>} */
    const times = new Map();
    /** @type {Sample[]} */
    const samples = [];
    /** Of every look. @type {number[]} */
    const paces = [];
    let before = start;
    let [count, losses, switches, lastSample, sampled] = [0, 0, 0, -Infinity, 0];
    /** The frame after which the engine or the model is another one. */
    let disturbed = 0;

    const takeFrames = async () => (await takeEngineLog(page.page)).filter(({ type }) => type === "classify");

    while (count < frames && elapsed() < minutes) {
      await page.page.waitForTimeout(LOOK_EVERY);
      const looked = performance.now();
      const exchanges = await takeFrames();
      paces.push(paceOf(exchanges, looked - before).pace);
      before = looked;
      for (const { ms, model } of exchanges) {
        const own = times.get(model);
        if (own) own.push(ms);
        else times.set(model, [ms]);
        count++;
      }
      assert.ok(
        !(await page.$("error").isVisible()),
        `an error after ${count} frames: ${await page.$("error").innerText()}`,
      );
      const due = performance.now() - lastSample > SAMPLE_EVERY || count - sampled >= WARM_UP || count >= frames;
      if (count >= WARM_UP && due) {
        const state = await measure(page.page, cdp);
        // Frames that waited for the collection of garbage, which nobody but this asks for, say nothing about the page.
        count += (await takeFrames()).length;
        before = performance.now();
        samples.push({ frames: count, ...state, stretch: losses + switches, warm: count - disturbed >= WARM_UP });
        const { heap, memory } = state;
        say(`${elapsed().toFixed(1)} min · ${count} frames · heap ${megabytes(heap)} · engine ${megabytes(memory)}`);
        lastSample = performance.now();
        sampled = count;
      }
      if (replaceEvery && losses < replaceTimes && elapsed() >= (losses + 1) * replaceEvery) {
        losses++;
        disturbed = count;
        await loseEngine(page.page);
        say(`${elapsed().toFixed(1)} min · the engine was ended`);
      } else if (switchEvery && elapsed() >= (switches + 1) * switchEvery) {
        switches++;
        disturbed = count;
        const chosen = await chooseNext(page.page);
        say(`${elapsed().toFixed(1)} min · ${chosen}`);
      }
    }
    const seconds = (performance.now() - start) / 1000;
    await page.page.waitForFunction(
      (losses) => Number(document.querySelector('[data-testid="live-restarts"]')?.textContent) === losses,
      losses,
    );
    await page.close(/the soak ended it/);
    const pace = quantile(paces, 0.5);
    const name = `Chromium ${page.page.context().browser()?.version()}`;
    return {
      ...{ frames: count, seconds, losses, models: times.size, pace, samples, browser: name },
      ...spread([...times.values()]),
    };
  } finally {
    await browser.stop();
  }
}

/**
 * The page's heap is flat when it is never larger than at first by more than an allowance. The engine's memory, which
 * browsers never take back, may by half of that while the same engine runs the same model: from its first collection of
 * garbage on, up to which it grows by what has gathered.
 * @param {Pick<SoakReport, "samples">} report
 */
export function assertFlat({ samples }) {
  const [first] = samples;
  for (const { frames, heap } of samples) {
    assert.ok(heap <= first.heap + ALLOWANCE, `the heap grew from ${first.heap} to ${heap} bytes by frame ${frames}`);
  }
  let compared = 0;
  /** By stretch: the collections when it was warm, and the memory after the next. @type {Map<number, Partial<Sample>>} */
  const engines = new Map();
  for (const { frames, memory, collections, stretch } of samples.filter(({ warm }) => warm)) {
    const engine = engines.get(stretch);
    if (!engine) engines.set(stretch, { collections });
    else if (engine.memory !== undefined) {
      const grown = `the engine grew from ${engine.memory} to ${memory} bytes by frame ${frames}`;
      assert.ok(memory <= engine.memory + ALLOWANCE / 2, grown);
      compared++;
    } else if (collections !== engine.collections) engine.memory = memory;
  }
  assert.ok(compared > 0, "no engine was in use for long enough to say whether it grows");
}

/**
 * How much of its time the engine is kept at work.
 * @param {import("./engine-log.mjs").Exchange[]} frames  answered
 * @param {number} ms  within which
 */
export function paceOf(frames, ms) {
  const fps = (1000 * frames.length) / ms;
  const median = quantile(
    frames.map(({ engine }) => engine),
    0.5,
  );
  return { fps, median, pace: (fps * median) / 1000 };
}

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / (1 << 20)).toFixed(2)} MB`;

/**
 * The two frames of the film differ, so that none is the last one again.
 * @param {import("./pictures.mjs").Pixels} picture
 * @param {number} i
 */
const brighten = (picture, i) => ({ ...picture, rgb: picture.rgb.map((value) => Math.min(255, value + 12 * i)) });

/**
 * Lets the tests ask a worker for its WebAssembly memory.
 * @param {import("playwright-core").Page} page
 */
async function exposeMemory(page) {
  await page.route("**/wasm_exec.js", async (route) => {
    const response = await route.fetch();
    const body = `${await response.text()}
      {
        const { run } = Go.prototype;
        Go.prototype.run = function (instance) {
          globalThis.engineMemory = instance.exports.mem;
          return run.call(this, instance);
        };
      }`;
    await route.fulfill({ response, body });
  });
}

/**
 * @param {import("playwright-core").Page} page
 * @param {import("playwright-core").CDPSession} cdp
 */
async function measure(page, cdp) {
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  // A worker that is being replaced may still be listed.
  const engines = await Promise.all(
    page
      .workers()
      .map((worker) =>
        worker.evaluate(async () => ({
          memory: Reflect.get(globalThis, "engineMemory")?.buffer.byteLength ?? 0,
          collections: (await Reflect.get(globalThis, "mobilemamba")?.memory({}))?.collections ?? 0,
        })),
      ),
  );
  const largest = engines.reduce((a, b) => (b.memory > a.memory ? b : a), { memory: 0, collections: 0 });
  return { heap: usedSize, ...largest };
}

/** @param {import("playwright-core").Page} page */
async function loseEngine(page) {
  const [worker] = page.workers();
  const gone = new Promise((resolve) => worker.once("close", resolve));
  await worker.evaluate(() => {
    Reflect.get(globalThis, "mobilemamba").classify = () => {
      throw new WebAssembly.RuntimeError("the soak ended it");
    };
  });
  await gone;
}

/**
 * The next model of the list, or the same one again where there is no other.
 * @param {import("playwright-core").Page} page
 */
async function chooseNext(page) {
  const select = page.getByTestId("model-select");
  return select.evaluate((/** @type {HTMLSelectElement} */ element) => {
    const options = [...element.options].filter(({ value }) => value !== "");
    const next = options[(options.findIndex(({ selected }) => selected) + 1) % options.length];
    element.value = next.value;
    element.dispatchEvent(new Event("change", { bubbles: true }));
    return next.textContent ?? "";
  });
}

/**
 * @param {number[][]} groups  times of frames, by model: each is compared with its own median
 * @returns {{median: number, p99: number, ratio: number}}
 */
function spread(groups) {
  const ratios = groups.flatMap((times) => {
    const middle = quantile(times, 0.5);
    return times.map((time) => time / middle);
  });
  const all = groups.flat();
  return { median: quantile(all, 0.5), p99: quantile(all, 0.99), ratio: quantile(ratios, 0.99) };
}

/**
 * @param {number[]} values
 * @param {number} q  0 to 1
 */
function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
