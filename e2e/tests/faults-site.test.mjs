/** A site with something missing or wrong in it: named, and the page works as soon as it is mended. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { FAILED_DOWNLOAD, good } from "../support/faults.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

test("weights that are not those of the manifest are refused", async () => {
  const page = await browser.newPage();
  let damage = true;
  await page.page.route("**/*.safetensors", async (route) => {
    if (!damage) return route.continue();
    const response = await route.fetch();
    const body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "wrong-hash");
  damage = false;
  await page.drop(good("next.png"));
  await page.answer("next.png");
  await page.close();
});

test("a download that breaks off is named", async () => {
  const page = await browser.newPage();
  await page.page.route("**/*.safetensors", async (route) => {
    const body = (await (await route.fetch()).body()).subarray(0, 1000);
    await route.fulfill({ status: 200, body });
  });
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "download-failed");
  assert.match(await page.$("error").innerText(), /1000 of \d+ bytes/);
  await page.close();
});

test("a missing model is named, and the page works with the default one", async () => {
  const page = await browser.newPage();
  await page.open("?model=no-such-model");
  assert.equal(await page.errorCode(), "no-model");
  assert.match(await page.$("error").innerText(), /no-such-model/);
  assert.equal(await page.$("remedy-official").count(), 0);
  await page.$("remedy-choose").click();
  assert.equal(await page.page.evaluate(() => document.activeElement?.id), "model");
  await page.drop(good("next.png"));
  await page.answer("next.png");
  await page.close();

  // One of the authors', which the sender of a link had fetched and its reader has not.
  const linked = await browser.newPage();
  await linked.open("?model=b4&img=assets/samples/orange.jpg");
  await linked.answer("orange.jpg");
  assert.equal(await linked.errorCode(), "no-model");
  assert.match(await linked.$("error").innerText(), /MobileMamba.B4.*not in this browser/);
  /** @type {string[]} */
  const elsewhere = [];
  await linked.page.context().route(
    (url) => url.origin !== new URL(linked.url).origin,
    (route) => {
      elsewhere.push(route.request().url());
      return route.abort();
    },
  );
  await linked.$("remedy-official").click();
  assert.equal(await linked.errorCode(), "checkpoint-unreachable");
  assert.match(elsewhere[0], /b4/i);
  await linked.close(/ERR_FAILED/);

  const broken = await browser.newPage();
  await broken.page.route("**/*.safetensors", (route) => route.fulfill({ status: 404, body: "gone" }));
  await broken.page.goto(broken.url);
  assert.equal(await broken.errorCode(), "download-failed");
  assert.match(await broken.$("status").innerText(), /No model is loaded/);
  await broken.close(FAILED_DOWNLOAD);
});

test("a missing list of models is named, and asked for again", async () => {
  const page = await browser.newPage();
  await page.page.route("**/index.json", (route) => route.fulfill({ status: 500, body: "" }));
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "download-failed");
  await page.page.unroute("**/index.json");
  await page.drop(good("next.png"));
  await page.answer("next.png");
  assert.ok((await page.$("model-select").locator("option").count()) > 0);
  await page.close(FAILED_DOWNLOAD);
});

/** What can be wrong with a module of the page. @type {[string, object][]} */
const MODULES = [
  ["is missing", { status: 404, body: "gone" }],
  ["speaks a language of the future", { contentType: "text/javascript", body: "export answerPanel as of tomorrow;" }],
  ["is that of another version", { contentType: "text/javascript", body: "export {};" }],
  [
    "fails",
    { contentType: "text/javascript", body: 'export const answerPanel = () => { throw new Error("broken"); };' },
  ],
];
for (const [what, response] of MODULES) {
  test(`a page that cannot start for a module that ${what} says so, and offers to be reloaded`, async () => {
    const page = await browser.newPage();
    const message = page.page.locator("#not-started");
    await page.page.route("**/panels/answer.js", (route) => route.fulfill(response));
    await page.page.goto(page.url);
    await message.getByText("The page has not started").waitFor();
    await message.getByText("页面尚未启动").waitFor();
    await page.page.unroute("**/panels/answer.js");
    await message.getByRole("button").click();
    await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
    assert.equal(await message.count(), 0);
    await page.close(/Failed to load resource|SyntaxError|broken/);
  });
}

test("a page whose modules do not come says so in time, and starts when they come all the same", async () => {
  const page = await browser.newPage();
  const message = page.page.locator("#not-started");
  await page.page.clock.install();
  let release = () => {};
  const late = new Promise((resolve) => (release = () => resolve(undefined)));
  await page.page.route("**/panels/answer.js", async (route) => {
    await late;
    await route.continue();
  });
  await page.page.goto(page.url, { waitUntil: "commit" });
  await page.page.waitForFunction(() => document.querySelector("button")?.onclick);
  assert.equal(await message.isVisible(), false);
  await page.page.clock.fastForward(60_000);
  await message.waitFor();
  release();
  await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  assert.equal(await message.count(), 0);
  await page.close();
});

for (const part of ["panels/xray.js", "panels/search.js"]) {
  test(`a part of the page that does not come, ${part}, is asked for again by a button`, async () => {
    const page = await browser.newPage();
    await page.page.route(`**/${part}`, (route) => route.abort());
    await page.open();
    assert.equal(await page.errorCode(), "download-failed");
    await page.page.unroute(`**/${part}`);
    await page.$("remedy-retry").click();
    await page.$(part === "panels/xray.js" ? "blocks" : "class-search").waitFor({ state: "attached" });
    assert.equal(await page.$("error").isVisible(), false);
    await page.close(FAILED_DOWNLOAD);
  });
}

/** An empty module is valid, and not the engine. */
const EMPTY_MODULE = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

for (const [what, response, code] of /** @type {[string, object, string][]} */ ([
  ["is missing", { status: 404, body: "gone" }, "download-failed"],
  ["does not compile", { contentType: "application/wasm", body: "no module" }, "no-wasm"],
  ["dies at its start", { contentType: "application/wasm", body: EMPTY_MODULE }, "worker-crashed"],
])) {
  test(`an engine that ${what} is named`, async () => {
    const page = await browser.newPage();
    await page.page.route("**/*.wasm", (route) => route.fulfill(response));
    await page.page.goto(page.url);
    assert.equal(await page.errorCode(), code);
    await page.page.unroute("**/*.wasm");
    await page.drop(good("next.png"));
    await page.answer("next.png");
    await page.close(FAILED_DOWNLOAD);
  });
}
