/** The performance tab: which kernels run and why, where the time goes, what memory it takes, and the benchmark. */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS } from "../support/repo.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
  mkdirSync(ARTIFACTS, { recursive: true });
});
after(() => browser.stop());

const scene = { name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(320, 240)) };

/** @param {ClassifierPage} page */
async function openTab(page) {
  await page.$("tab-performance").click();
  await page.$("bench-device").waitFor();
}

/**
 * @param {ClassifierPage} page
 * @param {string} key
 */
function fact(page, key) {
  return page.page.locator(`[data-fact="${key}"] dd`);
}

test("the benchmark of the device is shown, and copied as a document", async () => {
  const page = await browser.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await page.open();
  await openTab(page);
  assert.equal(await page.$("bench-copy").isVisible(), false);
  await page.$("bench-device").click();
  await page.$("bench-device-result").waitFor({ timeout: 90_000 });
  await page.$("bench-copy").click();
  await page.page.getByText("Copied.").waitFor();
  const report = JSON.parse(await page.page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual([report.format, report.version, report.unit, report.runs], ["mobilemamba-benchmark", 1, "ms", 50]);
  for (const key of ["median", "p10", "p90", "min", "gflops"]) assert.equal(typeof report[key], "number", key);
  assert.ok(report.min <= report.p10 && report.p10 <= report.median && report.median <= report.p90);
  const shown = await page.$("bench-device-result").innerText();
  for (const ms of [report.median, report.p10, report.p90, report.min]) {
    const text = ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
    assert.ok(shown.includes(`${text} ms`), `${text} in ${shown}`);
  }
  assert.equal(report.model, "xt-tiny200");
  assert.equal(report.blocks.length, 13);
  for (const block of report.blocks) {
    assert.ok(block.name && block.stage && block.shape.length === 3 && block.ms >= 0 && block.macs > 0, block.name);
  }
  assert.ok(report.device.clockStep > 0 && report.device.cores > 0 && report.device.userAgent.includes("Chrom"));
  assert.equal(typeof report.device.isolated, "boolean");
  assert.ok(report.memory.heap > 0 && report.memory.module % 65536 === 0);

  const bars = await page
    .$("block-bar")
    .evaluateAll((items) =>
      items.map((item) => ({ ms: Number(/** @type {HTMLElement} */ (item).dataset.ms), text: item.textContent ?? "" })),
    );
  assert.deepEqual(
    bars.map(({ ms }) => ms),
    report.blocks.map((/** @type {{ms: number}} */ { ms }) => ms),
  );
  assert.ok(bars.every(({ text }) => text.includes(" ms") && text.includes("%")));
  const longest = await page.page.evaluate(() => {
    const bars = [...document.querySelectorAll('[data-testid="block-bar"]')];
    const widths = bars.map((bar) => bar.querySelector(".bar-length")?.getBoundingClientRect().width ?? 0);
    const times = bars.map((bar) => Number(/** @type {HTMLElement} */ (bar).dataset.ms));
    return { widths, times, most: Math.max(...widths), worst: Math.max(...times) };
  });
  for (const [i, width] of longest.widths.entries()) {
    const want = Math.max((longest.most * longest.times[i]) / longest.worst, 2);
    assert.ok(Math.abs(width - want) < 1.5, `bar ${i} is ${width} pixels long, want ${want}`);
  }
  await page.close();
});

for (const [kernel, words] of /** @type {const} */ ([
  ["auto", "fastest that this browser can run"],
  ["scalar", "asked for in the address"],
  ["warp", "There are no “warp” kernels here"],
])) {
  test(`it says why the kernels run that do, asked for “${kernel}”`, async () => {
    const page = await browser.newPage();
    await page.open(`?kernel=${kernel}`);
    await openTab(page);
    const reason = await page.$("kernel-reason").innerText();
    const used = await page.$("kernel").innerText();
    const running = kernel === "scalar" ? "scalar" : "relaxed";
    assert.ok(reason.includes(words) && reason.includes(`“${running}”`), reason);
    assert.ok(used.includes(running), used);
    const rows = await page.$("kernel-row").evaluateAll((items) =>
      items.map((item) => {
        const { name, runs } = /** @type {HTMLElement} */ (item).dataset;
        return { name, runs, text: /** @type {HTMLElement} */ (item).innerText };
      }),
    );
    assert.deepEqual(
      rows.map(({ name, runs }) => [name, runs]),
      [
        ["relaxed", "true"],
        ["simd", "true"],
        ["scalar", "true"],
      ],
    );
    assert.deepEqual(
      rows.filter(({ text }) => text.includes("in use")).map(({ name }) => name),
      [running],
    );
    await page.close();
  });
}

test("a browser without relaxed SIMD sees its probe fail", async () => {
  const page = await browser.newPage();
  await page.page.addInitScript(() => {
    // As such a browser would: relaxed_madd is unknown to it.
    const validate = WebAssembly.validate;
    WebAssembly.validate = (bytes) => {
      return !(bytes instanceof Uint8Array && bytes.at(-3) === 0x85) && validate(bytes);
    };
  });
  await page.open();
  await openTab(page);
  const row = page.page.locator('[data-testid="kernel-row"][data-name="relaxed"]');
  assert.equal(await row.getAttribute("data-runs"), "false");
  assert.ok((await row.innerText()).includes("does not run here"));
  await page.close();
});

test("memory, clock and cores are measured, and measured again", async () => {
  const page = await browser.newPage();
  await page.open();
  await openTab(page);
  await fact(page, "module").waitFor();
  const told = await page.page.evaluate(() => ({
    isolated: crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
  }));
  const pages = Number(/in (\d+) pages/.exec(await fact(page, "module").innerText())?.[1]);
  const megabytes = Number(/^([\d.]+) MB/.exec(await fact(page, "module").innerText())?.[1]);
  assert.ok(Math.abs((pages * 65536) / 1e6 - megabytes) < 0.06, `${pages} pages, ${megabytes} MB`);
  assert.match(await fact(page, "heap").innerText(), /^[\d.]+ MB of [\d.]+ MB reserved$/);
  assert.equal(await fact(page, "cores").innerText(), String(told.cores));
  const clock = await fact(page, "clock").innerText();
  assert.equal(clock.includes("not cross-origin isolated"), !told.isolated, clock);
  assert.match(clock, told.isolated ? /^\d µs/ : /^\d+ µs/);
  const collections = Number(await fact(page, "collections").innerText());
  await page.drop(scene);
  await page.answer(scene.name);
  await page.$("device-refresh").click();
  await page.page.waitForFunction(
    (before) => Number(document.querySelector('[data-fact="collections"] dd')?.textContent) >= before,
    collections,
  );
  await page.close();
});

for (const width of [320, 768, 1440]) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`screenshots of the performance tab at ${width} px, ${colorScheme}`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
      await page.open(width === 768 ? "?lang=zh" : "");
      await page.drop(scene);
      await page.answer(scene.name);
      await openTab(page);
      await fact(page, "module").waitFor();
      assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= width);
      await page.page
        .locator(".performance")
        .screenshot({ path: path.join(ARTIFACTS, `${width}-${colorScheme}-performance.png`) });
      await page.close();
    });
  }
}
