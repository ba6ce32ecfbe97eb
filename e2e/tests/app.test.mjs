/** The published site as an app: installed, given files by others, and quick to load. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { publishedSite, startPublished, visit } from "../support/published.mjs";
import { ROOT } from "../support/repo.mjs";

const scene = { name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(640, 480)) };

test("a picture that another app shares is opened, once", async (t) => {
  const { browser, url } = await startPublished(t, "/some/sub/path/");
  const page = await browser.newPage();
  await visit(page);
  await page.page.goto("about:blank");
  const { share_target: target } = JSON.parse(readFileSync(path.join(ROOT, "web", "manifest.webmanifest"), "utf8"));
  const action = new URL(target.action, url).href;
  await page.page.setContent(
    `<form action="${action}" method="${target.method}" enctype="${target.enctype}">` +
      `<input type="file" name="${target.params.files[0].name}" multiple><button>Share</button></form>`,
  );
  await page.page.locator("input").setInputFiles(scene);
  await page.page.getByText("Share").click();
  await page.answer(scene.name);
  assert.equal(page.page.url(), url);

  await page.page.goto(`${url}?shared`);
  await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  await page.page.waitForURL(url);
  assert.equal(await page.$("top5").getAttribute("data-about"), null);
  assert.ok(!(await page.page.evaluate(() => caches.keys())).some((name) => name.endsWith("shared")));
  await page.close(/404/);
});

test("files that are opened with the app reach it", async (t) => {
  const { browser } = await startPublished(t);
  const page = await browser.newPage();
  await page.page.addInitScript(() => {
    Object.defineProperty(window, "launchQueue", {
      value: { setConsumer: (/** @type {unknown} */ use) => Object.assign(window, { launch: use }) },
    });
  });
  await page.open();
  await page.page.waitForFunction(() => "launch" in window);
  await page.page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const file = new File([bytes], "opened.png", { type: "image/png" });
    Reflect.get(window, "launch")({ files: [{ getFile: async () => file }] });
  }, scene.buffer.toString("base64"));
  await page.answer("opened.png");
  await page.close();
});

test("pictures of other sites can be read by the isolated page", async (t) => {
  const { browser, url } = await startPublished(t);
  const page = await browser.newPage();
  await visit(page);
  await page.page
    .context()
    .route("https://example.com/**", (route) =>
      route.fulfill({
        body: scene.buffer,
        headers: { "Access-Control-Allow-Origin": "*", "Content-Type": "image/png" },
      }),
    );
  await page.page.goto(`${url}?img=https://example.com/far.png`);
  await page.answer("far.png");
  assert.equal(await page.page.evaluate(() => crossOriginIsolated), true);
  await page.close();
});

test("the page can be installed", async (t) => {
  const { browser } = await startPublished(t, "/some/sub/path/");
  const page = await browser.newPage();
  await visit(page, "?lang=zh");
  assert.equal(await page.$("offline").innerText(), "现在可离线使用");
  assert.equal(await page.$("install").isVisible(), false);
  await page.page.evaluate(() => {
    const event = new Event("beforeinstallprompt", { cancelable: true });
    Object.assign(event, { prompt: () => Object.assign(window, { prompted: event.defaultPrevented }) });
    window.dispatchEvent(event);
  });
  await page.$("install").click();
  assert.equal(await page.page.evaluate(() => Reflect.get(window, "prompted")), true);
  assert.equal(await page.$("install").isVisible(), false);

  const session = await page.page.context().newCDPSession(page.page);
  const { url, errors } = await session.send("Page.getAppManifest");
  assert.equal(url, `${page.url}manifest.webmanifest`);
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  assert.deepEqual(
    installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"),
    [],
  );
  await page.close();
});

test("icons have the sizes that the manifest gives", async () => {
  const published = await publishedSite();
  const read = (/** @type {string} */ name) => readFileSync(path.join(published, name));
  const manifest = JSON.parse(read("manifest.webmanifest").toString());
  const drawings = manifest.icons.map((/** @type {{src: string}} */ { src }) => src);
  for (const { src, sizes, type } of [
    ...manifest.icons,
    { src: "assets/icons/apple-touch-icon.png", sizes: "180x180", type: "image/png" },
  ]) {
    const bytes = read(src);
    if (type === "image/svg+xml") {
      assert.match(bytes.toString(), /^<svg /);
      continue;
    }
    assert.equal(bytes.toString("latin1", 1, 4), "PNG", src);
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes, src);
  }
  for (const purpose of ["any", "maskable"]) {
    assert.ok(
      manifest.icons.some((/** @type {{purpose: string}} */ icon) => icon.purpose === purpose),
      purpose,
    );
  }
  assert.equal(new Set(drawings).size, drawings.length);
});

test("the modules that the page starts with are asked for at once", async (t) => {
  const { browser } = await startPublished(t);
  const page = await browser.newPage();
  await page.open();
  const { preloaded, times, arrived } = await page.page.evaluate(() => {
    const links = /** @type {HTMLLinkElement[]} */ ([...document.querySelectorAll("link[rel=modulepreload]")]);
    const timesOf = (/** @type {string} */ url) =>
      /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByName(new URL(url, location.href).href));
    return {
      preloaded: links.map(({ href }) => href),
      times: links.map(({ href }) => timesOf(href).map(({ startTime }) => startTime)),
      arrived: timesOf("app.js")[0].responseEnd,
    };
  });
  assert.ok(preloaded.length > 20, `${preloaded.length} modules`);
  for (const [i, starts] of times.entries()) {
    assert.ok(Math.min(...starts) < arrived, `${preloaded[i]} is asked for before an import names it`);
  }
  await page.close();
});

test("visits are timed over a line", () => {
  const script = path.join(ROOT, "e2e", "support", "visits.mjs");
  const arguments_ = [script, "--rounds", "1", "--megabits", "1000", "--latency", "1"];
  const { stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: "utf8", timeout: 300_000 });
  for (const which of ["first", "second"]) {
    for (const what of ["usable", "answer"]) {
      const line = new RegExp(`^${which} visit, ${what}: [1-9]\\d* ms; promised within \\d+: (kept|MISSED)$`, "m");
      assert.match(stdout, line, stderr);
    }
  }
  const sent = [...stdout.matchAll(/visit, sent: ([\d.]+) MB/g)].map(([, megabytes]) => Number(megabytes));
  assert.ok(sent[0] > 7 && sent[1] < 0.1, `a first visit sends ${sent[0]} MB, a second one ${sent[1]}`);
});
