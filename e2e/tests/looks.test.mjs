/** How the page looks and is used: screenshots to look at, the keyboard, narrow screens. */

import assert from "node:assert/strict";
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

const SIZES = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
const scene = { name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(640, 480)) };

for (const viewport of SIZES) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`screenshots at ${viewport.width} px, ${colorScheme}`, async () => {
      const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
      const shoot = (/** @type {string} */ state) =>
        page.page.screenshot({
          path: path.join(ARTIFACTS, `${viewport.width}-${colorScheme}-${state}.png`),
          fullPage: true,
        });
      await page.open();
      await shoot("empty");

      await page.page.getByTestId("samples").getByRole("button").first().click();
      await page.answer("orange.jpg");
      await shoot("answer");

      await page.drop({ name: "notes.jpg", mimeType: "", buffer: Buffer.from("no picture") });
      await page.errorCode();
      await shoot("error");
      await page.close();
    });
  }
}

test("nothing is wider than a screen of 320 px", async () => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
  await page.open();
  await page.drop(scene);
  await page.answer(scene.name);
  assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
  await page.close();
});

test("everything can be reached and seen with the keyboard", async () => {
  const page = await browser.newPage();
  await page.open();
  /** @type {string[]} */
  const reached = [];
  for (let i = 0; i < 40; i++) {
    await page.page.keyboard.press("Tab");
    const { name, outline } = await page.page.evaluate(() => {
      const element = /** @type {HTMLElement} */ (document.activeElement);
      return {
        name: element === document.body ? "" : (element.dataset.testid ?? element.innerText.trim()),
        outline: getComputedStyle(element).outlineStyle,
      };
    });
    if (name && reached.includes(name)) break;
    reached.push(name);
    if (name) assert.equal(outline, "solid", `${name} shows that it has the focus`);
  }
  for (const name of [
    "sound-toggle",
    "Choose a picture",
    "camera-toggle",
    "model-select",
    "Open a checkpoint",
    "bench",
  ]) {
    assert.ok(reached.includes(name), `${name} in ${reached.join(", ")}`);
  }
  const chooser = page.page.waitForEvent("filechooser");
  await page.page.getByText("Choose a picture").focus();
  await page.page.keyboard.press("Enter");
  await (await chooser).setFiles(scene);
  await page.answer(scene.name);
  await page.close();
});
