/** What every engine must do with the page, each as a person or another page would ask for it. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { KERNELS } from "../../web/kernels.js";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS, ROOT, classifyNatively } from "../support/repo.mjs";
import { Unsupported, selector, text, until, visible } from "./engine.mjs";
import { ENDINGS } from "./site.mjs";

/** @typedef {import("./engine.mjs").Engine} Engine */
/** @typedef {import("../../web/protocol.js").Prediction} Prediction */

/**
 * What the checks share.
 * @typedef {object} Bench
 * @property {string} url  of the site
 * @property {(reachable: boolean) => void} reach  as if a cable were pulled
 * @property {{safetensors: string, pth: string}} own  checkpoints that are not the site's
 * @property {{logit?: number}} first  what the first engine said, for the next ones to be compared with
 */

/**
 * @typedef {object} Check
 * @property {string} id
 * @property {string} title  for the table
 * @property {RegExp} [provoked]  what it makes engines say on their consoles
 * @property {(engine: Engine, bench: Bench) => Promise<string | void>} run  may answer with what it measured
 */

const TOLERANCE = 1e-4;
/** More classes than any model has. */
const ALL = 10_000;
const SAMPLE = path.join(ROOT, "assets/samples/orange.jpg");

/** @type {Check[]} */
export const CHECKS = [
  { id: "ready", title: "the page becomes ready, and nothing is on the console", run: ready },
  { id: "picture", title: "a picked JPEG has the native top 5", run: picture },
  ...KERNELS.toReversed().map(({ name }) => ({
    id: name,
    title: `${name} kernels: a picked PNG has the native top 5, all its classes the native log-probabilities`,
    run: (/** @type {Engine} */ engine, /** @type {Bench} */ bench) => kernel(engine, bench, name),
  })),
  { id: "camera", title: "the camera is classified live, and let go of", run: camera },
  { id: "own", title: "one's own .safetensors and .pth, picked, become the model", run: own },
  { id: "crash", title: "a worker that traps or is ended is named, and the next picture classified", run: crash },
  {
    id: "offline",
    title: "after one visit the page works without its server",
    run: offline,
    provoked: /Failed to load resource|NetworkError|not loaded/,
  },
];

/**
 * @param {Engine} engine
 * @param {string} url
 */
async function open(engine, url) {
  await engine.open(url);
  await until(engine, "the page becomes ready", () => document.documentElement.dataset.ready === "true");
}

/**
 * Waits for the answer about a picture, by its name or "camera".
 * @param {Engine} engine
 * @param {string} about
 */
function answer(engine, about) {
  const query = `${selector("top5")}[data-about=${JSON.stringify(about)}]`;
  return until(
    engine,
    `an answer about ${about}`,
    (query) => {
      const rows = /** @type {HTMLElement[]} */ ([...(document.querySelector(query)?.children ?? [])]);
      const top = rows.map(({ dataset }) => ({ index: Number(dataset.index), p: Number(dataset.p) }));
      return top.length > 0 ? top : null;
    },
    query,
  );
}

/** What the command line answers, by the picture and the model. @type {Map<string, Promise<Prediction[]>>} */
const native = new Map();

/**
 * All classes as the command line sees them.
 * @param {string} file
 * @param {string} [model]
 */
function classes(file, model) {
  const key = `${model} ${readFileSync(file, "latin1")}`;
  const answer = native.get(key) ?? classifyNatively(file, { top: ALL, model }).then(({ top }) => top);
  native.set(key, answer);
  return answer;
}

/**
 * Picks a file and holds the answer against the command line's.
 * @param {Engine} engine
 * @param {string} file
 * @param {string} [model]
 */
async function classifyPicked(engine, file, model) {
  await engine.setFiles("file-input", file);
  const top = await answer(engine, path.basename(file));
  assert.equal(top.length, 5);
  const expected = (await classes(file, model)).slice(0, 5);
  assert.deepEqual(
    top.map(({ index }) => index),
    expected.map(({ index }) => index),
  );
  const difference = Math.max(...top.map(({ p }, rank) => Math.abs(p - expected[rank].p)));
  assert.ok(difference <= TOLERANCE, `probabilities differ by ${difference}`);
}

/**
 * A PNG, which has the same pixels for every decoder.
 * @param {string} name
 */
function scene(name) {
  const file = path.join(ARTIFACTS, `${name}.png`);
  writeFileSync(file, encodePng(drawScene(320, 240)));
  return file;
}

/** @type {Check["run"]} */
async function ready(engine, { url }) {
  await open(engine, url);
  assert.equal(await visible(engine, "error"), false);
  return `${await text(engine, "kernel")} kernels chosen`;
}

/** @type {Check["run"]} */
async function picture(engine, { url }) {
  await open(engine, url);
  await classifyPicked(engine, SAMPLE);
}

/**
 * @param {Engine} engine
 * @param {Bench} bench
 * @param {string} name
 */
async function kernel(engine, { url, first }, name) {
  await open(engine, `${url}?kernel=${name}`);
  const runs = await engine.evaluate(async (name) => {
    /** @type {typeof import("../../web/kernels.js")} */
    const { KERNELS } = await import(new URL("kernels.js", location.href).href);
    const probe = KERNELS.find((row) => row.name === name)?.probe;
    return !probe || WebAssembly.validate(probe);
  }, name);
  const shown = await text(engine, "kernel");
  if (!runs) {
    assert.notEqual(shown, name);
    assert.equal(await visible(engine, "kernel-note"), true, "the page says why it runs other kernels");
    throw new Unsupported(`WebAssembly.validate refuses them; the page says so and runs ${shown}`);
  }
  assert.equal(shown, name);
  const file = scene(`engines-${name}`);
  await classifyPicked(engine, file);

  const expected = await classes(file);
  const { top, logit, ran, frames } = await engine.evaluate(
    classifyAll,
    name,
    encodePng(drawScene(320, 240)).toString("base64"),
  );
  assert.equal(ran, name);
  assert.equal(top.length, expected.length);
  const given = new Map(top.map(({ index, p }) => [index, Math.log(p)]));
  const apart = (/** @type {typeof top} */ list) =>
    Math.max(...list.map(({ index, p }) => Math.abs(Math.log(p) - (given.get(index) ?? Number.POSITIVE_INFINITY))));
  const difference = apart(expected);
  assert.ok(difference <= TOLERANCE, `log-probabilities differ by ${difference}`);
  for (const frame of frames) assert.ok(apart(frame) <= TOLERANCE, `those of a frame differ by ${apart(frame)}`);
  // Probabilities do not tell logits that are all higher from others; engines and kernels are compared with one another.
  first.logit ??= logit;
  assert.ok(Math.abs(logit - first.logit) <= TOLERANCE, `logits of the first class: ${logit} and ${first.logit}`);
  return `within ${difference.toExponential(1)}`;
}

/**
 * Runs in the page, as another page would use the engine.
 * @param {string} kernel
 * @param {string} png  as base64
 */
async function classifyAll(kernel, png) {
  /** @type {typeof import("../../web/mobilemamba.js")} */
  const { createClassifier } = await import(new URL("mobilemamba.js", location.href).href);
  let ran = "";
  const classifier = createClassifier({ kernel, onKernel: ({ name }) => (ran = name) });
  const picture = new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))]);
  const { top } = await classifier.classify(picture, { top: 10_000 });
  const { logit } = await classifier.explain(top[0].index);
  // The second and third as those that a camera sends all day: the browser may then take a shorter way.
  const frames = [];
  for (let i = 0; i < 3; i++) frames.push((await classifier.classify(await createImageBitmap(picture))).top);
  classifier.dispose();
  const values = (/** @type {typeof top} */ list) => list.map(({ index, p }) => ({ index, p }));
  return { top: values(top), frames: frames.map(values), logit, ran };
}

/** @type {Check["run"]} */
async function camera(engine, { url }) {
  await open(engine, url);
  await engine.click("camera-toggle");
  assert.equal((await answer(engine, "camera")).length, 5);
  const name = await until(engine, "the film goes on", () => {
    const video = document.querySelector("video");
    const stream = /** @type {MediaStream | null | undefined} */ (video?.srcObject);
    if (!video || !stream || video.videoWidth === 0 || video.currentTime === 0) return "";
    const [track] = stream.getVideoTracks();
    Object.assign(window, { track });
    return `${track.label}, ${video.videoWidth}×${video.videoHeight}`;
  });
  await engine.click("camera-toggle");
  await until(engine, "the camera is let go of", () => {
    return !document.querySelector("video")?.srcObject && Reflect.get(window, "track").readyState === "ended";
  });
  return name;
}

/** @type {Check["run"]} */
async function own(engine, { url, own }) {
  await open(engine, url);
  for (const [kind, file] of Object.entries(own)) {
    await engine.setFiles("checkpoint-input", file);
    const name = path.basename(file);
    await until(
      engine,
      `${name} becomes the model`,
      (query, name) => {
        const select = /** @type {HTMLSelectElement | null} */ (document.querySelector(query));
        return select?.selectedOptions[0]?.textContent?.includes(name) && !select.disabled;
      },
      selector("model-select"),
      name,
    );
    await classifyPicked(engine, scene(`engines-${kind}`), file);
  }
}

/** @type {Check["run"]} */
async function crash(engine, { url }) {
  await open(engine, url);
  for (const [kind, bytes] of Object.entries(ENDINGS)) {
    const file = path.join(ARTIFACTS, `engines-${kind}.png`);
    writeFileSync(file, bytes);
    await engine.setFiles("file-input", file);
    await until(
      engine,
      `the end by ${kind} is named`,
      (query) => document.querySelector(query) !== null,
      `${selector("error")}[data-code="worker-crashed"]`,
    );
    await classifyPicked(engine, scene(`engines-after-${kind}`));
  }
}

/** @type {Check["run"]} */
async function offline(engine, { url, reach }) {
  await open(engine, url);
  await until(
    engine,
    "the page says that it is kept",
    (query) => document.querySelector(query)?.checkVisibility(),
    selector("offline"),
  );
  reach(false);
  try {
    await open(engine, url);
    assert.equal(
      await engine.evaluate(() =>
        fetch("/no-such").then(
          () => "reached",
          () => "gone",
        ),
      ),
      "gone",
    );
    await classifyPicked(engine, SAMPLE);
  } finally {
    reach(true);
  }
}
