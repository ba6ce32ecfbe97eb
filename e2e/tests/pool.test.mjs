/** Many pictures through several classifiers: what needs no browser, with classifiers that do as they are told. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassifierError } from "../../web/errors.js";
import { classifyAll, workersFor } from "../../web/pool.js";

/** @typedef {import("../../web/mobilemamba.js").Classifier} Classifier */
/** @typedef {import("../../web/protocol.js").ErrorCode} ErrorCode */

const pause = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
const blobs = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => new Blob([String(i)]));

/**
 * A hall of classifiers, each of which answers with the number in its picture.
 * @param {object} [options]
 * @param {(number: number, worker: number, signal?: AbortSignal) => Promise<void> | void} [options.look]  may take its time, or throw
 * @param {(worker: number) => Promise<void> | void} [options.load]
 */
function createHall({ look = () => {}, load = () => {} } = {}) {
  let made = 0;
  /** @type {Set<number>} */
  const disposed = new Set();
  return {
    disposed,
    get made() {
      return made;
    },
    create() {
      const worker = made++;
      return /** @type {Classifier} */ (
        /** @type {unknown} */ ({
          load: async () => {
            await load(worker);
            return { model: "fake" };
          },
          classify: async (/** @type {Blob} */ blob, /** @type {{signal?: AbortSignal}} */ { signal }) => {
            const number = Number(await blob.text());
            await look(number, worker, signal);
            return { top: [{ index: number }] };
          },
          dispose: () => disposed.add(worker),
        })
      );
    },
  };
}

/**
 * @param {number} count
 * @param {ReturnType<typeof createHall>} hall
 * @param {import("../../web/pool.js").PoolOptions} [options]
 */
async function run(count, hall, options) {
  /** @type {Map<number, number>} */
  const answers = new Map();
  /** @type {Map<number, string>} */
  const errors = new Map();
  /** @type {number[]} */
  const arrival = [];
  const outcome = classifyAll(blobs(count), {
    workers: 2,
    create: hall.create,
    onResult(index, { top }) {
      assert.ok(!answers.has(index), "once");
      answers.set(index, top[0].index);
      arrival.push(index);
    },
    onError(index, { code }) {
      assert.ok(!errors.has(index), "once");
      errors.set(index, code);
    },
    ...options,
  });
  return { answers, errors, arrival, outcome };
}

const fault = (/** @type {ErrorCode} */ code) => new ClassifierError(code, `${code} it is`);

test("every picture gets the answer that is its own, whoever gives it, and all classifiers go", async () => {
  const hall = createHall({ look: (number) => void pause(number % 3) });
  /** @type {number[]} */
  const ready = [];
  const { answers, outcome } = await run(50, hall, { workers: 4, onReady: (_, count) => ready.push(count) });
  await outcome;
  assert.deepEqual(
    [...answers].sort(([a], [b]) => a - b),
    Array.from({ length: 50 }, (_, i) => [i, i]),
  );
  assert.deepEqual(ready, [1, 2, 3, 4]);
  assert.equal(hall.disposed.size, 4);
});

test("whoever is free takes the next: a slow picture holds up nobody", async () => {
  /** @type {() => void} */
  let release = () => {};
  const hall = createHall({
    look: (number) => (number === 0 ? new Promise((resolve) => (release = resolve)) : pause()),
  });
  const { answers, arrival, outcome } = await run(20, hall);
  while (answers.size < 19) await pause(1);
  release();
  await outcome;
  assert.equal(arrival.at(-1), 0, "results come as they are ready");
});

test("no more classifiers than pictures, and one where nothing else is asked for", async () => {
  const hall = createHall();
  await (
    await run(3, hall, { workers: 8 })
  ).outcome;
  assert.equal(hall.made, 3);
  const single = createHall();
  await (
    await run(9, single, { workers: 1 })
  ).outcome;
  assert.equal(single.made, 1);
});

test("what is wrong with a picture is said of that picture", async () => {
  /** @type {Record<number, ErrorCode>} */
  const wrong = { 2: "not-an-image", 3: "image-damaged", 5: "worker-crashed", 7: "out-of-memory", 8: "panic" };
  const hall = createHall({
    look(number) {
      if (wrong[number]) throw fault(wrong[number]);
    },
  });
  const { answers, errors, outcome } = await run(12, hall);
  await outcome;
  assert.deepEqual(Object.fromEntries(errors), wrong);
  assert.equal(answers.size, 7);
});

test("a classifier that cannot go on leaves its picture to the others", async () => {
  const hall = createHall({
    async look(_, worker) {
      await pause();
      if (worker === 1) throw fault("download-failed");
    },
  });
  const { answers, errors, outcome } = await run(10, hall);
  await outcome;
  assert.equal(answers.size, 10);
  assert.equal(errors.size, 0);
});

test("if none can go on the run fails, and says of no picture that it is to blame", async () => {
  const offline = createHall({
    look(number) {
      if (number >= 4) throw fault("offline");
    },
  });
  const { answers, errors, outcome } = await run(10, offline);
  await assert.rejects(outcome, { code: "offline" });
  assert.equal(answers.size, 4);
  assert.equal(errors.size, 0);
  assert.equal(offline.disposed.size, 2);

  const missing = createHall({
    load() {
      throw fault("wrong-hash");
    },
  });
  await assert.rejects((await run(10, missing)).outcome, { code: "wrong-hash" });
  assert.equal(missing.made, 1, "where the first has no model, the others have none");

  const dying = createHall({
    look() {
      throw fault("worker-crashed");
    },
  });
  const deaths = await run(100, dying);
  await assert.rejects(deaths.outcome, { code: "worker-crashed" });
  assert.ok(deaths.errors.size < 10, `${deaths.errors.size} pictures are blamed`);
});

test("a second classifier without a model costs nothing but speed", async () => {
  const hall = createHall({
    load(worker) {
      if (worker > 0) throw fault("out-of-memory");
    },
  });
  const { answers, outcome } = await run(10, hall, { workers: 3 });
  await outcome;
  assert.equal(answers.size, 10);
});

test("a run is stopped at once, and nothing comes after", async () => {
  const control = new AbortController();
  const hall = createHall({ look: () => pause(2) });
  const { answers, errors, outcome } = await run(1000, hall, { signal: control.signal });
  while (answers.size < 5) await pause(1);
  control.abort();
  await assert.rejects(outcome, { name: "AbortError" });
  assert.equal(hall.disposed.size, 2);
  const { size } = answers;
  await pause(20);
  assert.equal(answers.size, size);
  assert.equal(errors.size, 0);
  await assert.rejects(classifyAll(blobs(1), { signal: AbortSignal.abort(), create: hall.create }), {
    name: "AbortError",
  });
});

test("a picture that takes for ever is given up", async () => {
  const hall = createHall({
    look: (number, _, signal) =>
      number === 1
        ? new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))
        : undefined,
  });
  const { answers, errors, outcome } = await run(6, hall, { patience: 30 });
  await outcome;
  assert.deepEqual([...errors], [[1, "worker-crashed"]]);
  assert.equal(answers.size, 5);
});

test("the number of workers suits the device", () => {
  /** @type {[number | undefined, number | undefined, number][]} */
  const cases = [
    [1, 8, 1],
    [2, 8, 2],
    [2, undefined, 2],
    [4, 8, 3],
    [8, 4, 4],
    [16, undefined, 4],
    [32, 8, 8],
    [8, 0.5, 1],
    [undefined, undefined, 2],
  ];
  for (const [hardwareConcurrency, deviceMemory, workers] of cases) {
    assert.equal(workersFor({ hardwareConcurrency, deviceMemory }), workers, `${hardwareConcurrency} ${deviceMemory}`);
  }
});
