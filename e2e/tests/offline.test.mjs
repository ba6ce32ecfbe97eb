/** The published site without a network, across versions, beside other sites, and as an app. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { Host } from "../support/deploy.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ROOT } from "../support/repo.mjs";
import { publishSite, serveFolder } from "../support/static.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

const scene = { name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(640, 480)) };

/** @type {string} */
let published;
before(async () => {
  published = await publishSite();
});

/**
 * A host of its own for a test, and a browser.
 * @param {import("node:test").TestContext} t
 * @param {string} [base]
 */
async function start(t, base = "/") {
  const host = new Host(published);
  /** @type {Awaited<ReturnType<typeof serveFolder>> | undefined} */
  let server;
  const browser = await startBrowser([], async () => (server = await serveFolder(host.folder, { base })));
  t.after(async () => {
    await browser.stop();
    host.remove();
  });
  return { host, browser, url: browser.url, reach: (/** @type {boolean} */ now) => server?.reach(now) };
}

/**
 * Opens the page and waits until it says that it is kept.
 * @param {ClassifierPage} page
 * @param {string} [query]
 */
async function visit(page, query) {
  await page.open(query);
  await page.$("offline").waitFor();
}

/** @param {ClassifierPage} page */
async function classifySample(page) {
  await page.$("samples").getByRole("button").first().click();
  return (await page.answer("orange.jpg")).top;
}

/** @param {ClassifierPage} page */
function versionOf(page) {
  return page.page.evaluate(() => document.querySelector('meta[name="version"]')?.getAttribute("content"));
}

/**
 * What the page says that it is made of: the first line of a module, of the version that answers.
 * @param {ClassifierPage} page
 */
function wordsOf(page) {
  return page.page.evaluate(async () => (await fetch("languages/en.js")).text());
}

/** @param {ClassifierPage} page */
function cacheNames(page) {
  return page.page.evaluate(() => caches.keys());
}

const SECOND = {
  "languages/en.js": (/** @type {string} */ text) => text.replace("Works offline now", "Second version"),
};

for (const base of ["/", "/some/sub/path/"]) {
  test(`one visit to ${base} is enough to work without a network`, async (t) => {
    const { browser, url, reach } = await start(t, base);
    const page = await browser.newPage();
    /** @type {string[]} */
    const foreign = [];
    page.page.context().on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(url)) foreign.push(request.url());
    });
    await visit(page);
    assert.equal(await page.page.evaluate(() => crossOriginIsolated), false, "this host sets no headers");
    const online = await classifySample(page);

    reach(false);
    await page.page.context().setOffline(true);
    await page.page.reload();
    await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
    assert.deepEqual(await classifySample(page), online);
    await page.$("offline").waitFor();
    assert.equal(await page.page.evaluate(() => crossOriginIsolated), true);

    await page.page.goto(`${url}?lang=zh&img=assets/samples/seashore.jpg`);
    await page.answer("seashore.jpg");
    assert.equal(await page.page.evaluate(() => document.documentElement.lang), "zh");
    await page.page.goto(`${url}index.html`);
    await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
    assert.deepEqual(foreign, []);
    await page.close();
  });
}

test("what the page is made of is there without a network, panels that were never opened too", async (t) => {
  const { host, browser, reach } = await start(t);
  const page = await browser.newPage();
  await visit(page);
  reach(false);
  await page.page.context().setOffline(true);
  const shell = JSON.parse(/const SHELL = (.*);/.exec(host.read("service-worker.js"))?.[1] ?? "{}");
  const names = Object.keys(shell);
  assert.ok(names.length > 60, `${names.length} files`);
  const hashes = await page.page.evaluate(async (names) => {
    const hash = async (/** @type {string} */ name) => {
      const digest = await crypto.subtle.digest("SHA-256", await (await fetch(name)).arrayBuffer());
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    };
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(name)])));
  }, names);
  assert.deepEqual(hashes, shell);
  await page.close();
});

test("a new version waits for the reader, and comes as a whole", async (t) => {
  const { host, browser, url } = await start(t);
  const page = await browser.newPage();
  await visit(page);
  const first = host.version;

  host.deploy("second", SECOND);
  await page.open();
  assert.equal(await versionOf(page), first, "the version that is here comes first");
  const prompt = page.$("new-version");
  await prompt.waitFor();
  assert.match(await prompt.innerText(), /A new version is ready/);
  await page.$("later").click();
  assert.equal(await prompt.isVisible(), false);
  assert.match(await wordsOf(page), /Works offline now/);

  await page.open();
  await prompt.waitFor();
  let loads = 0;
  page.page.on("load", () => loads++);
  await page.$("reload").click();
  await page.page.getByText("Second version").waitFor();
  assert.equal(await versionOf(page), "second");
  assert.equal(loads, 1, "it reloads once");
  assert.equal(await prompt.isVisible(), false);
  const names = await cacheNames(page);
  assert.deepEqual(
    names.filter((name) => name.includes("shell")),
    [`mobilemamba ${new URL(url).pathname} shell second`],
  );
  await classifySample(page);
  await page.close();
});

test("a tab goes on with its version when another tab takes the next one", async (t) => {
  const { host, browser, reach } = await start(t);
  const old = await browser.newPage();
  await visit(old);
  const first = host.version;
  host.deploy("second", SECOND);

  const other = await browser.openTab(old);
  await other.open();
  await other.$("reload").click();
  await other.page.getByText("Second version").waitFor();
  assert.equal(await old.$("new-version").isVisible(), true, "the other tab is told");
  assert.equal(await versionOf(old), first, "and not reloaded");

  reach(false);
  assert.match(await wordsOf(old), /Works offline now/);
  assert.match(await wordsOf(other), /Second version/);
  // The engine starts anew, with the modules of its tab.
  const module = await old.page.evaluate(async () => {
    const source = `import { en } from "${new URL("languages/en.js", location.href)}"; postMessage(en.offline.ready);`;
    const worker = new Worker(new URL("worker.js", location.href), { type: "module" });
    const started = new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data.type)));
    worker.postMessage({ id: 1, type: "init", kernel: "auto" });
    return [source.length > 0, await started];
  });
  assert.deepEqual(module, [true, "ready"]);
  reach(true);

  await old.$("reload").click();
  await old.page.getByText("Second version").waitFor();
  assert.equal((await cacheNames(old)).filter((name) => name.includes("shell")).length, 1);
  await old.close();
});

test("a deployment under way changes nothing, until it is complete", async (t) => {
  const { host, browser } = await start(t);
  const page = await browser.newPage();
  await visit(page);
  const first = host.version;
  const complete = { ...SECOND, "errors.js": (/** @type {string} */ text) => `${text}// second\n` };
  host.deploy("second", complete, (name) => name !== "errors.js");

  await page.open();
  const state = await page.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update().catch(() => {});
    const { installing } = registration;
    if (installing) await new Promise((resolve) => installing.addEventListener("statechange", resolve));
    return { installing: installing?.state, waiting: registration.waiting !== null };
  });
  assert.notEqual(state.installing, "installed");
  assert.equal(state.waiting, false);
  assert.equal(await page.$("new-version").isVisible(), false);
  await page.open();
  assert.equal(await versionOf(page), first);
  assert.match(await wordsOf(page), /Works offline now/);
  await classifySample(page);

  host.deploy("third", { "errors.js": complete["errors.js"] });
  await page.open();
  await page.$("reload").click();
  await page.page.getByText("Second version").waitFor();
  assert.equal(await versionOf(page), "third");
  await page.close();
});
