/** Memory while the largest of the authors' checkpoints comes into the page: B4, as their trainer writes it. */

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { startHub } from "../support/hub.mjs";
import { gauge } from "../support/memory.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

const LIMIT = 1e9;
const UNSUPPORTED = process.platform !== "linux" && "the peak of a process is read from Linux's /proc";

/** @type {Awaited<ReturnType<typeof startHub>>} */
let hub;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  hub = await startHub("B4=trainer");
  browser = await startBrowser(hub.flags);
});
after(async () => {
  await browser.stop();
  await hub.stop();
});

/** @type {Record<string, (page: ClassifierPage) => Promise<void>>} */
const WAYS = {
  "dropped on the page": async (page) => {
    await page.$("checkpoint-input").setInputFiles(hub.files.b4);
  },
  "fetched by one click": async (page) => {
    await page.$("official").locator("summary").click();
    await page.page.getByRole("button", { name: /Download MobileMamba-B4 from/ }).click();
  },
};

for (const [way, bring] of Object.entries(WAYS)) {
  test(`B4 ${way} takes less than 1 GB`, { skip: UNSUPPORTED }, async (t) => {
    const page = await browser.newPage();
    page.page.setDefaultTimeout(180_000);
    await page.open();
    const memory = await gauge(page.page);
    // Another visit: the gauge sees the worker from its start.
    await page.open();
    memory.reset();
    const look = async () => ({
      page: memory.peak(),
      browser: memory.browserPeak(),
      wasm: await memory.wasm(),
      heap: await memory.heap(),
    });
    const idle = await look();

    await bring(page);
    await page.page.waitForFunction(() =>
      document.querySelector('[data-testid="model-facts"]')?.textContent?.includes("512×512"),
    );
    const loaded = await look();
    await page.drop({ name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(300, 200)) });
    await page.answer("scene.png");
    const used = await look();

    const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1e6)} MB`;
    t.diagnostic(`${way}: the file has ${megabytes(statSync(hub.files.b4).size)}`);
    for (const [when, { page, browser, wasm, heap }] of Object.entries({ idle, loaded, used })) {
      const engine = `WebAssembly ${megabytes(wasm)}, JavaScript ${megabytes(heap)}`;
      t.diagnostic(`${when}: peak of the page ${megabytes(page)}, of the browser ${megabytes(browser)}; ${engine}`);
    }
    assert.ok(used.wasm > 60e6, "the weights alone have 68 MB: the gauge does not measure");
    assert.ok(used.page > used.wasm, "the process holds the module's memory");
    assert.ok(used.page < LIMIT, `${used.page} bytes`);
    assert.ok(used.wasm + used.heap < LIMIT, `${used.wasm} + ${used.heap} bytes`);
    await page.close();
  });
}
