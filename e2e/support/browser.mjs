/** A headless Chromium and what a person does with the page. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { findChromium } from "./programs.mjs";
import { startSite } from "./site.mjs";

/** @typedef {import("playwright-core").Page} PlaywrightPage */
/** @typedef {import("playwright-core").BrowserContextOptions} ContextOptions */
/** @typedef {{name: string, mimeType: string, buffer: Buffer}} TestFile */

/**
 * How Chromium is started.
 * @param {string[]} [flags]
 */
export function chromiumOptions(flags = []) {
  return {
    executablePath: findChromium(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...flags],
  };
}

/**
 * Starts a browser and the site for the tests of one file.
 * @param {string[]} [flags]  further ones for Chromium
 * @param {typeof startSite} [start]
 * @param {import("playwright-core").LaunchOptions} [options]
 */
export async function startBrowser(flags = [], start = startSite, options = {}) {
  const site = await start();
  const browser = await chromium.launch({ ...chromiumOptions(flags), ...options });
  return {
    url: site.url,
    /**
     * A page in a context of its own, not yet opened.
     * @param {ContextOptions} [options]
     */
    async newPage(options) {
      const context = await browser.newContext(options);
      return new ClassifierPage(await context.newPage(), site.url);
    },
    /**
     * Another tab beside a page's.
     * @param {ClassifierPage} page
     */
    async openTab(page) {
      return new ClassifierPage(await page.page.context().newPage(), site.url);
    },
    async stop() {
      await browser.close();
      site.stop();
    },
  };
}

/** The page as its tests see it: by the data-testid of the contract. */
export class ClassifierPage {
  /** Console errors and uncaught exceptions. @type {string[]} */
  troubles = [];

  /**
   * @param {PlaywrightPage} page
   * @param {string} url
   */
  constructor(page, url) {
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.troubles.push(message.text());
    });
    page.on("pageerror", (error) => this.troubles.push(String(error)));
  }

  /** @param {string} [query] */
  async open(query = "") {
    await this.page.goto(this.url + query);
    await this.page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  }

  /**
   * @param {string} testId
   */
  $(testId) {
    return this.page.getByTestId(testId);
  }

  /** @param {...TestFile} files */
  async pick(...files) {
    await this.$("file-input").setInputFiles(files);
  }

  /** @param {...TestFile} files */
  async drop(...files) {
    await this.#transfer("drop", files);
  }

  /** @param {...TestFile} files */
  async paste(...files) {
    await this.#transfer("paste", files);
  }

  /**
   * @param {"drop" | "paste"} kind
   * @param {TestFile[]} files
   */
  async #transfer(kind, files) {
    const contents = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString("base64") }));
    await this.page.evaluate(([kind, contents]) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, base64 } of contents) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const options = { bubbles: true, cancelable: true };
      if (kind === "paste") {
        document.body.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
      } else {
        document.body.dispatchEvent(new DragEvent("dragover", { ...options, dataTransfer: transfer }));
        document.body.dispatchEvent(new DragEvent("drop", { ...options, dataTransfer: transfer }));
      }
    }, /** @type {const} */ ([kind, contents]));
  }

  /**
   * Waits for the answer about a picture.
   * @param {string} about  file name, or "camera"
   */
  async answer(about) {
    await this.page.locator(`[data-testid="top5"][data-about=${JSON.stringify(about)}]`).waitFor();
    // Drawn by a tool that comes after the model.
    await this.page.locator('[data-testid="blocks"][data-forward]').waitFor({ state: "attached" });
    return this.page.evaluate(() => ({
      top: [...document.querySelectorAll('[data-testid="prediction"]')].map((element) => {
        const { index, p } = /** @type {HTMLElement} */ (element).dataset;
        return { index: Number(index), p: Number(p), text: /** @type {HTMLElement} */ (element).innerText };
      }),
      forward: Number(/** @type {HTMLElement} */ (document.querySelector('[data-testid="blocks"]')).dataset.forward),
      blocks: [...document.querySelectorAll('[data-testid="block-timing"]')].map((element) => {
        const { name, ms } = /** @type {HTMLElement} */ (element).dataset;
        return { name, ms: Number(ms) };
      }),
    }));
  }

  /** As far as the page can tell: the camera that it watches is gone. */
  unplugCamera() {
    return this.page.evaluate(() => {
      const stream = /** @type {MediaStream} */ (document.querySelector("video")?.srcObject);
      stream.getTracks()[0].dispatchEvent(new Event("ended"));
    });
  }

  /** Waits for an error and returns its code. */
  async errorCode() {
    const panel = this.page.locator('[data-testid="error"][data-code]');
    await panel.waitFor();
    assert.ok((await panel.innerText()).trim().length > 20, "the error explains itself");
    return panel.getAttribute("data-code");
  }

  /**
   * Closes the page; nothing may have been written to the console but what the test provoked.
   * @param {RegExp} [provoked]
   */
  async close(provoked) {
    await this.page.context().close();
    assert.deepEqual(
      this.troubles.filter((text) => !provoked?.test(text)),
      [],
      "errors on the console",
    );
  }
}

/**
 * @param {string} file
 * @returns {TestFile}
 */
export function fromDisk(file) {
  return { name: path.basename(file), mimeType: "", buffer: readFileSync(file) };
}
