/** Downloads that fail in every way, and storage that does: a named error or success, and the next picture works. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fromDisk, startBrowser } from "../support/browser.mjs";
import { FAILED_DOWNLOAD, MANIFEST, WEIGHTS, good, openWithWorker, randomFrom } from "../support/faults.mjs";
import { startSite } from "../support/site.mjs";
import { cutAfter, gate, stallAfter, startUnreliable } from "../support/unreliable.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
/** @type {Awaited<ReturnType<typeof startUnreliable>>} */
let server;
before(async () => {
  browser = await startBrowser([], async () => {
    const site = await startSite();
    server = await startUnreliable(site.url);
    return {
      url: server.url,
      stop() {
        server.stop();
        site.stop();
      },
    };
  });
});
after(() => browser.stop());

const FILE = /\.safetensors$/;
const { bytes } = MANIFEST.models[0].weights[0];

/** @param {import("../support/browser.mjs").ClassifierPage} page */
async function worksNow(page) {
  server.behave();
  await page.drop(good("next.png"));
  await page.answer("next.png");
  assert.equal(await page.$("error").isVisible(), false);
}

test("weights cut off at any byte are named as such, and the button tries again", async (t) => {
  const random = randomFrom(20251124);
  const page = await browser.newPage();
  for (const at of [0, ...Array.from({ length: 3 }, () => Math.floor(random() * bytes)), bytes - 1]) {
    server.misbehave(FILE, cutAfter(at));
    await page.page.goto(page.url);
    assert.equal(await page.errorCode(), "download-failed", `cut at ${at}`);
    t.diagnostic(`${at}: ${await page.$("error").locator("p").first().innerText()}`);
  }
  server.behave();
  await page.$("remedy-retry").click();
  await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  await worksNow(page);
  await page.close(FAILED_DOWNLOAD);
});

test("a server that stalls is named in time, and does not hold anything up", async () => {
  const page = await browser.newPage();
  server.misbehave(FILE, stallAfter(100_000));
  await openWithWorker(page, () => {
    const { setTimeout: original } = globalThis;
    // A clock that runs a hundred times as fast, until it is set right.
    Reflect.set(globalThis, "setTimeout", (/** @type {() => void} */ f, ms = 0) => original(f, ms / 100));
    Object.assign(globalThis, { slowDown: () => Reflect.set(globalThis, "setTimeout", original) });
  });
  assert.equal(await page.errorCode(), "download-stalled");
  await page.page.workers()[0].evaluate(() => Reflect.get(globalThis, "slowDown")());
  await page.$("remedy-retry").waitFor();
  await worksNow(page);
  await page.close(FAILED_DOWNLOAD);

  const other = await browser.newPage();
  server.misbehave(FILE, stallAfter(100_000));
  await other.page.goto(other.url);
  await other.$("progress").getByText("0.1 MB").or(other.$("progress").getByText("100 kB")).waitFor();
  await other.drop(fromDisk(WEIGHTS));
  await other.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  await worksNow(other);
  await other.close(FAILED_DOWNLOAD);
});

test("the connection may go in the middle and come back", async () => {
  const page = await browser.newPage();
  const lost = gate();
  server.misbehave(FILE, async (response, body) => {
    response.write(body.subarray(0, bytes / 2));
    await lost.hold(response, Buffer.alloc(0));
  });
  await page.page.goto(page.url);
  await page
    .$("progress")
    .getByText(/^[1-9]/)
    .waitFor();
  server.misbehave(/./, (response) => void response.destroy());
  await page.page.context().setOffline(true);
  lost.release();
  assert.match(String(await page.errorCode()), /^(offline|download-failed)$/);
  await page.page.context().setOffline(false);
  await worksNow(page);
  await page.close(FAILED_DOWNLOAD);
});

test("a picture that is chosen during the download waits for it, and the download is still seen", async () => {
  const page = await browser.newPage();
  const rest = gate();
  server.misbehave(FILE, async (response, body) => {
    response.write(body.subarray(0, bytes / 2));
    await rest.hold(response, body.subarray(bytes / 2));
  });
  await page.page.goto(page.url);
  const halfway = () =>
    page
      .$("progress")
      .getByText(/^[1-9]/)
      .waitFor();
  await halfway();
  await page.$("samples").getByRole("button").first().click();
  await page.page.locator("img.stage-media").waitFor();
  await halfway();
  assert.match(await page.$("status").innerText(), /Downloading the model/);
  rest.release();
  await page.answer("orange.jpg");
  assert.equal(await page.$("progress").isVisible(), false);
  await page.close();
});

test("the picture of the address comes while the model does", async () => {
  const picture = /^\/assets\/icons\/icon-512\.png$/;
  const page = await browser.newPage();
  server.forget();
  const { hold, release } = gate();
  server.misbehave(FILE, hold);
  await page.page.goto(`${page.url}?img=assets/icons/icon-512.png`);
  await page.$("progress").getByText("0 kB").waitFor();
  for (let i = 0; i < 50 && server.count(picture) === 0; i++) await page.page.waitForTimeout(100);
  assert.equal(server.count(picture), 1);
  release();
  await page.answer("icon-512.png");
  assert.equal(server.count(picture), 1);
  await page.close();
});

test("the second visit downloads no weights; what storage has lost or damaged is downloaded again", async () => {
  const page = await browser.newPage();
  server.forget();
  await page.open();
  assert.equal(server.count(FILE), 1);
  await page.$("kept").waitFor();
  assert.ok((await page.$("kept").innerText()).includes(`${(bytes / 1e6).toFixed(1)} MB`));

  await page.open();
  assert.equal(server.count(FILE), 1, "kept");

  await page.page.evaluate(async () => {
    for (const name of await caches.keys()) await caches.delete(name);
  });
  await page.open();
  assert.equal(server.count(FILE), 2, "evicted");

  await page.page.evaluate(async () => {
    const cache = await caches.open("mobilemamba-weights-v1");
    const [request] = await cache.keys();
    const bytes = new Uint8Array((await (await cache.match(request))?.arrayBuffer()) ?? new ArrayBuffer(0));
    bytes[1000] ^= 1;
    await cache.put(request, new Response(bytes));
  });
  await page.open();
  assert.equal(server.count(FILE), 3, "damaged");
  await page.open();
  assert.equal(server.count(FILE), 3, "whole again");

  await page.$("clear-kept").click();
  await page.$("kept").waitFor({ state: "hidden" });
  await page.open();
  assert.equal(server.count(FILE), 4, "cleared");
  await worksNow(page);
  await page.close();
});

/** What storage can be like in a worker, and how it comes to be so. @type {[string, () => void][]} */
const STORAGES = [
  [
    "is full",
    () => {
      Cache.prototype.put = () => Promise.reject(new DOMException("no room", "QuotaExceededError"));
    },
  ],
  [
    "is forbidden",
    () => {
      CacheStorage.prototype.open = () => Promise.reject(new DOMException("not allowed", "SecurityError"));
    },
  ],
  ["is missing", () => void Object.defineProperty(globalThis, "caches", { value: undefined })],
];
for (const [what, change] of STORAGES) {
  test(`the page works where storage ${what}`, async () => {
    const page = await browser.newPage();
    server.forget();
    await openWithWorker(page, change);
    await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
    assert.equal(server.count(FILE), 1);
    assert.equal(await page.$("kept").isVisible(), false);
    await worksNow(page);
    await page.close();
  });
}

test("two tabs at once download the weights once", async () => {
  const page = await browser.newPage();
  const context = page.page.context();
  const second = await context.newPage();
  server.forget();
  const { hold, release } = gate();
  server.misbehave(FILE, hold);
  await page.page.goto(page.url);
  await page.$("progress").getByText("0 kB").waitFor();
  await second.goto(page.url);
  await second.waitForFunction(() => document.querySelectorAll("option").length > 0);
  release();
  for (const tab of [page.page, second]) {
    await tab.waitForFunction(() => document.documentElement.dataset.ready === "true");
  }
  assert.equal(server.count(FILE), 1);
  await worksNow(page);
  await page.close();
});
