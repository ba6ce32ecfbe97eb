/** Firefox, by WebDriver BiDi. */

import puppeteer from "puppeteer-core";
import { findProgram } from "../support/programs.mjs";
import { PATIENCE, selector, toExpression } from "./engine.mjs";

/** @type {import("./engine.mjs").Driver} */
export const driver = { name: "Firefox", start };

/** @returns {Promise<import("./engine.mjs").Engine>} */
async function start() {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: findProgram("FIREFOX", ["firefox-esr", "firefox"], "on Debian, apt-get install firefox-esr"),
    timeout: PATIENCE,
    protocolTimeout: PATIENCE,
    extraPrefsFirefox: { "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true },
  });
  const [page] = await browser.pages();
  page.setDefaultTimeout(PATIENCE);
  /** @type {string[]} */
  const heard = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") heard.push(message.text());
  });
  page.on("pageerror", (error) => heard.push(String(error)));
  /** @param {string} testId */
  const find = async (testId) => {
    const element = await page.$(selector(testId));
    if (!element) throw new Error(`the page has no ${testId}`);
    return element;
  };
  return {
    version: (await browser.version()).replace(/^firefox\//i, ""),
    heard,
    open: async (url) => void (await page.goto(url)),
    evaluate: (code, ...args) => /** @type {Promise<any>} */ (page.evaluate(toExpression(code, args))),
    setFiles: async (testId, ...files) => {
      const input = /** @type {import("puppeteer-core").ElementHandle<HTMLInputElement>} */ (await find(testId));
      await input.uploadFile(...files);
    },
    click: async (testId) => (await find(testId)).click(),
    screenshot: async () => Buffer.from(await page.screenshot()),
    stop: () => browser.close(),
  };
}
