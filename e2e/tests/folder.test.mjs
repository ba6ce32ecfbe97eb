/** A folder of pictures: all of them get an answer or a named error, in a table that only holds what is in view. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { makeFolder, manyPictures } from "../support/folder.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS } from "../support/repo.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

const COUNT = 320;
const { files, broken } = manyPictures(COUNT);
const TOTAL = COUNT + broken.size;

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
/** @type {ReturnType<typeof makeFolder>} */
let holiday;
before(async () => {
  holiday = makeFolder(files);
  browser = await startBrowser();
});
after(async () => {
  await browser.stop();
  holiday.remove();
});

/**
 * Opens the tool and gives it a folder.
 * @param {ClassifierPage} page
 * @param {string} folder
 */
async function openFolder(page, folder) {
  await page.$("tab-folder").click();
  await page.$("tool-folder-input").setInputFiles(folder);
}

/**
 * @param {ClassifierPage} page
 * @param {string} phase
 * @param {number} [least]  answers
 */
async function phase(page, phase, least = 0) {
  await page.page.waitForFunction(
    ([phase, least]) => {
      const panel = document.querySelector(".folder-progress");
      const { phase: now, done } = /** @type {HTMLElement} */ (panel)?.dataset ?? {};
      return now === phase && Number(done) >= Number(least);
    },
    [phase, least],
    { timeout: 120_000 },
  );
}

/** @param {ClassifierPage} page */
async function rows(page) {
  return page.$("folder-row").evaluateAll((elements) =>
    elements.map((element) => {
      const { path, code, label, index } = /** @type {HTMLElement} */ (element).dataset;
      return { path, code, label, index: Number(index), text: /** @type {HTMLElement} */ (element).innerText };
    }),
  );
}

/**
 * @param {ClassifierPage} page
 * @param {string} testId
 */
async function download(page, testId) {
  const waiting = page.page.waitForEvent("download");
  await page.$(testId).click();
  const file = await waiting;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

test("hundreds of files get an answer or a named error, and the table holds those in view", async (t) => {
  const page = await browser.newPage();
  await page.open();
  await openFolder(page, holiday.folder);
  await phase(page, "running", 20);
  assert.match(
    await page.$("folder-progress").innerText(),
    /^\d+ of 324 · about \d+ (s|min) left · [\d.]+ a second with \d/,
  );
  await page.page.screenshot({ path: path.join(ARTIFACTS, "folder-running.png"), fullPage: true });
  await phase(page, "done");
  const summary = await page.$("folder-progress").innerText();
  t.diagnostic(summary);
  assert.match(summary, /^324 files in .* 4 without an answer$/);

  const table = page.$("folder-table");
  assert.equal(await table.getAttribute("aria-rowcount"), String(TOTAL + 1));
  const names = new Set();
  let most = 0;
  for (let top = 0; ; top += 400) {
    const end = await table.evaluate((element, top) => {
      element.scrollTop = top;
      return element.scrollTop + element.clientHeight >= element.scrollHeight - 1;
    }, top);
    await page.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    const shown = await rows(page);
    most = Math.max(most, shown.length);
    for (const { path: name } of shown) names.add(name);
    if (end) break;
  }
  assert.equal(names.size, TOTAL, "scrolling shows every file");
  assert.ok(!names.has("holiday/part 0/.DS_Store"));
  assert.ok(most <= 40, `${most} rows in the document`);
  await page.page.waitForFunction(() => document.querySelectorAll(".grid canvas").length > 5);

  const csv = await download(page, "folder-csv");
  assert.equal(csv.name, "holiday.csv");
  const lines = csv.text.split("\r\n");
  assert.equal(lines.pop(), "");
  assert.equal(lines.length, TOTAL + 1);
  assert.equal(
    lines[0],
    "file,model,kernel,ms,error,index1,id1,label1,p1,index2,id2,label2,p2,index3,id3,label3,p3,index4,id4,label4,p4,index5,id5,label5,p5",
  );
  const json = await download(page, "folder-json");
  const report = JSON.parse(json.text);
  assert.equal(report.model, "xt-tiny200");
  assert.deepEqual([report.pictures, report.answered, report.failed], [TOTAL, TOTAL, 4]);
  assert.equal(report.files.length, TOTAL);
  for (const [i, { file, top, ms, error }] of report.files.entries()) {
    const code = broken.get(file.replace(/^holiday\//, ""));
    assert.equal(error?.code, code, file);
    const expected = code
      ? [file, "xt-tiny200", report.kernel, "", code, ...Array(20).fill("")]
      : [file, "xt-tiny200", report.kernel, ms, "", ...top.flatMap(Object.values)];
    // No name here has a comma or a quotation mark; a label may.
    const line = expected.map((field) => (/,/.test(String(field)) ? `"${field}"` : field)).join(",");
    assert.equal(lines[i + 1], line);
  }
  const order = report.files.map((/** @type {{file: string}} */ { file }) => file);
  assert.ok(order.indexOf("holiday/part 0/picture 2.png") < order.indexOf("holiday/part 0/picture 10.png"));

  // The same picture alone gets the same answer.
  const one = report.files.find((/** @type {{file: string}} */ { file }) => file.endsWith("/picture 41.png"));
  await page.$("folder-filter").fill("picture 41.png");
  await page.page.locator('[data-testid="folder-row"][data-path$="/picture 41.png"]').click();
  const { top } = await page.answer("picture 41.png");
  assert.deepEqual(
    top.map(({ index }) => index),
    one.top.map((/** @type {{index: number}} */ { index }) => index),
  );
  for (const [rank, { p }] of top.entries()) assert.ok(Math.abs(p - one.top[rank].p) < 1e-6);
  await page.close();
});

test("the table is filtered, sorted and grouped, and the export follows", async () => {
  const page = await browser.newPage();
  await page.open();
  await openFolder(page, holiday.folder);
  await phase(page, "done");
  const { files: all } = JSON.parse((await download(page, "folder-json")).text);
  const exported = async () => JSON.parse((await download(page, "folder-json")).text).files;
  const answered = all.filter((/** @type {{top?: object[]}} */ { top }) => top);

  await page.$("folder-filter").fill("2/ PNG");
  await page.page.getByText("100 of 324 files").waitFor();
  await page.$("folder-filter").fill("");

  // Whatever the model, it is surer of some than of others.
  const likeliest = answered.map((/** @type {{top: {p: number}[]}} */ { top }) => top[0].p);
  const middle = likeliest.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b)[likeliest.length >> 1];
  const least = Math.floor(100 * middle) / 100;
  await page.$("folder-least").fill(String(least));
  const sure = likeliest.filter((/** @type {number} */ p) => p >= least);
  assert.ok(sure.length > 0 && sure.length < answered.length);
  assert.equal((await exported()).length, sure.length);
  await page.$("folder-least").fill("0");

  await page.$("folder-class").selectOption("failed");
  const failed = await rows(page);
  assert.deepEqual(
    failed.map(({ path: file, code }) => [file?.replace(/^holiday\//, ""), code]).sort(),
    [...broken].sort(),
  );
  assert.match(failed.find(({ code }) => code === "image-too-large")?.text ?? "", /too large/);
  await page.$("folder-class").selectOption("");

  await page.$("sort-p").click();
  assert.equal(await page.page.locator('[role="columnheader"][aria-sort="descending"]').innerText(), "Probability");
  const byP = await exported();
  const ps = byP.map((/** @type {{top?: {p: number}[]}} */ { top }) => top?.[0].p ?? -1);
  assert.deepEqual(
    ps,
    [...ps].sort((a, b) => b - a),
  );
  await page.$("sort-p").click();
  const risen = await exported();
  assert.ok(risen[0].top[0].p <= risen[100].top[0].p);
  assert.ok(risen.at(-1).error, "what has no answer stays last");
  await page.$("sort-name").click();
  assert.deepEqual(await exported(), all);

  await page.$("folder-grouped").check();
  assert.equal(await page.$("folder-table").getAttribute("role"), "treegrid");
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { top, error } of all) {
    const key = error ? "failed" : String(top[0].index);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [largest] = [...counts.values()].sort((a, b) => b - a);
  const heading = page.$("folder-group").first();
  assert.equal(await heading.getAttribute("data-count"), String(largest));
  assert.equal(await page.$("folder-table").getAttribute("aria-rowcount"), String(TOTAL + counts.size + 1));
  await heading.click();
  assert.equal(await heading.getAttribute("aria-expanded"), "false");
  assert.equal(await page.$("folder-table").getAttribute("aria-rowcount"), String(TOTAL + counts.size + 1 - largest));
  await page.page.screenshot({ path: path.join(ARTIFACTS, "folder-grouped.png"), fullPage: true });
  await page.close();
});

test("the table is used with the keyboard", async () => {
  const page = await browser.newPage();
  await page.open();
  await openFolder(page, holiday.folder);
  await phase(page, "done");
  const { keyboard } = page.page;
  const focused = () =>
    page.page.evaluate(() => {
      const { index, path } = /** @type {HTMLElement} */ (document.activeElement).dataset;
      return { index: Number(index), path, row: document.activeElement?.getAttribute("aria-rowindex") };
    });

  // From the last heading one tab leads into the table, the next out of it.
  await page.$("sort-ms").focus();
  await keyboard.press("Tab");
  assert.deepEqual(await focused(), { index: 0, path: "holiday/part 0/empty.png", row: "2" });
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  assert.equal((await focused()).index, 2);
  await keyboard.press("End");
  assert.deepEqual(await focused(), {
    index: TOTAL - 1,
    path: "holiday/part 3/picture 319.png",
    row: String(TOTAL + 1),
  });
  await keyboard.press("PageUp");
  const { index } = await focused();
  assert.ok(index < TOTAL - 3 && index > TOTAL - 30, String(index));
  const inView = () =>
    page.page.evaluate(() => {
      const row = /** @type {Element} */ (document.activeElement).getBoundingClientRect();
      const table = /** @type {Element} */ (document.querySelector(".grid")).getBoundingClientRect();
      const head = /** @type {Element} */ (document.querySelector(".grid-head")).getBoundingClientRect();
      return (
        row.top >= head.bottom - 1 && row.bottom <= table.bottom + 1 && row.top >= 0 && row.bottom <= innerHeight + 1
      );
    });
  assert.ok(await inView(), "the row with the focus can be seen");

  // Scrolled out of view it keeps the focus, and is not lost.
  await page.$("folder-table").evaluate((element) => (element.scrollTop = 0));
  await page.page.waitForFunction(() => document.querySelector('[data-testid="folder-row"][data-index="0"]'));
  assert.equal((await focused()).index, index);
  await keyboard.press("ArrowDown");
  assert.equal((await focused()).index, index + 1);
  assert.ok(await inView(), "an arrow brings it back");

  const { path: opened } = await focused();
  await keyboard.press("Enter");
  await page.answer(path.basename(String(opened)));
  assert.equal((await focused()).path, opened, "opening a picture does not take the focus away");
  assert.ok(await inView(), "nor the place");
  assert.match(await page.$("folder-opened").innerText(), new RegExp(path.basename(String(opened))));
  await keyboard.press("Home");
  assert.equal((await focused()).index, 0);

  await page.$("folder-grouped").check();
  await page.$("sort-ms").focus();
  await keyboard.press("Tab");
  const { index: leaf } = await focused();
  await keyboard.press("ArrowLeft");
  const heading = page.page.locator(":focus");
  assert.equal(await heading.getAttribute("data-testid"), "folder-group", `from line ${leaf} to its heading`);
  await keyboard.press("ArrowLeft");
  assert.equal(await heading.getAttribute("aria-expanded"), "false");
  await keyboard.press("ArrowRight");
  assert.equal(await heading.getAttribute("aria-expanded"), "true");
  await keyboard.press("ArrowRight");
  assert.equal(await heading.getAttribute("data-testid"), "folder-row");
  await page.close();
});

test("a run is stopped in the middle and goes on where it was", async () => {
  const page = await browser.newPage();
  await page.open();
  const workers = page.page.workers().length;
  await openFolder(page, holiday.folder);
  await phase(page, "running", 10);
  assert.ok(page.page.workers().length > workers);
  await page.$("folder-stop").click();
  await phase(page, "stopped");
  const done = Number(await page.page.locator(".folder-progress").getAttribute("data-done"));
  assert.ok(done >= 10 && done < TOTAL, `${done} done`);
  assert.match(await page.$("folder-progress").innerText(), new RegExp(`Stopped after ${done} of ${TOTAL}`));
  await page.page.waitForTimeout(600);
  assert.equal(page.page.workers().length, workers, "its workers are gone");
  assert.equal(Number(await page.page.locator(".folder-progress").getAttribute("data-done")), done);
  const before = JSON.parse((await download(page, "folder-json")).text).files;

  await page.$("folder-resume").click();
  await phase(page, "done");
  const later = JSON.parse((await download(page, "folder-json")).text).files;
  assert.equal(later.filter((/** @type {{top?: object}} */ { top }) => top).length, COUNT);
  for (const [i, { top }] of before.entries()) if (top) assert.deepEqual(later[i], before[i], "is not done again");

  // Another folder takes its place in the middle of a run.
  await openFolder(page, holiday.folder);
  await phase(page, "running", 5);
  await page
    .$("tool-files-input")
    .setInputFiles({ name: "only.png", mimeType: "image/png", buffer: encodePng(drawScene(64, 48)) });
  await phase(page, "done");
  assert.equal((await rows(page)).length, 1);
  await page.page.waitForTimeout(600);
  assert.equal((await rows(page)).length, 1, "nothing comes late from the one before");
  await page.close();
});

test("a picture that takes a worker down costs an error of its own, and the rest goes on", async () => {
  /** @type {[string, Buffer][]} */
  const pictures = Array.from({ length: 24 }, (_, i) => [`${i}.png`, encodePng(drawScene(50 + i, 40))]);
  const { folder, remove } = makeFolder(new Map([...pictures, ["5 hostile.png", encodePng(drawScene(33, 44))]]));
  const page = await browser.newPage();
  // An exception that leaves the worker, as soon as it is given the picture.
  await page.page.context().route("**/worker/pixels.js", async (route) => {
    const response = await route.fetch();
    const sabotage = `
      addEventListener("message", ({ data }) => {
        if (data.type === "classify" && data.image.name === "5 hostile.png") throw new Error("boom");
      });`;
    await route.fulfill({ response, body: (await response.text()) + sabotage });
  });
  await page.open();
  await openFolder(page, folder);
  await phase(page, "done");
  const { files } = JSON.parse((await download(page, "folder-json")).text);
  for (const { file, top, error } of files) {
    if (file.endsWith("hostile.png")) assert.equal(error.code, "worker-crashed");
    else assert.equal(top.length, 5, file);
  }
  assert.equal(files.length, 25);
  await page.close(/boom/);
  remove();
});

test("folders that are named after their class give an accuracy", async () => {
  const orange = readFileSync(new URL("../../assets/samples/orange.jpg", import.meta.url));
  const web = readFileSync(new URL("../../assets/samples/spider-web.jpg", import.meta.url));
  const { folder, remove } = makeFolder(
    new Map([
      ["orange/a.jpg", orange],
      ["n07747607/b.jpg", orange],
      ["Spider_Web/c.jpg", web],
      ["goldfish/d.jpg", orange],
      ["no class/e.jpg", orange],
    ]),
    "val",
  );
  const page = await browser.newPage();
  await page.open();
  await openFolder(page, folder);
  await phase(page, "done");
  await page.$("folder-accuracy").waitFor();
  assert.match(await page.$("folder-accuracy").innerText(), /Top-1 75\.0 %, top-5 75\.0 % right, of 4 pictures/);
  const { accuracy } = JSON.parse((await download(page, "folder-json")).text);
  assert.deepEqual(accuracy, { n: 4, top1: 0.75, top5: 0.75 });
  await page.close();
  remove();
});

for (const { width, colorScheme } of /** @type {const} */ ([
  { width: 320, colorScheme: "light" },
  { width: 360, colorScheme: "dark" },
  { width: 768, colorScheme: "light" },
  { width: 1440, colorScheme: "dark" },
])) {
  test(`screenshots of a folder at ${width} px, ${colorScheme}`, async () => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
    await page.open(width === 768 ? "?lang=zh" : "");
    const { folder, remove } = makeFolder(
      new Map([
        ...[...files].slice(0, 30),
        ["part 0/cut.png", files.get("part 1/cut off.png") ?? Buffer.alloc(0)],
        ["a name that is as long as the names of files can be when cameras and people name them.jpg", Buffer.from("-")],
        ["orange.jpg", readFileSync(new URL("../../assets/samples/orange.jpg", import.meta.url))],
      ]),
    );
    await page.$("tab-folder").click();
    await page.page.screenshot({
      path: path.join(ARTIFACTS, `folder-${width}-${colorScheme}-empty.png`),
      fullPage: true,
    });
    await openFolder(page, folder);
    await phase(page, "done");
    await page.$("folder-grouped").check();
    await page.$("folder-grouped").uncheck();
    await page.page.waitForTimeout(300);
    await page.page.screenshot({ path: path.join(ARTIFACTS, `folder-${width}-${colorScheme}.png`), fullPage: true });
    assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    await page.close();
    remove();
  });
}
