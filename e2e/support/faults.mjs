/** What the tests of faults have in common. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { drawScene, encodePng } from "./pictures.mjs";
import { ROOT } from "./repo.mjs";

/** @typedef {import("./browser.mjs").ClassifierPage} ClassifierPage */
/** @typedef {import("playwright-core").Worker} Worker */

/** What the browser itself logs when a download is refused or breaks off. */
export const FAILED_DOWNLOAD = /Failed to load resource/;

const picture = encodePng(drawScene(300, 200));

/**
 * A picture that every engine classifies.
 * @param {string} name
 */
export function good(name) {
  return { name, mimeType: "image/png", buffer: picture };
}

/** The site's list of models. */
export const MANIFEST = JSON.parse(readFileSync(path.join(ROOT, "assets/models/index.json"), "utf8"));

/** The file of the default model. */
export const WEIGHTS = path.join(ROOT, "assets/models", MANIFEST.models[0].weights[0].url);

/**
 * Opens the page and does something to its worker before the model is asked for.
 * @param {ClassifierPage} page
 * @param {() => void} change  runs in the worker
 * @param {{url?: string}} [options]
 */
export async function openWithWorker(page, change, { url = page.url } = {}) {
  let proceed = () => {};
  const changed = new Promise((resolve) => (proceed = () => resolve(undefined)));
  await page.page.route("**/models/index.json", async (route) => {
    await changed;
    await route.continue();
  });
  const started = page.page.waitForEvent("worker");
  await page.page.goto(url);
  await (await started).evaluate(change);
  proceed();
}

/**
 * Does something to the engine of every worker, those that come later too, before it answers anything.
 * @param {ClassifierPage} page
 * @param {string} sabotage  source of a function that takes the engine's interface
 * @returns {Promise<() => Promise<void>>} spares the workers that come later
 */
export async function sabotageAll(page, sabotage) {
  const trap = `{
    let engine;
    Object.defineProperty(globalThis, "mobilemamba", {
      get: () => engine,
      set(value) { engine = value; (${sabotage})(engine); },
    });
  }`;
  await page.page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${trap}` });
  });
  for (const worker of page.page.workers()) await sabotageNow(worker, sabotage);
  return () => page.page.unroute("**/worker.js");
}

/**
 * Does something to the engine of a worker that is up.
 * @param {Worker} worker
 * @param {string} sabotage
 */
export async function sabotageNow(worker, sabotage) {
  await worker.evaluate((source) => eval(`(${source})`)(Reflect.get(globalThis, "mobilemamba")), sabotage);
}

/**
 * Numbers from 0 to 1, the same in every run: mulberry32.
 * @param {number} seed
 */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
