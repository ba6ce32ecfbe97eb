/** The engine stops in every way: a fresh one takes over, the picture is tried once more, and the next one works. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { FAILED_DOWNLOAD, MANIFEST, good, sabotageAll, sabotageNow } from "../support/faults.mjs";
import { limitMemory } from "../support/wasm.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

/** Ways to lose the engine while it classifies, as sources of functions that run in its worker, and their code. */
const LOSSES = /** @type {[string, string, string][]} */ ([
  [
    "a panic",
    `(engine) => { engine.classify = () => Promise.reject({ code: "panic", message: "index out of range", hint: "" }); }`,
    "panic",
  ],
  [
    "a trap of WebAssembly",
    `(engine) => { engine.classify = () => { throw new WebAssembly.RuntimeError("unreachable"); }; }`,
    "worker-crashed",
  ],
  [
    "an exception outside of the request",
    `(engine) => { engine.classify = () => { void Promise.reject(new Error("lost")); return new Promise(() => {}); }; }`,
    "worker-crashed",
  ],
  [
    "an uncaught exception",
    `(engine) => { engine.classify = () => { setTimeout(() => { throw new Error("boom"); }); return new Promise(() => {}); }; }`,
    "worker-crashed",
  ],
  [
    "the end of its worker",
    `(engine) => { engine.classify = () => { self.close(); return new Promise(() => {}); }; }`,
    "worker-crashed",
  ],
]);

for (const [what, sabotage, code] of LOSSES) {
  test(`after ${what} the picture is tried once more`, async () => {
    const page = await browser.newPage();
    await page.open();
    await sabotageNow(page.page.workers()[0], sabotage);
    await page.drop(good("first.png"));
    await page.answer("first.png");
    assert.equal(await page.$("error").isVisible(), false);
    assert.match(await page.$("notice").innerText(), /restarted.*first\.png/);

    // Every engine from now on.
    let workers = 0;
    page.page.on("worker", () => workers++);
    const mend = await sabotageAll(page, sabotage);
    await page.drop(good("second.png"));
    assert.equal(await page.errorCode(), code);
    const spent = workers;
    await page.page.waitForTimeout(1000);
    assert.ok(spent <= 2, `${spent} workers were spent on two tries`);
    assert.ok(workers <= 2, "it does not go on trying");

    await mend();
    // The worker at hand was sabotaged too: it is spent on the first of the two tries.
    await page.$("remedy-retry").click();
    await page.answer("second.png");
    assert.equal(await page.$("error").isVisible(), false);
    await page.drop(good("third.png"));
    await page.answer("third.png");
    await page.close(/boom/);
  });
}

test("an engine that gets too little memory offers a smaller model", async () => {
  const page = await browser.newPage();
  // The same weights under another name and a size of their own: the choice of what is smaller is by bytes.
  const [entry] = MANIFEST.models;
  const larger = {
    ...entry,
    id: "larger",
    title: "Larger",
    weights: [{ ...entry.weights[0], bytes: 1e15, dtype: "f32" }],
  };
  await page.page.route("**/models/index.json", (route) => route.fulfill({ json: { models: [entry, larger] } }));
  await page.open();
  await page.$("model-select").selectOption("larger");
  assert.equal(await page.errorCode(), "out-of-memory");
  await page.drop(good("still.png"));
  await page.answer("still.png");

  await page.$("model-select").selectOption("larger");
  assert.equal(await page.errorCode(), "out-of-memory");
  await page.$("remedy-smaller").click();
  await page.$("error").waitFor({ state: "hidden" });
  await page.answer("still.png");
  assert.equal(await page.$("model-select").inputValue(), entry.id);
  await page.close();
});

test("an engine whose memory may not grow says so, and works when it may", async () => {
  const page = await browser.newPage();
  await page.page.route("**/*.wasm", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: limitMemory(await response.body(), 8 << 20) });
  });
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "out-of-memory");
  await page.page.unroute("**/*.wasm");
  await page.page.reload();
  await page.drop(good("next.png"));
  await page.answer("next.png");
  await page.close();
});

test("a picture that comes before the list of models waits for the model", async () => {
  const page = await browser.newPage();
  let proceed = () => {};
  const later = new Promise((resolve) => (proceed = () => resolve(undefined)));
  await page.page.route("**/models/index.json", async (route) => {
    await later;
    await route.continue();
  });
  await page.page.goto(page.url);
  await page.drop(good("early.png"));
  await page.page.locator(".stage img").waitFor();
  proceed();
  await page.answer("early.png");
  await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  await page.$("status").getByText("Classified early.png").waitFor();
  await page.answer("early.png");
  await page.close();
});

test("the page works when the browser brings it back from its cache", async (t) => {
  const caching = await startBrowser([], undefined, { ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  t.after(() => caching.stop());
  const page = await caching.newPage();
  await page.open();
  await page.page.evaluate(() => {
    addEventListener("pageshow", ({ persisted }) => (document.documentElement.dataset.persisted = String(persisted)));
  });
  await page.page.goto(new URL("assets/CREDITS.md", page.url).href);
  // A page of the cache has no "load" to wait for.
  await page.page.goBack({ waitUntil: "commit" });
  await page.page.waitForFunction(() => document.documentElement.dataset.persisted === "true");
  await page.drop(good("back.png"));
  await page.answer("back.png");
  await page.close(FAILED_DOWNLOAD); // The picture beside the address of a page that names none.
});
