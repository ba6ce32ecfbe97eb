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

const LANGUAGES = /** @type {const} */ (["en", "zh"]);

/**
 * The page in its three states, in each language.
 * @param {string} name  of the screenshots
 * @param {import("playwright-core").BrowserContextOptions} options
 */
async function shootStates(name, options) {
  const page = await browser.newPage({ reducedMotion: "reduce", ...options });
  const shoot = async (/** @type {string} */ state) => {
    for (const language of LANGUAGES) {
      await page.$(`language-${language}`).click();
      await page.page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
      // Tools come a moment later, and the mouse marks what it points at.
      await page.page.getByRole("tabpanel").locator("> *").first().waitFor();
      await page.page.mouse.move(0, 0);
      await page.page.screenshot({ path: path.join(ARTIFACTS, `${name}-${language}-${state}.png`), fullPage: true });
      assert.deepEqual(await cutTexts(page), [], `${state} in ${language}`);
    }
  };
  await page.open();
  await shoot("empty");
  await page.$("samples").getByRole("button").first().click();
  await page.answer("orange.jpg");
  await shoot("answer");
  await page.drop({ name: "notes.jpg", mimeType: "", buffer: Buffer.from("no picture") });
  await page.errorCode();
  await shoot("error");
  await page.close();
}

/**
 * What is larger than the box that clips it, sticks out of its card, or makes the page wider than the screen.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 */
function cutTexts(page) {
  return page.page.evaluate(() => {
    /** @type {string[]} */
    const cut = [];
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth > clientWidth) cut.push(`the page is ${scrollWidth} px wide in ${clientWidth}`);
    for (const element of document.body.querySelectorAll("*")) {
      if (!(element instanceof HTMLElement) || element.closest(".visually-hidden, [hidden]")) continue;
      const name = `${element.tagName} ${element.className}: ${element.innerText.slice(0, 60)}`;
      const style = getComputedStyle(element);
      const clips = style.overflow !== "visible" && style.clipPath === "none" && style.display !== "inline";
      // What can be scrolled is not lost.
      const lost = /hidden|clip/.test(style.overflow) && element.innerText.trim();
      if (clips && lost && element.scrollWidth > element.clientWidth + 1) cut.push(`${name} is cut at its side`);
      if (clips && lost && element.scrollHeight > element.clientHeight + 1) cut.push(`${name} is cut below`);
      // What its own box clips, as the bars are, does not show where it sticks out.
      const clipped = element.parentElement && getComputedStyle(element.parentElement).overflow !== "visible";
      const card = element.closest(".card")?.getBoundingClientRect();
      const box = element.getBoundingClientRect();
      if (
        card &&
        !clipped &&
        box.width > 0 &&
        style.position === "static" &&
        (box.right > card.right + 1 || box.left < card.left - 1)
      )
        cut.push(`${name} sticks out of its card`);
    }
    return cut;
  });
}

for (const viewport of SIZES) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`screenshots at ${viewport.width} px, ${colorScheme}`, () =>
      shootStates(`${viewport.width}-${colorScheme}`, { viewport, colorScheme }));
  }
}

for (const [name, options] of /** @type {[string, import("playwright-core").BrowserContextOptions][]} */ ([
  ["forced-light", { viewport: { width: 1440, height: 900 }, forcedColors: "active", colorScheme: "light" }],
  ["forced-dark", { viewport: { width: 1440, height: 900 }, forcedColors: "active", colorScheme: "dark" }],
  ["contrast", { viewport: { width: 1440, height: 900 }, contrast: "more" }],
  ["zoom-200", { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ["320", { viewport: { width: 320, height: 640 } }],
  ["3840", { viewport: { width: 3840, height: 2160 } }],
])) {
  test(`screenshots with ${name}`, () => shootStates(name, options));
}

for (const viewport of [SIZES[0], SIZES[2]]) {
  for (const query of ["", "?lang=zh"]) {
    test(`nothing jumps while the page starts: ${viewport.width} px ${query}`, async (t) => {
      const page = await browser.newPage({ viewport });
      await page.page.addInitScript(() => {
        /** @type {string[]} */
        const shifts = [];
        Object.assign(window, { shifts, shifted: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            const { value, sources } = /** @type {PerformanceEntry & {value: number, sources: {node?: Element}[]}} */ (
              entry
            );
            Object.assign(window, { shifted: Reflect.get(window, "shifted") + value });
            shifts.push(`${value.toFixed(4)}: ${sources.map(({ node }) => `${node?.nodeName} ${node?.className}`)}`);
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
      await page.open(query);
      await page.page.getByRole("tabpanel").locator("> *").first().waitFor();
      const { shifts, shifted } = await page.page.evaluate(() => ({
        shifts: /** @type {string[]} */ (Reflect.get(window, "shifts")),
        shifted: /** @type {number} */ (Reflect.get(window, "shifted")),
      }));
      t.diagnostic(`${shifted.toFixed(4)} ${shifts.join("; ")}`);
      // What Lighthouse calls good ends at 0.1.
      assert.ok(shifted < 0.05, shifts.join("\n"));
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

test("everything can be reached with the keyboard, and seen when it is", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(scene);
  await page.answer(scene.name);
  // Whatever a person can act on, once each.
  const wanted = await page.page.evaluate(() => {
    const selector = "a[href], button, select, textarea, input, summary, [tabindex]";
    const reachable = [...document.querySelectorAll(selector)].filter((element) => {
      const { tabIndex } = /** @type {HTMLElement} */ (element);
      // Of a group of radio buttons the arrow keys reach the others.
      if (element.matches('[type="radio"]:not(:checked)')) return false;
      return tabIndex >= 0 && !element.matches(":disabled") && element.checkVisibility({ visibilityProperty: true });
    });
    reachable.forEach((element, i) => element.setAttribute("data-stop", String(i)));
    return reachable.map((element) => element.outerHTML.slice(0, 120));
  });
  assert.ok(wanted.length > 15, `${wanted.length} places for the keyboard`);
  const reached = new Set();
  for (let i = 0; i < wanted.length; i++) {
    await page.page.keyboard.press("Tab");
    const { stop, outline, inside } = await page.page.evaluate(() => {
      const element = /** @type {HTMLElement} */ (document.activeElement);
      const { top, bottom } = element.getBoundingClientRect();
      return {
        stop: Number(element.dataset.stop ?? -1),
        outline: getComputedStyle(element.closest(".segment") ?? element).outlineStyle,
        inside: top >= -1 && bottom <= innerHeight + 1,
      };
    });
    reached.add(stop);
    assert.equal(outline, "solid", `${wanted[stop]} shows that it has the focus`);
    assert.ok(inside, `${wanted[stop]} is scrolled to`);
  }
  assert.deepEqual(
    wanted.filter((_, stop) => !reached.has(stop)),
    [],
  );
  const chooser = page.page.waitForEvent("filechooser");
  await page.page.getByText("Choose a picture").focus();
  await page.page.keyboard.press("Enter");
  await (await chooser).setFiles(scene);
  await page.answer(scene.name);
  await page.close();
});
