/** What "make site" writes, served by a plain file server from any path. */

import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import { KERNELS } from "../../web/kernels.js";
import { startBrowser } from "../support/browser.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { publishSite, serveFolder } from "../support/static.mjs";

/** @type {string} */
let folder;
/** What "make site" printed. */
let report = "";
before(async () => {
  folder = await publishSite((text) => (report = text));
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

test("until the first answer a visitor loads what is measured as the page's code, and needs nothing else", async (t) => {
  const browser = await startBrowser([], () => serveFolder(folder));
  t.after(() => browser.stop());
  const page = await browser.newPage();
  const context = page.page.context();
  const isCode = (/** @type {string} */ name) => /\.(js|css|html|wasm)$/.test(name);
  /** @type {Set<string>} */
  const asked = new Set();
  context.on("request", (request) => asked.add(new URL(request.url()).pathname.slice(1) || "index.html"));
  // The model comes when the rest is there; what it brings with it is not what it was waited for with.
  /** @type {() => void} */
  let deliver = () => {};
  const held = new Promise((resolve) => (deliver = () => resolve(undefined)));
  const wanted = new Promise((resolve) => {
    void context.route("**/*.safetensors", async (route) => {
      resolve(undefined);
      await held;
      await route.continue();
    });
  });
  await page.page.goto(browser.url);
  await page.$("kernel").getByText(KERNELS[0].name).waitFor();
  await wanted;
  const first = [...asked].filter(isCode);

  const sizeOf = async (/** @type {string} */ name) => {
    const file = path.join(folder, name);
    const { size } = await stat(`${file}.gz`).catch(() => stat(file));
    return size;
  };
  // Whichever module this browser takes, the largest is what is measured.
  const modules = (await readdir(folder)).filter((name) => name.endsWith(".wasm"));
  const largest = Math.max(...(await Promise.all(modules.map(sizeOf))));
  const sizes = await Promise.all(first.map((name) => (name.endsWith(".wasm") ? largest : sizeOf(name))));
  const [, files, , sent] = (/code: that.*? +(\d+) +(\d+) +(\d+)/.exec(report) ?? []).map(Number);
  assert.equal(first.length, files, first.join(" "));
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    sent,
  );

  // All other code is out of reach: what the page offers is less then, but it answers.
  await context.route(
    (url) => isCode(url.pathname) && !asked.has(url.pathname.slice(1)),
    (route) => route.abort(),
  );
  await page.drop({ name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(64, 64)) });
  deliver();
  await page.page.locator('[data-testid="top5"][data-about="scene.png"]').waitFor();
  assert.equal(await page.$("prediction").count(), 5);
  await page.close(/ERR_FAILED/);
});
