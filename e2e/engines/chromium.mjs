/** Chromium, by its own protocol. */

import { chromium } from "playwright-core";
import { chromiumOptions } from "../support/browser.mjs";
import { PATIENCE, selector, toExpression } from "./engine.mjs";

/** @type {import("./engine.mjs").Driver} */
export const driver = { name: "Chromium", start };

/** @returns {Promise<import("./engine.mjs").Engine>} */
async function start() {
  const browser = await chromium.launch({
    ...chromiumOptions(["--use-fake-device-for-media-stream"]),
    timeout: PATIENCE,
  });
  const context = await browser.newContext({ permissions: ["camera"] });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  /** @type {string[]} */
  const heard = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") heard.push(message.text());
  });
  page.on("pageerror", (error) => heard.push(String(error)));
  return {
    version: browser.version(),
    heard,
    open: async (url) => void (await page.goto(url)),
    evaluate: (code, ...args) => page.evaluate(toExpression(code, args)),
    setFiles: (testId, ...files) => page.locator(selector(testId)).setInputFiles(files),
    click: (testId) => page.locator(selector(testId)).click(),
    screenshot: () => page.screenshot(),
    stop: () => browser.close(),
  };
}
