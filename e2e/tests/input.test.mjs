/** Ways in for a picture besides the file: addresses that are typed, pasted or dropped, and folders. */

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS } from "../support/repo.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

const png = encodePng(drawScene(160, 120));
/** What the browser itself logs. */
const REFUSED = /Failed to load resource/;

/**
 * A server that lets every page read its pictures, and one that lets none. Counts what is asked of either.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 */
async function serveElsewhere(page) {
  /** @type {string[]} */
  const asked = [];
  await page.page.route(/^https:\/\/(open|closed)\.example\//, (route) => {
    const url = new URL(route.request().url());
    asked.push(url.pathname);
    const headers = { "Access-Control-Allow-Origin": "*" };
    // To a page a server that does not allow it to read is the same as one that cannot be reached.
    if (url.hostname === "closed.example") return route.abort();
    if (url.pathname === "/gone.png") return route.fulfill({ status: 404, headers, body: "" });
    return route.fulfill({ contentType: "image/png", headers, body: png });
  });
  return asked;
}

/**
 * Drops or pastes data that is no file, as another tab or program gives it.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 * @param {"drop" | "paste"} kind
 * @param {Record<string, string>} data  by MIME type
 * @param {string} [target]
 * @returns {Promise<boolean>} whether the page took it
 */
function give(page, kind, data, target = "body") {
  return page.page.evaluate(([kind, data, target]) => {
    const transfer = new DataTransfer();
    for (const [type, text] of Object.entries(data)) transfer.setData(type, text);
    const options = { bubbles: true, cancelable: true };
    const element = /** @type {Element} */ (document.querySelector(target));
    if (kind === "paste")
      return !element.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
    element.dispatchEvent(new DragEvent("dragover", { ...options, dataTransfer: transfer }));
    return !element.dispatchEvent(new DragEvent("drop", { ...options, dataTransfer: transfer }));
  }, /** @type {const} */ ([kind, data, target]));
}

test("a picture of another tab comes by its address, and nothing is fetched before", async () => {
  const page = await browser.newPage();
  const asked = await serveElsewhere(page);
  await page.open();
  await page.$("address").fill("open.example/typed.png");
  assert.deepEqual(asked, []);
  await page.$("address").press("Enter");
  const { top } = await page.answer("typed.png");
  assert.equal(top.length, 5);

  await give(page, "drop", { "text/uri-list": "# a comment\r\nhttps://open.example/listed.png\r\n" });
  await page.answer("listed.png");
  // A picture that is a link: the list has where the link leads to.
  await give(page, "drop", {
    "text/uri-list": "https://open.example/article",
    "text/html":
      '<a href="https://open.example/article"><img alt="x" src="https://open.example/linked.png?a=1&amp;b=2"></a>',
  });
  await page.answer("linked.png");
  await give(page, "paste", { "text/plain": " https://open.example/pasted%20twice.png\n" });
  await page.answer("pasted twice.png");
  await give(page, "drop", { "text/uri-list": `data:image/png;base64,${png.toString("base64")}` });
  const written = await page.answer("picture.png");
  assert.deepEqual(
    written.top.map(({ p }) => p),
    top.map(({ p }) => p),
  );
  assert.ok(!(await page.$("copy-link").isVisible()), "what is written out in its address has no link");
  assert.deepEqual(asked, ["/typed.png", "/listed.png", "/linked.png", "/pasted%20twice.png"]);
  await page.close();
});

test("what cannot be fetched is named, with what to do instead, and the next picture works", async () => {
  const page = await browser.newPage();
  const asked = await serveElsewhere(page);
  await page.open();
  for (const [address, message] of /** @type {[string, RegExp][]} */ ([
    ["https://closed.example/secret.png", /secret\.png/],
    ["https://open.example/gone.png", /404/],
    ["http://open.example/plain.png", /Only addresses with https/],
    ["data:image/png;base64,%%%", /written out/],
  ])) {
    await page.$("address").fill(address);
    await page.$("address-open").click();
    await page.$("error").getByText(message).first().waitFor();
    const code = await page.errorCode();
    assert.equal(code, address.startsWith("data:") ? "not-an-image" : "download-failed");
    assert.match(await page.$("error").innerText(), /Save the picture/);
    await page.$("error-dismiss").click();
  }
  assert.deepEqual(asked, ["/secret.png", "/gone.png"]);

  await page.$("address").fill("no address");
  await page.$("address").press("Enter");
  await page.page.getByText("That is no address of a picture").waitFor();
  assert.equal(await page.$("address").getAttribute("aria-invalid"), "true");
  await page.$("address").fill("https://open.example/fine.png");
  assert.ok(!(await page.page.getByText("That is no address of a picture").isVisible()));
  await page.$("address").press("Enter");
  await page.answer("fine.png");
  await page.close(REFUSED);
});

test("fields keep what is dropped and pasted into them, and text that is no address is let be", async () => {
  const page = await browser.newPage();
  await page.open();
  assert.equal(
    await give(page, "paste", { "text/plain": "https://open.example/a.png" }, '[data-testid="address"]'),
    false,
  );
  assert.equal(
    await give(page, "drop", { "text/uri-list": "https://open.example/a.png" }, '[data-testid="address"]'),
    false,
  );
  assert.equal(await give(page, "paste", { "text/plain": "a tabby, see https://open.example/a.png" }), false);
  assert.equal(await give(page, "drop", { "text/plain": "some words" }), false);
  assert.equal(await page.$("status").innerText(), "Ready");

  assert.equal(await give(page, "drop", { "text/html": "<b>no picture</b>", "text/plain": "no picture" }), true);
  assert.equal(await page.errorCode(), "not-an-image");
  await page.close();
});

test("a slow download does not come in the way of what was opened after it", async () => {
  const page = await browser.newPage();
  /** @type {(value?: unknown) => void} */
  let release = () => {};
  const held = new Promise((resolve) => (release = resolve));
  await page.page.route("https://open.example/slow.png", async (route) => {
    await held;
    await route.fulfill({ contentType: "image/png", headers: { "Access-Control-Allow-Origin": "*" }, body: png });
  });
  await page.open();
  const slow = page.page.waitForResponse("https://open.example/slow.png");
  await page.$("address").fill("https://open.example/slow.png");
  await page.$("address").press("Enter");
  await page.drop({ name: "later.png", mimeType: "image/png", buffer: png });
  await page.answer("later.png");
  release();
  await (await slow).finished();
  await page.page.waitForFunction(
    () => document.querySelector('[data-testid="status"]')?.textContent === "Classified later.png",
  );
  assert.equal(await page.$("top5").getAttribute("data-about"), "later.png");
  await page.close();
});

test("folders are picked and dropped, and looked into as deep as they go", async () => {
  const folder = path.join(ARTIFACTS, "folder");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, "below", "deep"), { recursive: true });
  for (const name of ["2.png", "10.png", "below/deep/1.png"]) writeFileSync(path.join(folder, name), png);
  for (const name of ["notes.txt", "below/.hidden"]) writeFileSync(path.join(folder, name), "text");

  const page = await browser.newPage();
  await page.open();
  const done = () => page.page.locator('.folder-progress[data-phase="done"]').waitFor();
  const rows = () =>
    page.$("folder-row").evaluateAll((elements) => elements.map(({ dataset }) => `${dataset.path} ${dataset.code}`));
  await page.$("folder-input").setInputFiles(path.join(folder, "below"));
  await done();
  assert.deepEqual(await rows(), ["below/deep/1.png "]);

  // A real drag: only then the browser lets a page look into a folder.
  const cdp = await page.page.context().newCDPSession(page.page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  await page.$("drop-zone").scrollIntoViewIfNeeded();
  const box = await page.$("drop-zone").boundingBox();
  assert.ok(box);
  const drag = (/** @type {"dragEnter" | "dragOver" | "drop"} */ type) =>
    cdp.send("Input.dispatchDragEvent", { type, x: box.x + 50, y: box.y + 50, data });
  await drag("dragEnter");
  await drag("dragOver");
  await page.page.getByText("Let go to classify it").waitFor();
  // Only the second time the browser knows that the page wants it.
  await drag("dragOver");
  await drag("drop");
  await page.page.locator('[data-testid="folder-row"][data-path="folder/2.png"]').waitFor();
  await done();
  assert.deepEqual(await rows(), [
    "folder/2.png ",
    "folder/10.png ",
    "folder/below/deep/1.png ",
    "folder/notes.txt not-an-image",
  ]);

  // Several pictures at once are many, too.
  await page.pick(
    { name: "b.png", mimeType: "image/png", buffer: png },
    { name: "a.png", mimeType: "image/png", buffer: png },
  );
  await page.page.locator('[data-testid="folder-row"][data-path="a.png"]').waitFor();
  await done();
  assert.deepEqual(await rows(), ["a.png ", "b.png "]);
  await page.close();
});
