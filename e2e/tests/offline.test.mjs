/** The published site without a network, across versions and beside other sites. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fromDisk } from "../support/browser.mjs";
import { WEIGHTS } from "../support/faults.mjs";
import { classifySample, startPublished, versionOf, visit } from "../support/published.mjs";
import { ROOT } from "../support/repo.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

/**
 * What the page says that it is made of: the first line of a module, of the version that answers.
 * @param {ClassifierPage} page
 */
function wordsOf(page) {
  return page.page.evaluate(async () => (await fetch("languages/en.js")).text());
}

/**
 * The same of the engine that runs.
 * @param {ClassifierPage} page
 */
function engineWordsOf(page) {
  return page.page.workers()[0].evaluate(async () => (await fetch("languages/en.js")).text());
}

/** @param {ClassifierPage} page */
function cacheNames(page) {
  return page.page.evaluate(() => caches.keys());
}

/**
 * Starts another engine, as after a crash; its modules have a word for kernels that they do not know.
 * @param {ClassifierPage} page
 */
function engineOf(page) {
  return page.page.evaluate(async () => {
    /** @type {typeof import("../../web/trusted.js")} */
    const { trustedWorkerUrl } = await import(new URL("trusted.js", location.href).href);
    const worker = new Worker(trustedWorkerUrl(new URL("worker.js", location.href)), { type: "module" });
    const started = new Promise((resolve, reject) => {
      worker.onerror = reject;
      worker.onmessage = ({ data }) => resolve(data);
    });
    worker.postMessage({ id: 1, type: "init", kernel: "no such kernels" });
    const { type, value } = await started;
    worker.terminate();
    return type === "ready" ? value.kernel.unmet : type;
  });
}

const SECOND = {
  "languages/en.js": (/** @type {string} */ text) => text.replace("Works offline now", "Second version"),
};

for (const base of ["/", "/some/sub/path/"]) {
  test(`one visit to ${base} is enough to work without a network`, async (t) => {
    const { browser, url, reach } = await startPublished(t, base);
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
  const { host, browser, reach } = await startPublished(t);
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
  const { host, browser, url } = await startPublished(t);
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
  const { host, browser, reach } = await startPublished(t);
  const old = await browser.newPage();
  await visit(old);
  // Its engine began with a service worker; that of the first visit has none.
  const later = await browser.openTab(old);
  await later.open();
  const first = host.version;
  host.deploy("second", { ...SECOND, "kernels.js": (text) => text.replace('"unknown";', '"second";') });

  const other = await browser.openTab(old);
  await other.open();
  await other.$("reload").click();
  await other.page.getByText("Second version").waitFor();
  assert.equal(await old.$("new-version").isVisible(), true, "the other tab is told");
  assert.equal(await versionOf(old), first, "and not reloaded");

  reach(false);
  assert.match(await wordsOf(old), /Works offline now/);
  assert.match(await engineWordsOf(later), /Works offline now/, "an engine that runs is of its tab's version");
  assert.match(await wordsOf(other), /Second version/);
  assert.match(await engineWordsOf(other), /Second version/);
  assert.equal(await engineOf(old), "unknown", "an engine that starts anew is of its tab's version");
  assert.equal(await engineOf(other), "second");
  reach(true);

  await later.page.close();
  await old.$("reload").click();
  await old.page.getByText("Second version").waitFor();
  assert.equal((await cacheNames(old)).filter((name) => name.includes("shell")).length, 1);
  await old.close();
});

test("what is not kept, or no longer, is not said to work offline", async (t) => {
  const { browser } = await startPublished(t);
  const page = await browser.newPage();
  const ready = page.$("offline");
  await visit(page);
  await page.$("clear-kept").click();
  await ready.waitFor({ state: "hidden" });

  await visit(page);
  await page.drop({ ...fromDisk(WEIGHTS), name: "mine.safetensors" });
  await ready.waitFor({ state: "hidden" });
  await page.$("keep-own").check();
  await ready.waitFor();
  await page.close();
});

test("a deployment under way changes nothing, until it is complete", async (t) => {
  const { host, browser } = await startPublished(t);
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

test("a first visit in the middle of a deployment does not mix versions", async (t) => {
  const { host, browser, url } = await startPublished(t);
  const page = await browser.newPage();
  const first = host.version;
  await page.page.goto(url);
  host.deploy("second", SECOND);
  await page.$("new-version").waitFor();
  assert.equal(await page.page.evaluate(() => navigator.serviceWorker.controller), null);
  assert.equal(await versionOf(page), first);
  await page.$("reload").click();
  await page.page.getByText("Second version").waitFor();
  assert.equal(await versionOf(page), "second");
  await page.close();
});

test("a new version comes with the module and the weights that are in use", async (t) => {
  const { host, browser, reach } = await startPublished(t);
  const page = await browser.newPage();
  await visit(page);
  const modules = JSON.parse(/const MODULES = (.*);/.exec(host.read("service-worker.js"))?.[1] ?? "[]");
  const old = modules.find((/** @type {string} */ name) => name.startsWith("mobilemamba-relaxed."));
  const models = JSON.parse(host.read("assets/models/index.json")).models;
  const [weights] = models[0].weights;
  const module = host.renew(old, (bytes) => Buffer.concat([bytes, Buffer.from([0, 2, 1, 0x20])])); // A section that says nothing.
  const heavier = host.renew(`assets/models/${weights.url}`, (bytes) => {
    bytes[bytes.length - 2] ^= 1; // The last bit of the last number.
    return bytes;
  });
  host.deploy("second", {
    ...SECOND,
    "kernels.js": (text) => text.replace(old, module.name),
    "service-worker.js": (text) => text.replace(old, module.name),
    "assets/models/index.json": (text) =>
      text.replace(weights.url, path.basename(heavier.name)).replace(weights.sha256, heavier.sha256),
  });
  await page.open();
  await page.$("new-version").waitFor();
  reach(false);
  await page.$("reload").click();
  await page.page.getByText("Second version").waitFor();
  await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  await page.$("offline").waitFor();
  await classifySample(page);
  const kept = await page.page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((name) => name.endsWith(" modules"));
    return (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname.slice(1));
  });
  assert.deepEqual(kept, [module.name], "the module of this browser and version alone");
  await page.close();
});

test("other sites of the origin keep what is theirs, and the local server's page removes what was kept", async (t) => {
  const { host, browser, url } = await startPublished(t, "/some/sub/path/");
  const page = await browser.newPage();
  const others = ["theirs", "mobilemamba /some/sub/ shell 1", "mobilemamba /some/sub/path/deeper/ shell 1"];
  await page.page.goto(url);
  await page.page.evaluate((names) => Promise.all(names.map((name) => caches.open(name))), others);
  await visit(page);
  host.deploy("second", SECOND);
  await page.open();
  await page.$("reload").click();
  await page.page.getByText("Second version").waitFor();
  const names = await cacheNames(page);
  for (const name of others) assert.ok(names.includes(name), name);

  host.replace("index.html", readFileSync(path.join(ROOT, "web", "index.html"), "utf8"));
  host.replace("service-worker.js", readFileSync(path.join(ROOT, "web", "service-worker.js"), "utf8"));
  await page.page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await page.page.waitForFunction(async () => (await navigator.serviceWorker.getRegistrations()).length === 0);
  await page.open();
  assert.equal(await versionOf(page), "development");
  const left = (await cacheNames(page)).filter((name) => name.startsWith("mobilemamba /some/sub/path/ "));
  assert.deepEqual(left, []);
  const registrations = await page.page.evaluate(async () => {
    /** @type {typeof import("../../web/page/offline.js")} */
    const { keepOffline } = await import(new URL("page/offline.js", location.href).href);
    await keepOffline(/** @type {any} */ ({}));
    return (await navigator.serviceWorker.getRegistrations()).length;
  });
  assert.equal(registrations, 0, "a page under development is not kept");
  await page.close();
});
