/** English and Chinese: chosen, remembered, and changed without losing what the page holds. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { sharedFile } from "../support/repo.mjs";

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
  await page.$("status").getByText("Ready").waitFor();
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

test("classes have their names in the language in use: shown, spoken, searched, exported", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  await page.open();
  assert.match(await page.$("model-select").locator("option").first().innerText(), /200 种常见事物/);
  await page.$("samples").getByRole("button").first().click();
  const { top } = await page.answer("orange.jpg");
  assert.match(top[0].text, /^橙子/);
  assert.match(await page.page.locator('[aria-live="polite"]').first().innerText(), /^橙子，[\d.]+%$/);
  assert.match((await page.$("history-item").first().getAttribute("title")) ?? "", /^orange\.jpg：橙子，/);

  await page.$("explain-toggle").first().click();
  await page.page.getByText("“橙子”的得分来自哪里").waitFor();
  assert.match((await page.$("explain-overlay").getAttribute("aria-label")) ?? "", /“橙子”/);

  // By either name, and what has it in it.
  for (const query of ["橙", "orange"]) {
    await page.$("class-search").fill(query);
    await page.page.locator(`[data-testid="found-class"][data-index="${top[0].index}"]`).waitFor();
  }
  await page.$("class-search").fill("犬");
  await page.page.locator('[data-testid="found-class"]', { hasText: "金毛寻回犬" }).waitFor();

  const waiting = page.page.waitForEvent("download");
  await page.$("download-csv").click();
  const csv = readFileSync(await (await waiting).path(), "utf8").split("\r\n");
  assert.match(csv[1], /,n07747607,橙子,/);
  await page.$("language-en").click();
  await page.page.locator('[data-testid="prediction"]', { hasText: "orange" }).waitFor();
  assert.match((await page.$("history-item").first().getAttribute("title")) ?? "", /^orange\.jpg: orange, /);
  await page.close();
});

test("the inside of the network is about the class by its name, and the screen by its", async () => {
  const page = await browser.newPage({ locale: "zh-CN", permissions: ["camera"] });
  await page.page.addInitScript(() => {
    navigator.mediaDevices.getDisplayMedia = () => navigator.mediaDevices.getUserMedia({ video: true });
  });
  await page.open();
  await page.$("samples").getByRole("button").first().click();
  await page.answer("orange.jpg");
  await page.page.locator('[data-testid="block-timing"][data-name="head"]').click();
  await page.$("cam-sum").filter({ hasText: "橙子" }).waitFor();
  assert.doesNotMatch(await page.page.locator('[data-section="cam"]').innerText(), /orange/);
  await page.$("screen-toggle").click();
  await page.$("inspector-about").filter({ hasText: "· 屏幕" }).waitFor();
  await page.$("screen-toggle").click();
  await page.close();
});

test("an error is marked as the language that it speaks", async () => {
  const page = await browser.newPage({ locale: "zh-CN", permissions: ["camera"] });
  await page.open();
  await page.$("camera-toggle").click();
  await page.answer("camera");
  await page.unplugCamera();
  assert.equal(await page.errorCode(), "camera-missing");
  const said = page.$("error").getByText("摄像头已断开连接。");
  assert.equal(await said.getAttribute("lang"), "zh");
  await page.$("error").getByText("请重新接上摄像头，再次启动。").waitFor();
  // In the other language it is the foreign one.
  await page.$("language-en").click();
  await page.$("error").getByText("No camera", { exact: true }).waitFor();
  assert.equal(await said.getAttribute("lang"), "zh");
  await page.close();
});

test("a model without names has numbers for its classes, and its own are not translated", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  const own = sharedFile(
    "reference/checkpoints/tiny_raw.pth",
    "that a checkpoint without labels is shown in Chinese is",
  );
  await page.open();
  if (own) {
    await page.$("checkpoint-input").setInputFiles(own);
    await page.page.locator("option:checked", { hasText: "tiny_raw.pth" }).waitFor({ state: "attached" });
    await page.$("samples").getByRole("button").first().click();
    const { top } = await page.answer("orange.jpg");
    assert.match(top[0].text, /^类别 \d+/);
  }
  await page.close();
});

test("labels that cannot be fetched are English", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  await page.page.route("**/*.zh.tsv", (route) => route.fulfill({ status: 404 }));
  await page.open();
  await page.$("samples").getByRole("button").first().click();
  const { top } = await page.answer("orange.jpg");
  assert.match(top[0].text, /^orange/);
  assert.equal(await page.$("status").innerText(), "已识别 orange.jpg");
  await page.close(/Failed to load resource/);
});

/** What is the same in every language: names of things, units and formats. */
const UNIVERSAL =
  /^(MobileMamba|Mamba|XT|CVPR|Go|WebAssembly|SIMD|Stem|softmax|[Tt]op|p10|p90|MACs?|GFLOP|s|ms|kB|MB|GB|[kMG]|JSON|CSV|JPEG|PNG|WebP|GIF|BMP|TIFF|MIT|f16|f32|i8|CD|iPod|T|Tiny|ImageNet|pth|safetensors|txt|csv|json|relaxed|simd|scalar|orange|jpg|English|https|SIMD128|KiB|JavaScript|mobilemamba|wasm|A|B)$/;
/** As the checkpoints call them. */
const BLOCK = /\b(patch_embed|blocks\d\.\d+|head)\b/g;

test("nothing but names is left in English", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  await page.open();
  await page.$("samples").getByRole("button").first().click();
  await page.answer("orange.jpg");
  await page.$("explain-toggle").first().click();
  await page.$("explain-overlay").waitFor();
  await page.$("class-search").fill("xyzzy");
  await page.$("found-none").waitFor();
  await page.drop({ name: "notes.jpg", mimeType: "", buffer: Buffer.from("no picture") });
  await page.errorCode();
  /** @type {Set<string>} */
  const english = new Set();
  const look = async () => {
    const texts = await readAloud(page);
    assert.ok(texts.length > 100, "there is something to read");
    for (const text of texts) {
      const words =
        text
          .replaceAll("notes.jpg", "")
          .replaceAll(BLOCK, "")
          .match(/[A-Za-z][A-Za-z0-9]*/g) ?? [];
      if (words.some((word) => !UNIVERSAL.test(word) && word !== "xyzzy")) english.add(text);
    }
  };
  await look();
  // A single tool has no tab.
  for (const tab of await page.page.getByRole("tab").all()) {
    await tab.click();
    await page.page.getByRole("tabpanel").locator("> *").first().waitFor();
    await look();
  }
  assert.deepEqual([...english], []);
  await page.close();
});

/**
 * Everything that can be read or heard, but what says itself that it is English or code.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 */
function readAloud(page) {
  return page.page.evaluate(() => {
    /** @type {string[]} */
    const texts = [document.title];
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest('[lang="en"], noscript, script, [data-testid="block-timing"] th')) continue;
      for (const name of ["aria-label", "title", "alt", "placeholder"]) {
        const value = element.getAttribute(name);
        // The title of a class is its id.
        if (value && !/^n\d{8}$/.test(value)) texts.push(value);
      }
      for (const node of element.childNodes) {
        if (node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) texts.push(node.textContent);
      }
    }
    return texts;
  });
}

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
