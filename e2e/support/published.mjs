/** The published site on a host of its own, whose versions a test deploys. */

import { startBrowser } from "./browser.mjs";
import { Host } from "./deploy.mjs";
import { publishSite, serveFolder } from "./static.mjs";

/** @typedef {import("./browser.mjs").ClassifierPage} ClassifierPage */

/** @type {Promise<string> | undefined} */
let folder;

/** The folder of the published site, which is built once. */
export function publishedSite() {
  folder ??= publishSite();
  return folder;
}

/**
 * A host and a browser, until the test ends.
 * @param {import("node:test").TestContext} t
 * @param {string} [base]
 */
export async function startPublished(t, base = "/") {
  const host = new Host(await publishedSite());
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
export async function visit(page, query) {
  await page.open(query);
  await page.$("offline").waitFor();
}

/** @param {ClassifierPage} page */
export async function classifySample(page) {
  await page.$("samples").getByRole("button").first().click();
  return (await page.answer("orange.jpg")).top;
}

/** @param {ClassifierPage} page */
export function versionOf(page) {
  return page.page.evaluate(() => document.querySelector('meta[name="version"]')?.getAttribute("content"));
}
