/** English and Chinese: chosen, remembered, and changed without losing what the page holds. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser(["--use-fake-device-for-media-stream"]);
});
after(() => browser.stop());

/** @param {import("../support/browser.mjs").ClassifierPage} page */
const spoken = (page) => page.page.evaluate(() => [document.documentElement.lang, document.title]);

const ENGLISH = ["en", "MobileMamba in your browser"];
const CHINESE = ["zh", "浏览器中的 MobileMamba"];

test("the page speaks the language of the browser, of the address, or the one that was chosen last", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  await page.open();
  assert.deepEqual(await spoken(page), CHINESE);
  assert.equal(await page.$("status").innerText(), "就绪");
  assert.equal(await page.$("language-zh").getAttribute("aria-pressed"), "true");

  await page.open("?lang=en");
  assert.deepEqual(await spoken(page), ENGLISH);
  await page.open();
  assert.deepEqual(await spoken(page), CHINESE, "the address speaks for one visit");

  await page.$("language-en").click();
  assert.equal(await page.$("status").innerText(), "Ready");
  await page.open();
  assert.deepEqual(await spoken(page), ENGLISH, "a choice is kept");

  await page.open("?lang=zh&kernel=scalar");
  await page.$("language-en").click();
  await page.page.waitForFunction(() => document.documentElement.lang === "en");
  assert.equal(new URL(page.page.url()).search, "?lang=en&kernel=scalar", "a reload speaks what was chosen");
  await page.close();
});

test("the language changes under a picture with its answer, its map and an error", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.$("samples").getByRole("button").first().click();
  const before = await page.answer("orange.jpg");
  await page.$("threshold").fill("0.01");
  await page.$("explain-toggle").first().click();
  await page.$("explain-overlay").waitFor();
  await page.$("class-search").fill("orange");
  await page.$("found-class").first().waitFor();
  const picture = await page.page.locator(".stage img").getAttribute("src");

  await page.$("language-zh").focus();
  await page.page.keyboard.press("Enter");
  await page.page.getByText("识别结果").waitFor();
  assert.deepEqual(await spoken(page), CHINESE);
  assert.equal(await page.$("status").innerText(), "已识别 orange.jpg");
  const after = await page.answer("orange.jpg");
  assert.deepEqual(
    after.top.map(({ index, p }) => [index, p]),
    before.top.filter(({ p }) => p >= 0.01).map(({ index, p }) => [index, p]),
  );
  assert.ok(await page.$("explain-overlay").isVisible());
  assert.equal(await page.$("explain-toggle").first().getAttribute("aria-pressed"), "true");
  assert.equal(await page.$("class-search").inputValue(), "orange");
  assert.ok((await page.$("found-class").count()) > 0);
  assert.equal(await page.page.locator(".stage img").getAttribute("src"), picture);
  assert.equal(await page.page.evaluate(() => document.activeElement?.getAttribute("data-testid")), "language-zh");

  await page.drop({ name: "notes.jpg", mimeType: "", buffer: Buffer.from("no picture") });
  await page.errorCode();
  const [title, hint, detail] = await page.$("error").locator("strong, p").allInnerTexts();
  assert.equal(title, "这不是图片");
  assert.match(hint, /^请选择照片/);
  assert.ok(detail);
  assert.equal(await page.$("error").getByText(detail).getAttribute("lang"), "en");
  await page.$("language-en").click();
  await page.page.getByText("That is not a picture").waitFor();
  await page.close();
});

test("the camera runs on while the language changes", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await page.$("camera-toggle").click();
  await page.answer("camera");
  const video = () =>
    page.page.evaluate(() => {
      const element = document.querySelector("video");
      const stream = /** @type {MediaStream | null} */ (element?.srcObject ?? null);
      return { id: stream?.id, state: stream?.getTracks()[0].readyState, paused: element?.paused };
    });
  const before = await video();
  await page.$("language-zh").click();
  await page.page.getByText("关闭摄像头").waitFor();
  assert.deepEqual(await video(), before);
  assert.equal(before.state, "live");
  assert.equal(before.paused, false);
  const classified = page.page.evaluate(
    () =>
      new Promise((resolve) =>
        new MutationObserver(resolve).observe(/** @type {Node} */ (document.querySelector('[data-testid="top5"]')), {
          subtree: true,
          attributes: true,
        }),
      ),
  );
  await classified;
  await page.$("camera-toggle").click();
  await page.page.getByText("开启摄像头", { exact: true }).waitFor();
  await page.close();
});

test("a page that cannot fetch its words speaks English, and says why it cannot change", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  await page.page.route("**/languages/zh.js", (route) => route.abort());
  await page.open();
  assert.deepEqual(await spoken(page), ENGLISH);
  await page.$("language-zh").click();
  assert.equal(await page.errorCode(), "download-failed");
  assert.deepEqual(await spoken(page), ENGLISH);
  await page.close(/Failed to load resource/);
});
