/** The models: what is offered before it is loaded, one's own with labels, what is remembered and forgotten. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fromDisk, startBrowser } from "../support/browser.mjs";
import { FAILED_DOWNLOAD, MANIFEST, WEIGHTS, good } from "../support/faults.mjs";
import { ARTIFACTS, convertToI8 } from "../support/repo.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
/** @type {Buffer} */
let small;
before(async () => {
  [browser, small] = await Promise.all([startBrowser(), convertToI8(WEIGHTS).then((file) => readFileSync(file))]);
});
after(() => browser.stop());

const [ENTRY] = MANIFEST.models;
/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

const SMALL_URL = "small-i8.safetensors";

/**
 * Serves a list with a second download of the model, and a second model.
 * @param {ClassifierPage} page
 */
async function offerMore(page) {
  const sha256 = createHash("sha256").update(small).digest("hex");
  const i8 = { dtype: "i8", url: SMALL_URL, bytes: small.length, sha256 };
  const other = { ...ENTRY, id: "other", title: "Another model", license: "Apache-2.0", weights: [i8] };
  const models = [{ ...ENTRY, weights: [ENTRY.weights[0], i8] }, other];
  await page.page.context().route("**/models/index.json", (route) => route.fulfill({ json: { models } }));
  await page.page.context().route(`**/${SMALL_URL}`, (route) => route.fulfill({ body: small }));
}

/** @param {ClassifierPage} page */
function chosen(page) {
  return page.page.evaluate(() => {
    const select = /** @type {HTMLSelectElement} */ (document.querySelector('[data-testid="model-select"]'));
    const weights = /** @type {HTMLInputElement | null} */ (
      document.querySelector('[data-testid="weights-choice"] input:checked')
    );
    return [select.selectedOptions[0]?.textContent, weights?.value];
  });
}

test("the download can be chosen, and the choice is remembered", async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
  await offerMore(page);
  await page.open();
  assert.deepEqual(await chosen(page), [ENTRY.title, "f16"]);
  const choice = page.$("weights-choice");
  assert.match(
    await choice.innerText(),
    new RegExp(`Full ${megabytes(ENTRY.weights[0].bytes)} · f16\\s+Small ${megabytes(small.length)} · i8`),
  );
  await page.drop(good("scene.png"));
  const { top } = await page.answer("scene.png");

  await choice.getByRole("radio").nth(1).check();
  await page
    .$("model-facts")
    .getByText(`${megabytes(small.length)} i8`)
    .waitFor();
  const { top: rough } = await page.answer("scene.png");
  assert.equal(rough[0].index, top[0].index);
  assert.notEqual(rough[0].p, top[0].p);
  assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= 360);

  await page.open();
  assert.deepEqual(await chosen(page), [ENTRY.title, "i8"]);
  // The address comes first.
  await page.open("?model=other");
  assert.equal((await chosen(page))[0], "Another model");
  await page.open(`?model=${ENTRY.id}&dtype=f16`);
  assert.deepEqual(await chosen(page), [ENTRY.title, "f16"]);
  await page.open(`?model=${ENTRY.id}&dtype=i8`);
  assert.deepEqual(await chosen(page), [ENTRY.title, "i8"]);
  await page.open();
  assert.deepEqual(await chosen(page), [ENTRY.title, "i8"]);

  await page.page.evaluate(() => localStorage.setItem("mobilemamba", '{"version":1,"model":{"id":"gone"}}'));
  await page.open();
  assert.deepEqual(await chosen(page), [ENTRY.title, "f16"]);
  assert.equal(await page.$("error").isVisible(), false);
  await page.page.evaluate(() => localStorage.setItem("mobilemamba", '{"version":1,"mod'));
  await page.open();
  assert.deepEqual(await chosen(page), [ENTRY.title, "f16"]);
  await page.close();
});

test("all models are compared before they are loaded", async () => {
  const page = await browser.newPage();
  await offerMore(page);
  await page.open();
  const table = page.$("model-table");
  await table.locator("summary").click();
  // What comes with the tools leaves the look of these alone.
  await page.$("block-timing").first().waitFor();
  const [use] = await table.getByRole("button").all();
  assert.ok(((await use.boundingBox())?.height ?? 0) >= 44);
  assert.doesNotMatch(await use.evaluate((button) => getComputedStyle(button).fontFamily), /mono/);
  const rows = table.locator("tbody tr");
  const [full, light] = [ENTRY.weights[0].bytes, small.length].map(megabytes);
  const top1 = `${ENTRY.accuracy.top1.toFixed(1)} %`;
  assert.match(
    await rows.nth(0).innerText(),
    new RegExp(`200 everyday things.*128 px.*${full}\\s+${light}.*${top1}.*Tiny-ImageNet.*MIT`, "s"),
  );
  assert.match(await rows.nth(1).innerText(), new RegExp(`Another model.*${light}.*Apache-2\\.0`, "s"));
  await page.page.screenshot({ path: path.join(ARTIFACTS, "models.png"), fullPage: true });
  await table.getByRole("button", { name: "Use Another model" }).press("Enter");
  await page.$("model-facts").getByText("Apache-2.0").waitFor();
  assert.equal((await chosen(page))[0], "Another model");
  await page.close();
});

const labels = (/** @type {number} */ count) => ({
  name: "things.json",
  mimeType: "",
  buffer: Buffer.from(
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [i, [`id${i}`, `thing ${i}`]]))),
  ),
});
const own = { ...fromDisk(WEIGHTS), name: "mine.safetensors" };

test("a link to a picture shows it with the download that was used", async () => {
  const page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await offerMore(page);
  await page.open(`?model=${ENTRY.id}&dtype=i8`);
  await page.$("samples").getByRole("button").first().click();
  const { top } = await page.answer("orange.jpg");
  await page.$("copy-link").click();
  await page.page.getByText("Link copied").waitFor();
  const link = await page.page.evaluate(() => navigator.clipboard.readText());
  await page.open();
  assert.deepEqual(await chosen(page), [ENTRY.title, "f16"]);
  await page.open(link.slice(browser.url.length));
  assert.deepEqual((await page.answer("orange.jpg")).top, top);
  await page.close();
});

test("one's own labels come with the checkpoint, after it or before it", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(good("scene.png"));
  const { top } = await page.answer("scene.png");
  const named = `thing ${top[0].index}`;
  const answered = () => page.$("top5").getByText(named, { exact: true }).waitFor();

  await page.drop(own, labels(200));
  await answered();
  assert.equal((await chosen(page))[0], own.name);

  // Without labels of its own the classes of a model that no list fits have numbers.
  await page.drop(own);
  await page.$("own-labels").waitFor({ state: "hidden" });
  await page.$("labels-input").setInputFiles(labels(200));
  await answered();

  await page.drop(labels(7));
  assert.equal(await page.errorCode(), "labels");
  assert.match(await page.$("error").innerText(), /7 classes.*200/);
  await page.drop(good("still.png"));
  await page.answer("still.png");
  await answered();

  await page.$("model-select").selectOption(ENTRY.id);
  await page.page.waitForFunction((name) => !document.body.innerText.includes(name), named);
  await page.drop(labels(200));
  await page.$("notice").getByText("things.json").waitFor();
  await page.drop(own);
  await answered();

  await page.drop({ name: "broken.json", mimeType: "", buffer: Buffer.from("{") });
  assert.equal(await page.errorCode(), "labels");
  await page.close();
});

test("one's own checkpoint is remembered if that is wanted, and forgotten", async () => {
  const page = await browser.newPage();
  await page.open();
  assert.equal(await page.$("keep-own").isVisible(), false);
  await page.drop(own, labels(200));
  await page.$("own-labels").waitFor();
  await page.open();
  assert.equal((await chosen(page))[0], ENTRY.title, "not without being asked");

  await page.drop(own, labels(200));
  await page.$("keep-own").check();
  await page
    .$("kept")
    .getByText(megabytes(2 * ENTRY.weights[0].bytes))
    .waitFor();
  await page.open();
  assert.equal((await chosen(page))[0], own.name);
  assert.match(await page.$("own-labels").innerText(), /things\.json/);
  await page.drop(good("scene.png"));
  assert.match((await page.answer("scene.png")).top[0].text, /thing \d+/);

  // The site's model takes over, and the checkpoint is one choice away.
  await page.$("model-select").selectOption(ENTRY.id);
  await page.$("model-facts").getByText("MIT").waitFor();
  await page.open();
  assert.equal((await chosen(page))[0], ENTRY.title);
  await page.page.locator('[data-testid="model-select"] option[value=""]').waitFor({ state: "attached" });
  await page.$("model-select").selectOption("");
  await page.$("own-labels").waitFor();
  await page.$("keep-own").uncheck();
  await page.$("kept").getByText(megabytes(ENTRY.weights[0].bytes)).waitFor();
  await page.open();
  assert.equal((await chosen(page))[0], ENTRY.title);
  assert.equal(await page.page.locator('[data-testid="model-select"] option[value=""]').count(), 0);
  await page.close();
});

test("a checkpoint for which there is no room is said not to be remembered", async () => {
  const page = await browser.newPage();
  await page.page.addInitScript(() => {
    Cache.prototype.put = () => Promise.reject(new DOMException("no room", "QuotaExceededError"));
  });
  await page.open();
  await page.drop(own);
  await page.$("keep-own").waitFor();
  await page.$("keep-own").click();
  await page.$("notice").getByText("no room").waitFor();
  assert.equal(await page.$("keep-own").isChecked(), false);
  await page.close();
});

/** A checkpoint that is none of this network. */
function somethingElse() {
  const header = Buffer.from(JSON.stringify({ "some.weight": { dtype: "F32", shape: [1], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length);
  return { name: "other.safetensors", mimeType: "", buffer: Buffer.concat([length, header, Buffer.alloc(4)]) };
}

test("a checkpoint of something else says which tensors are missing", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(somethingElse());
  assert.equal(await page.errorCode(), "mismatch");
  assert.match(await page.$("error").innerText(), /patch_embed|head/);
  await page.close();
});

test("what is wrong with one's own checkpoint is still said when the page's model takes its place", async () => {
  const page = await browser.newPage();
  await page.page.route("**/models/index.json", (route) => route.abort());
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "download-failed");
  await page.page.unroute("**/models/index.json");
  await page.drop(somethingElse(), good("picture.png"));
  await page.answer("picture.png");
  await page.page.locator('[data-testid="error"][data-code="mismatch"]').waitFor();
  assert.match(await page.$("error").innerText(), /patch_embed|head/);
  await page.close(FAILED_DOWNLOAD);
});
