/** What "make site" writes, served by a plain file server from any path. */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { KERNELS } from "../../web/kernels.js";
import { startBrowser } from "../support/browser.mjs";
import { publishSite, serveFolder } from "../support/static.mjs";

/** @type {string} */
let folder;
before(async () => {
  folder = await publishSite();
});

const HOSTS = [
  { base: "/", wasmType: "application/wasm" },
  { base: "/", wasmType: "application/octet-stream" },
  { base: "/some/sub/path/", wasmType: "application/wasm" },
  { base: "/some/sub/path/", wasmType: "text/plain" },
];

for (const { base, wasmType } of HOSTS) {
  test(`the site works from ${base}, modules sent as ${wasmType}`, async (t) => {
    const browser = await startBrowser([], () => serveFolder(folder, { base, wasmType }));
    t.after(() => browser.stop());
    const page = await browser.newPage();
    const { origin } = new URL(browser.url);
    /** @type {string[]} */
    const fetched = [];
    /** @type {string[]} */
    const wrong = [];
    page.page.context().on("request", (request) => {
      const { protocol, origin: to, pathname } = new URL(request.url());
      if (protocol === "blob:" || protocol === "data:") return;
      fetched.push(pathname);
      if (to !== origin || !pathname.startsWith(base)) wrong.push(`leaves the site: ${request.url()}`);
    });
    page.page.context().on("requestfailed", (request) => wrong.push(`failed: ${request.url()}`));
    page.page.context().on("response", (response) => {
      if (response.status() !== 200) wrong.push(`${response.status()}: ${response.url()}`);
    });

    await page.open();
    assert.equal(await page.$("kernel").innerText(), KERNELS[0].name);
    await page.$("samples").getByRole("button").first().click();
    const { top } = await page.answer("orange.jpg");
    assert.equal(top.length, 5);
    assert.match(top[0].text, /orange/i);

    assert.deepEqual(wrong, []);
    for (const hashed of [
      /\/mobilemamba-relaxed\.[0-9a-f]{12}\.wasm$/,
      /\.[0-9a-f]{12}\.safetensors$/,
      /\/wasm_exec\.[0-9a-f]{12}\.js$/,
    ]) {
      assert.ok(
        fetched.some((pathname) => hashed.test(pathname)),
        `${hashed} among ${fetched.join(" ")}`,
      );
    }
    await page.close();
  });
}
