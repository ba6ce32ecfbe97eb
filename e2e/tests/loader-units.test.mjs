/** Which model the page says it has, while loads overtake each other and fail. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassifierError } from "../../web/errors.js";
import { createLoader } from "../../web/page/loader.js";
import { createPageStore } from "../../web/page/state.js";

Object.assign(globalThis, { document: { documentElement: { dataset: {} } } });

const MODELS = ["first", "second"].map((id) => ({ id, title: id, weights: [{ dtype: "f16", bytes: 2 }] }));

/** @param {string} name */
const own = (name) => ({ checkpoint: new File([], name) });

/** Lets everything happen that waits for nothing but its turn. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** A loader whose engine loads what the test says, when it says so. */
function stage() {
  /** @type {{wish: any, succeed: () => Promise<unknown>, fail: () => Promise<unknown>}[]} */
  const loads = [];
  const classifier = {
    models: async () => MODELS,
    officialModels: async () => [],
    load: (/** @type {any} */ wish, /** @type {{signal: AbortSignal}} */ { signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        const then = (/** @type {() => void} */ end) => () => {
          end();
          return settle();
        };
        loads.push({
          wish,
          succeed: then(() => resolve({ model: "file" in wish ? "own" : (wish.id ?? "first"), kept: "kept" })),
          fail: then(() => reject(new ClassifierError("mismatch", "It does not fit."))),
        });
      }),
  };
  /** @type {string[]} */
  const errors = [];
  const store = createPageStore("en");
  const loader = createLoader(
    /** @type {any} */ ({
      store,
      classifier,
      naming: { learn: async () => {} },
      begin: () => 0,
      finish: () => {},
      onError: (/** @type {Error} */ { message }) => errors.push(message),
    }),
  );
  return {
    loader,
    loads,
    errors,
    named: () => [store.get().chosen, store.get().ownName],
    async started() {
      const starting = loader.start(undefined);
      await settle();
      await loads[0].succeed();
      return starting;
    },
  };
}

test("a model that cannot be had leaves the page with the default one", async () => {
  const { loader, loads, named } = stage();
  const starting = loader.start("second");
  await settle();
  await loads[0].fail();
  await loads[1].succeed();
  assert.equal(await starting, true);
  assert.deepEqual([loads.length, ...named()], [2, "first", ""]);
});

test("what is chosen while the page starts is not undone by the default model", async () => {
  const { loader, loads, named, errors } = stage();
  const starting = loader.start("second");
  await settle();
  const opening = loader.openOwn(own("mine.pth"));
  await settle();
  assert.equal(await starting, false);
  await loads[1].succeed();
  assert.equal(await opening, true);
  assert.deepEqual([loads.length, errors.length, ...named()], [2, 0, "", "mine.pth"]);
});

test("after a load that fails the model in use is named, not one that was overtaken", async () => {
  const { loader, loads, named, errors, started } = stage();
  await started();
  void loader.openOwn(own("fits.pth"));
  await settle();
  assert.deepEqual(named(), ["", "fits.pth"]);
  const second = loader.openOwn(own("unfit.pth"));
  await settle();
  assert.deepEqual(named(), ["", "unfit.pth"]);
  await loads[2].fail();
  assert.equal(await second, false);
  assert.deepEqual([errors.length, ...named()], [1, "first", ""]);
});

test("a checkpoint that was opened stays one choice away, whatever fails or is overtaken after it", async () => {
  const { loader, loads, named, started } = stage();
  await started();
  void loader.openOwn(own("mine.pth"));
  await settle();
  await loads[1].succeed();
  void loader.openOwn(own("overtaken.pth"));
  await settle();
  void loader.choose({ id: "second" });
  await settle();
  assert.deepEqual(named(), ["second", "mine.pth"]);
  await loads[3].fail();
  assert.deepEqual(named(), ["", "mine.pth"]);
});
