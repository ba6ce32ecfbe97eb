/** What can be done with an answer: take it along, look for other classes, hide the unlikely, go back to a picture. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { HISTORY_LENGTH } from "../../web/page/history.js";
import { startBrowser } from "../support/browser.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

/** @param {string} name */
function picture(name, width = 320) {
  return { name, mimeType: "image/png", buffer: encodePng(drawScene(width, 240)) };
}

/** @param {import("../support/browser.mjs").ClassifierPage} page */
async function openSample(page) {
  await page.$("samples").getByRole("button").first().click();
  return page.answer("orange.jpg");
}

test("the result is copied and downloaded as JSON, and as CSV", async () => {
  const page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await page.open("?kernel=scalar");
  const { top } = await openSample(page);

  await page.$("copy-json").click();
  await page.page.getByText("Result copied").waitFor();
  const copied = JSON.parse(await page.page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual(
    copied.top.map((/** @type {{p: number}} */ { p }) => p),
    top.map(({ p }) => p),
  );
  assert.equal(copied.file, "orange.jpg");
  assert.equal(copied.model, "xt-tiny200");
  assert.equal(copied.kernel, "scalar");
  assert.ok(copied.blocks.length > 0 && copied.ms.forward > 0);

  await page.$("copied").filter({ hasText: /^$/ }).waitFor({ state: "attached" });
  await page.$("copy-csv").click();
  await page.page.getByText("Result copied").waitFor();
  const table = await page.page.evaluate(() => navigator.clipboard.readText());

  const download = async (/** @type {string} */ testId) => {
    const waiting = page.page.waitForEvent("download");
    await page.$(testId).click();
    const file = await waiting;
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
  };
  const json = await download("download-json");
  assert.equal(json.name, "orange.json");
  assert.deepEqual(JSON.parse(json.text), copied);
  const csv = await download("download-csv");
  assert.equal(csv.name, "orange.csv");
  assert.equal(csv.text, table);
  const [head, first, ...others] = csv.text.trimEnd().split("\r\n");
  assert.equal(head, "file,model,kernel,rank,index,id,label,p");
  assert.equal(first, `orange.jpg,xt-tiny200,scalar,1,${top[0].index},${copied.top[0].id},orange,${top[0].p}`);
  assert.equal(others.length, top.length - 1);
  await page.close();
});

test("a link shows a sample with the same model and kernels again", async () => {
  const page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await page.open("?kernel=simd");
  const { top } = await openSample(page);
  await page.$("copy-link").click();
  await page.page.getByText("Link copied").waitFor();
  const link = await page.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${browser.url}?model=xt-tiny200&dtype=f16&kernel=simd&img=assets/samples/orange.jpg`);

  await page.open(link.slice(browser.url.length));
  const again = await page.answer("orange.jpg");
  assert.equal(await page.$("kernel").innerText(), "simd");
  assert.deepEqual(
    again.top.map(({ p }) => p),
    top.map(({ p }) => p),
  );

  await page.drop(picture("mine.png"));
  await page.answer("mine.png");
  assert.ok(!(await page.$("copy-link").isVisible()), "there is no link to a file of this device");
  await page.close();
});

test("any class is found by its name, with its probability and its map", async () => {
  const page = await browser.newPage();
  await page.open();
  const { top } = await openSample(page);
  const search = page.$("class-search");
  const found = () =>
    page.$("found-class").evaluateAll((rows) =>
      rows.map((row) => {
        const { index, p } = /** @type {HTMLElement} */ (row).dataset;
        return { index: Number(index), p: Number(p), text: /** @type {HTMLElement} */ (row).innerText };
      }),
    );

  await search.fill("ORANGE");
  await page.$("found-class").first().waitFor();
  const [orange] = await found();
  assert.equal(orange.index, top[0].index);
  assert.equal(orange.p, top[0].p);

  await search.fill("cat");
  await page.page.locator('[data-testid="found-class"]', { hasText: "cat" }).first().waitFor();
  const cats = await found();
  assert.ok(cats.length > 1 && cats.every(({ text }) => text.toLowerCase().includes("cat")), JSON.stringify(cats));
  assert.deepEqual(
    cats.map(({ p }) => p),
    cats.map(({ p }) => p).sort((a, b) => b - a),
  );
  await page.$("found-class").first().getByRole("button").click();
  await page.page.locator(`[data-testid="explain-overlay"][data-index="${cats[0].index}"]`).waitFor();

  await search.fill("no such thing");
  await page.$("found-none").waitFor();
  assert.equal(await page.$("found-class").count(), 0);

  // What is asked stays when the picture changes.
  await search.fill("orange");
  await page.drop(picture("other.png"));
  await page.answer("other.png");
  await page.page.waitForFunction((before) => {
    const row = document.querySelector('[data-testid="found-class"]');
    return row && Number(/** @type {HTMLElement} */ (row).dataset.p) !== before;
  }, top[0].p);
  await search.fill("");
  await page.$("found-class").first().waitFor({ state: "detached" });
  await page.close();
});

test("a threshold hides the unlikely classes", async () => {
  const page = await browser.newPage();
  await page.open();
  const { top } = await openSample(page);
  const slide = (/** @type {string} */ value) => page.$("threshold").fill(value);
  await slide("0.05");
  const shown = await page.$("prediction").evaluateAll((rows) => rows.map((row) => Number(row.dataset.p)));
  assert.deepEqual(
    shown,
    top.map(({ p }) => p).filter((p) => p >= 0.05),
  );
  assert.ok(shown.length > 0 && shown.length < top.length);
  await slide("0.99");
  await page.page.getByText("No class has 99.0 % or more.").waitFor();
  assert.equal(await page.$("prediction").count(), 0);
  await slide("0");
  assert.equal(await page.$("prediction").count(), top.length);
  await page.close();
});

test("the last pictures can be opened again; older ones are let go", async () => {
  const page = await browser.newPage();
  await page.page.addInitScript(() => {
    const urls = new Set();
    Object.assign(window, { urls });
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      const url = createObjectURL(blob);
      urls.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => {
      urls.delete(url);
      revokeObjectURL(url);
    };
  });
  await page.open();
  assert.ok(!(await page.$("history").isVisible()));
  /** @type {Map<string, number[]>} */
  const answers = new Map();
  for (let i = 1; i <= HISTORY_LENGTH + 2; i++) {
    const name = `${i}.png`;
    await page.drop(picture(name, 40 * i));
    answers.set(
      name,
      (await page.answer(name)).top.map(({ p }) => p),
    );
  }
  const items = page.$("history-item");
  // Its thumbnail comes after the answer.
  await page.page.locator(`[data-testid="history-item"][title^="${HISTORY_LENGTH + 2}.png"]`).waitFor();
  assert.equal(await items.count(), HISTORY_LENGTH);
  assert.match((await items.last().getAttribute("title")) ?? "", /^3\.png: /);
  const urls = () => page.page.evaluate(() => /** @type {Set<string>} */ (Reflect.get(window, "urls")).size);
  assert.equal(await urls(), 1, "only of the picture on the stage");
  const sides = await items
    .locator("canvas")
    .evaluateAll((all) =>
      all.map((canvas) =>
        Math.max(/** @type {HTMLCanvasElement} */ (canvas).width, /** @type {HTMLCanvasElement} */ (canvas).height),
      ),
    );
  assert.equal(sides.length, HISTORY_LENGTH);
  assert.ok(Math.max(...sides) <= 160, `thumbnails of ${sides} pixels`);
  assert.equal(await items.locator("img").count(), 0);

  await items.last().click();
  const again = await page.answer("3.png");
  assert.deepEqual(
    again.top.map(({ p }) => p),
    answers.get("3.png"),
  );
  assert.equal(await items.count(), HISTORY_LENGTH);
  assert.equal(await items.last().getAttribute("aria-current"), "true");
  assert.equal(await page.page.locator('[data-testid="history-item"][aria-current="true"]').count(), 1);

  await page.drop({ name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await page.errorCode();
  await page.drop(picture("new.png"));
  await page.answer("new.png");
  assert.match((await items.first().getAttribute("title")) ?? "", /^new\.png: /);
  assert.equal(await urls(), 1);
  await page.close();
});

for (const reducedMotion of /** @type {const} */ (["no-preference", "reduce"])) {
  test(`the bars glide from answer to answer without any layout; motion: ${reducedMotion}`, async () => {
    const page = await browser.newPage({ reducedMotion });
    await page.open();
    await openSample(page);
    // A transition is over in a quarter of a second, so that it is noted when it begins.
    await page.page.evaluate(() => {
      /** @type {Set<string>} */
      const moved = new Set();
      Object.assign(window, { moved });
      document.addEventListener("transitionrun", ({ target, propertyName }) => {
        if (target instanceof Element && target.closest(".top5")) moved.add(`${target.className} ${propertyName}`);
      });
    });
    await page.drop(picture("next.png"));
    const { top } = await page.answer("next.png");
    await page.page.waitForTimeout(500);
    const moved = await page.page.evaluate(() => [.../** @type {Set<string>} */ (Reflect.get(window, "moved"))]);
    assert.deepEqual(moved, reducedMotion === "reduce" ? [] : ["bar-fill transform"]);
    // And they end where they should.
    const shares = await page.page.locator(".top5 .bar").evaluateAll((bars) =>
      bars.map((bar) => {
        const fill = /** @type {Element} */ (bar.firstElementChild).getBoundingClientRect();
        const { left, width } = bar.getBoundingClientRect();
        return (fill.right - left) / width;
      }),
    );
    shares.forEach((share, rank) => assert.ok(Math.abs(share - top[rank].p) < 0.01, `${share} for ${top[rank].p}`));
    await page.close();
  });
}

test("nothing of it is wider than a screen of 320 px", async () => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
  await page.open();
  for (let i = 0; i < 8; i++) {
    await page.drop(picture(`${i}.png`));
    await page.answer(`${i}.png`);
  }
  await openSample(page);
  await page.$("explain-toggle").first().click();
  await page.$("explain-overlay").waitFor();
  await page.$("class-search").fill("e");
  await page.$("found-class").first().waitFor();
  assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
  await page.close();
});
