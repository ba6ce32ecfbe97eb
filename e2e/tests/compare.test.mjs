/** The comparison of two sides on one picture: models or kernels, what they answer and what they cost. */

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS, sharedFile } from "../support/repo.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

/** @param {string} name */
const scene = (name, width = 320) => ({ name, mimeType: "image/png", buffer: encodePng(drawScene(width, 240)) });

/**
 * Waits until both sides have answered about a picture, and all passes are made.
 * @param {ClassifierPage} page
 * @param {string} about
 */
async function compared(page, about) {
  await page.page
    .locator(`[data-testid="compare"][data-about=${JSON.stringify(about)}][data-measuring="false"]`)
    .waitFor({ timeout: 60_000 });
}

/** @param {ClassifierPage} page */
async function copied(page) {
  await page.$("compare-copy").click();
  await page.page.getByText("Comparison copied").waitFor();
  return JSON.parse(await page.page.evaluate(() => navigator.clipboard.readText()));
}

test("two kernels agree on a picture, and the next one, and one is faster", async (t) => {
  const page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await page.open();
  await page.$("tab-compare").click();
  await page.$("compare-empty").waitFor();
  assert.equal(page.page.workers().length, 1, "without a picture there is nothing to start");

  await page.drop(scene("scene.png"));
  const { top } = await page.answer("scene.png");
  await compared(page, "scene.png");
  assert.equal(page.page.workers().length, 3);
  assert.equal(await page.$("compare-kernel-A").inputValue(), await page.$("kernel").innerText());
  assert.equal(await page.$("compare-kernel-B").inputValue(), "scalar");
  assert.match(await page.$("compare-verdict").innerText(), /^They agree: .* same order\. The largest difference/);
  assert.ok(Number(await page.$("compare").getAttribute("data-most")) < 1e-4);
  t.diagnostic(await page.$("compare-speed").innerText());

  const classes = await page
    .$("compare-class")
    .evaluateAll((rows) =>
      rows.map((row) => ({ label: row.querySelector("th")?.textContent, p: JSON.parse(row.dataset.p ?? "") })),
    );
  assert.equal(classes.length, 5, "the same five on both sides");
  classes.forEach(({ p: [a, b] }, rank) => {
    assert.ok(Math.abs(a - top[rank].p) < 1e-4 && Math.abs(b - top[rank].p) < 1e-4);
  });

  const report = await copied(page);
  assert.equal(report.file, "scene.png");
  const [a, b] = report.sides;
  assert.deepEqual([a.model, a.kernel], ["xt-tiny200", await page.$("kernel").innerText()]);
  assert.deepEqual([b.model, b.kernel], ["xt-tiny200", "scalar"]);
  // A slow machine stops earlier.
  assert.ok(a.passes === b.passes && a.passes > 1 && a.passes <= 5, `${a.passes} and ${b.passes} passes`);
  assert.equal(report.agree, true);
  assert.ok(report.speedUp > 1, `the fastest kernels are ${report.speedUp} times as fast`);
  assert.equal(report.speedUp, report.sides[1].forward / report.sides[0].forward);
  assert.ok(report.maxDifference > 0 && report.maxDifference < 1e-4);
  const blocks = await page
    .$("compare-block")
    .evaluateAll((rows) => rows.map((row) => ({ name: row.dataset.name, ms: JSON.parse(row.dataset.ms ?? "") })));
  assert.deepEqual(blocks.slice(0, -1), report.blocks);
  assert.equal(blocks.length, 14, "every block, and the network");
  for (const { name, ms } of blocks)
    assert.ok(
      ms.every((/** @type {number} */ one) => one > 0),
      `${name}: ${ms}`,
    );

  await page.drop(scene("other.png", 500));
  await compared(page, "other.png");
  assert.notDeepEqual((await copied(page)).sides[0].top, report.sides[0].top);

  // The same on both sides is the same.
  await page.$("compare-kernel-A").selectOption("scalar");
  await compared(page, "other.png");
  await page.page.waitForFunction(
    () => /** @type {HTMLElement} */ (document.querySelector('[data-testid="compare"]')).dataset.most === "0",
  );
  assert.match(await page.$("compare-verdict").innerText(), /All probabilities are the same/);

  await page.$("tab-inside").click();
  await page.page.waitForTimeout(300);
  assert.equal(page.page.workers().length, 1, "its workers go when nobody looks");
  await page.$("tab-compare").click();
  await compared(page, "other.png");
  assert.equal(await page.$("compare-kernel-A").inputValue(), "scalar", "what was chosen is still chosen");
  await page.close();
});

test("a checkpoint of one's own is compared with the model of the site", async (t) => {
  const own = sharedFile("reference/checkpoints/tiny_raw.pth", "that one's own checkpoint can be compared is");
  if (!own) return t.skip("there is no checkpoint to compare with");
  const page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await page.open();
  await page.$("checkpoint-input").setInputFiles(own);
  await page.page.waitForFunction(
    () =>
      document.querySelector('[data-testid="model-select"]')?.querySelector("option:checked")?.textContent ===
      "tiny_raw.pth",
  );
  await page.drop(scene("scene.png"));
  await page.answer("scene.png");
  await page.$("tab-compare").click();
  await compared(page, "scene.png");
  await page.$("compare-model-B").selectOption("xt-tiny200 f16");
  await page.page.waitForFunction(() =>
    /disagree/.test(document.querySelector('[data-testid="compare-verdict"]')?.textContent ?? ""),
  );
  await compared(page, "scene.png");
  const { agree, sides } = await copied(page);
  assert.equal(agree, false);
  assert.notEqual(sides[0].top[0].label, sides[1].top[0].label);
  assert.ok((await page.$("compare-class").count()) > 5, "the best of both sides");
  await page.close();
});

test("a side that cannot be loaded says why, and the other is left alone", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(scene("scene.png"));
  await page.answer("scene.png");
  await page.page.context().route("**/mobilemamba.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  await page.$("tab-compare").click();
  await page.page.locator('[data-testid="compare-state-B"][data-phase="failed"]').waitFor();
  assert.match(await page.$("compare-state-B").innerText(), /could not be downloaded/);
  await page.page.locator('[data-testid="compare-state-A"][data-phase="ready"]').waitFor();
  assert.equal(await page.$("error").isVisible(), false);
  await page.page.context().unroute("**/mobilemamba.wasm");
  await page.$("compare-kernel-B").selectOption("simd");
  await compared(page, "scene.png");
  await page.close(/Failed to load resource/);
});

for (const { width, colorScheme, language } of /** @type {const} */ ([
  { width: 320, colorScheme: "dark", language: "en" },
  { width: 360, colorScheme: "light", language: "en" },
  { width: 768, colorScheme: "dark", language: "zh" },
  { width: 1440, colorScheme: "light", language: "en" },
])) {
  test(`screenshots of the comparison at ${width} px, ${colorScheme}`, async () => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
    await page.open(`?lang=${language}`);
    await page.$("samples").getByRole("button").first().click();
    await page.answer("orange.jpg");
    await page.$("tab-compare").click();
    await compared(page, "orange.jpg");
    await page.page.screenshot({ path: path.join(ARTIFACTS, `compare-${width}-${colorScheme}.png`), fullPage: true });
    assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= width);
    await page.close();
  });
}
