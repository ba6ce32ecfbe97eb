/** For everyone: no violation of axe's rules in any state, forced colours, zoom, the keyboard, what is spoken. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { violations } from "../support/axe.mjs";
import { startBrowser } from "../support/browser.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser(["--use-fake-device-for-media-stream"]);
});
after(() => browser.stop());

const scene = { name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(320, 240)) };

for (const locale of ["en", "zh"]) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`no state violates a rule of axe: ${locale}, ${colorScheme}`, async () => {
      // Without motion, since a colour that is on its way to another has any contrast.
      const page = await browser.newPage({ locale, colorScheme, reducedMotion: "reduce", permissions: ["camera"] });
      /** @type {string[]} */
      const found = [];
      const check = async (/** @type {string} */ state) => {
        for (const violation of await violations(page.page)) found.push(`${state}: ${violation}`);
      };

      await page.open();
      await check("empty");
      await page.drop(scene);
      await page.answer(scene.name);
      await check("answer");
      await page.$("explain-toggle").first().click();
      await page.$("explain-overlay").waitFor();
      await page.$("class-search").fill("e");
      await page.$("found-class").first().waitFor();
      await check("explained and searched");
      for (const block of ["blocks1.0", "blocks2.1", "head"]) {
        await page.page.locator(`[data-testid="block-timing"][data-name="${block}"]`).click();
        await page.page.locator(`[data-testid="inspector"][data-block="${block}"]`).waitFor();
        await check(`inside ${block}`);
      }
      await page.drop({ name: "notes.jpg", mimeType: "", buffer: Buffer.from("no picture") });
      await page.errorCode();
      await check("error");
      await page.$("error-dismiss").click();

      for (const tab of await page.page.getByRole("tab").all()) {
        await tab.click();
        await page.page.getByRole("tabpanel").locator("> *").first().waitFor();
        await check(`tool ${await tab.innerText()}`);
      }

      await page.$("camera-toggle").click();
      await page.answer("camera");
      await check("camera");
      await page.$("camera-toggle").click();

      await page.$("tab-inside").click();
      await page.$("bench").click();
      await check("benchmark");
      await page.$("bench-result").waitFor({ timeout: 120_000 });
      await check("benchmarked");
      assert.deepEqual(found, []);
      await page.close();
    });
  }
}

test("the likeliest class is spoken when it changes, at most every two seconds, in the language in use", async () => {
  const page = await browser.newPage({ locale: "zh-CN", permissions: ["camera"] });
  await page.open();
  const [worker] = page.page.workers();
  // The camera sees an orange and a lemon in turns, whatever the engine says.
  await worker.evaluate(() => {
    const classes = [
      [186, "n07747607", "orange"],
      [187, "n07749582", "lemon"],
    ];
    let frames = 0;
    const engine = Reflect.get(globalThis, "mobilemamba");
    const { classify } = engine;
    engine.classify = async (/** @type {object} */ request) => {
      const answer = await classify(request);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const [index, id, label] = classes[Math.trunc(frames++ / 5) % 2];
      return { ...answer, top: [{ index, id, label, p: 0.5 + 0.0001 * frames }] };
    };
  });
  await page.page.evaluate(() => {
    const speech = /** @type {Element} */ (document.querySelector('[aria-live="polite"]'));
    /** @type {[number, string][]} */
    const spoken = [];
    new MutationObserver(() => spoken.push([performance.now(), speech.textContent ?? ""])).observe(speech, {
      childList: true,
    });
    Object.assign(window, { spoken });
  });
  await page.$("camera-toggle").click();
  await page.page.waitForFunction(() => Reflect.get(window, "spoken").length >= 4);
  const spoken = await page.page.evaluate(() => /** @type {[number, string][]} */ (Reflect.get(window, "spoken")));
  for (const [i, [time, text]] of spoken.entries()) {
    assert.match(text, /^(橙子|柠檬)，5\d\.\d%$/);
    if (i === 0) continue;
    assert.notEqual(text.slice(0, 2), spoken[i - 1][1].slice(0, 2), "what has not changed is not repeated");
    assert.ok(time - spoken[i - 1][0] > 1950, `${time - spoken[i - 1][0]} ms between two`);
  }
  await page.close();
});
