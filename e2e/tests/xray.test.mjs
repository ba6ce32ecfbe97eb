/** The drawn network: every block with its cost and its channels, its inside for the picture at hand, and the tour. */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { syntheticCheckpoint } from "../support/checkpoint.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { ARTIFACTS } from "../support/repo.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser(["--use-fake-device-for-media-stream"]);
  mkdirSync(ARTIFACTS, { recursive: true });
});
after(() => browser.stop());

const scene = { name: "scene.png", mimeType: "image/png", buffer: encodePng(drawScene(320, 240)) };

/**
 * @param {ClassifierPage} page
 * @param {string} name  of a block
 */
function nodeOf(page, name) {
  return page.page.locator(`[data-testid="block-timing"][data-name="${name}"]`);
}

/**
 * Every node of the drawing as it is seen.
 * @param {ClassifierPage} page
 */
function nodes(page) {
  return page.page.evaluate(() =>
    [...document.querySelectorAll('[data-testid="block-timing"]')].map((node) => {
      const { name, kind, ms, share } = /** @type {HTMLElement} */ (node).dataset;
      const branches = [...node.querySelectorAll("[data-branch]")].map((rect) => ({
        branch: rect.getAttribute("data-branch"),
        channels: Number(rect.getAttribute("data-channels")),
        pixels: rect.getBoundingClientRect().height,
      }));
      const text = /** @type {HTMLElement} */ (node).innerText;
      return {
        name,
        kind,
        ms: Number(ms),
        share: Number(share),
        text,
        branches,
        description: node.getAttribute("aria-description"),
      };
    }),
  );
}

/**
 * The shipped model, two of the paper's, and one of many blocks.
 * @type {{title: string, checkpoint: string, depth: number[], splits: number[][]}[]}
 */
const MODELS = [
  {
    title: "XT",
    checkpoint: "",
    depth: [1, 2, 2],
    splits: [
      [80, 16, 0],
      [112, 32, 16],
      [128, 67, 29],
    ],
  },
  {
    title: "T2",
    checkpoint: "T2_192x192",
    depth: [1, 2, 2],
    splits: [
      [112, 28, 4],
      [192, 54, 26],
      [224, 110, 34],
    ],
  },
  {
    title: "B1",
    checkpoint: "B1_256x256",
    depth: [2, 3, 2],
    splits: [
      [160, 40, 0],
      [256, 75, 45],
      [272, 134, 42],
    ],
  },
  {
    title: "a custom one",
    checkpoint: "48-64-80.5-6-1_64x64",
    depth: [5, 6, 1],
    splits: [
      [32, 9, 7],
      [48, 12, 4],
      [48, 24, 8],
    ],
  },
];

/** @param {number[]} depth */
function blockNames([first, ...others]) {
  const names = ["patch_embed", ...Array.from({ length: first }, (_, i) => `blocks1.${i}`)];
  others.forEach((blocks, i) => {
    for (let block = 0; block < 3 + blocks; block++) names.push(`blocks${i + 2}.${block}`);
  });
  return [...names, "head"];
}

for (const { title, checkpoint, depth, splits } of MODELS) {
  test(`the drawing of ${title} has every block, with its channels in true shares`, async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.open();
    if (checkpoint) {
      await page.$("file-input").setInputFiles(await syntheticCheckpoint(checkpoint));
      await page.page.waitForFunction(
        (blocks) => document.querySelectorAll('[data-testid="block-timing"][data-kind="block"]').length === blocks,
        depth.reduce((a, b) => a + b),
        { timeout: 60_000 },
      );
      // Another one of the same depths looks alike so far.
      await page.page
        .locator(".count", { hasText: new RegExp(`^${splits[2][0]}$`) })
        .first()
        .waitFor();
    }
    await page.drop(scene);
    await page.answer(scene.name);
    const drawn = await nodes(page);
    assert.deepEqual(
      drawn.map(({ name }) => name),
      blockNames(depth),
    );
    const of = (/** @type {number} */ stage) =>
      drawn.filter(({ name, kind }) => kind === "block" && name?.startsWith(`blocks${stage}.`));
    for (const [i, split] of splits.entries()) {
      assert.equal(of(i + 1).length, depth[i], `stage ${i + 1}`);
      for (const { name, branches, description } of of(i + 1)) {
        assert.deepEqual(
          branches.map(({ channels }) => channels),
          split.filter((channels) => channels > 0),
          name,
        );
        const total = branches.reduce((sum, { pixels }) => sum + pixels, 0);
        const channels = split.reduce((a, b) => a + b);
        for (const branch of branches) {
          const off = Math.abs(branch.pixels / total - branch.channels / channels);
          assert.ok(off < 0.004, `${name} ${branch.branch}: ${branch.pixels} of ${total} pixels`);
        }
        assert.ok(description?.includes(`${split[0]} channels long range`), description ?? "");
      }
    }
    // One scale for all: a map of more channels is thicker by as much.
    const thickness = [1, 2, 3].map((stage) => of(stage)[0].branches.reduce((sum, { pixels }) => sum + pixels, 0));
    const channels = splits.map((split) => split.reduce((a, b) => a + b));
    for (const i of [0, 1]) {
      assert.ok(Math.abs(thickness[i] / thickness[2] - channels[i] / channels[2]) < 0.01, thickness.join());
    }
    const file = path.join(ARTIFACTS, `xray-${title.replaceAll(" ", "-")}.png`);
    await page.page.locator(".xray").screenshot({ path: file });
    await page.close();
  });
}

test("every block says what it costs, and the slowest is named", async () => {
  const page = await browser.newPage();
  await page.open();
  assert.equal(await page.$("slowest").isVisible(), false, "no block is called slow before there is a time");
  assert.ok((await nodes(page)).every(({ text }) => text.includes("MACs") && !text.includes("ms")));
  await page.drop(scene);
  await page.answer(scene.name);
  for (const of of ["the picture", "the benchmark"]) {
    if (of === "the benchmark") {
      await page.$("bench").click();
      await page.$("bench-result").waitFor({ timeout: 60_000 });
    }
    const drawn = await nodes(page);
    let shares = 0;
    for (const { name, ms, share, text } of drawn) {
      const shown = Number(/([\d.]+) ms/.exec(text)?.[1]);
      assert.ok(Math.abs(shown - ms) <= Math.max(0.005, ms * 0.06), `${of}, ${name}: ${ms} ms is written as ${text}`);
      assert.ok(text.includes("%"), text);
      shares += share;
    }
    assert.ok(Math.abs(shares - 1) < 1e-6, `the shares add up to ${shares}`);
    const worst = drawn.reduce((a, b) => (b.ms > a.ms ? b : a));
    assert.ok((await page.$("slowest").innerText()).includes(`${worst.name}`), `${of}: ${worst.name}`);
    assert.ok(worst.text.includes("slowest"));
    assert.equal(drawn.filter(({ text }) => text.includes("slowest")).length, 1);
  }
  await page.$("slowest").getByRole("button").click();
  await page.$("inspector").waitFor();
  await page.$("numbers").locator("summary").click();
  assert.equal(await page.$("block-row").count(), (await nodes(page)).length);
  await page.close();
});

/**
 * The numbers behind the colours of a canvas: each pixel's place on its ramp, from 0 to 1.
 * @param {ClassifierPage} page
 * @param {string} selector  within the inspector
 * @param {"SEQUENTIAL" | "DIVERGING"} ramp
 */
function read(page, selector, ramp) {
  return page.page.evaluate(async ([selector, name]) => {
    const url = new URL("page/xray/colours.js", document.baseURI).href;
    const colours = await import(url);
    const ramp = colours[name];
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(`[data-testid="inspector"] ${selector}`));
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(
      ...[0, 0, canvas.width, canvas.height],
    );
    return Array.from({ length: data.length / 4 }, (_, i) => {
      let [best, distance] = [0, Infinity];
      for (let entry = 0; entry < 256; entry++) {
        const d = [0, 1, 2].reduce((sum, c) => sum + Math.abs(ramp[3 * entry + c] - data[4 * i + c]), 0);
        if (d < distance) [best, distance] = [entry, d];
      }
      return best / 255;
    });
  }, /** @type {const} */ ([selector, ramp]));
}

/**
 * What the engine computes for the same picture, in another worker.
 * @param {ClassifierPage} page
 * @param {string} block
 */
function engine(page, block) {
  return page.page.evaluate(
    async ([block, base64]) => {
      const url = "./mobilemamba.js";
      const { createClassifier } = /** @type {typeof import("../../web/mobilemamba.js")} */ (await import(url));
      const classifier = createClassifier();
      await classifier.classify(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
      const parts = await classifier.inspect(block, { channels: 8 });
      classifier.dispose();
      return parts.map((part) => ({ ...part, values: [...part.values] }));
    },
    /** @type {const} */ ([block, scene.buffer.toString("base64")]),
  );
}

test("the inside of a block is what the engine computed for the picture", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(scene);
  await page.answer(scene.name);
  await nodeOf(page, "blocks1.0").click();
  await page.page.locator('[data-testid="inspector"][data-block="blocks1.0"]').waitFor();
  const parts = Object.fromEntries((await engine(page, "blocks1.0")).map((part) => [part.name, part]));

  // The first channel is followed; then the fourth, chosen by the keyboard.
  for (const rank of [0, 3]) {
    if (rank > 0) {
      await page.page.locator('[data-part="global-in"] [role="radio"]').first().focus();
      for (let i = 0; i < rank; i++) await page.page.keyboard.press("ArrowRight");
    }
    const checked = page.page.locator('[data-part="global-in"] [aria-checked="true"]');
    assert.ok((await checked.getAttribute("aria-label"))?.startsWith(`Channel ${parts["global-in"].shown[rank]},`));
    for (const name of ["bands", "filtered"]) {
      const { values, width, height } = parts[name];
      const n = width * height;
      const bands = [0, 1, 2, 3].map((band) => values.slice((4 * rank + band) * n, (4 * rank + band + 1) * n));
      const details = bands.slice(1).flat().map(Math.abs);
      for (const [i, band] of ["LL", "V", "H", "D"].entries()) {
        const [min, max] = i
          ? [-Math.max(...details), Math.max(...details)]
          : [Math.min(...bands[0]), Math.max(...bands[0])];
        const drawn = await read(
          page,
          `canvas[data-part="${name}"][data-band="${band}"]`,
          i ? "DIVERGING" : "SEQUENTIAL",
        );
        assert.equal(drawn.length, n);
        for (const [at, place] of drawn.entries()) {
          const want = (bands[i][at] - min) / (max - min);
          assert.ok(
            Math.abs(place - want) < 0.012,
            `${name} ${band}, channel ${rank}, value ${at}: ${place}, want ${want}`,
          );
        }
      }
    }
  }

  const delta = parts["delta-mean"];
  const n = delta.width * delta.height;
  for (const [k, direction] of ["forward", "backward"].entries()) {
    const drawn = await read(page, `canvas[data-direction="${direction}"]`, "SEQUENTIAL");
    const values = delta.values.slice(k * n, (k + 1) * n);
    for (const [at, place] of drawn.entries()) {
      const want = (values[at] - delta.min) / (delta.max - delta.min);
      assert.ok(Math.abs(place - want) < 0.012, `Δ ${direction} at ${at}: ${place}, want ${want}`);
    }
    const words = await page.$(`scan-${direction}`).innerText();
    const [row, column] = [
      Math.floor(values.indexOf(Math.max(...values)) / delta.width),
      values.indexOf(Math.max(...values)) % delta.width,
    ];
    assert.ok(words.includes(`in row ${row + 1}, column ${column + 1}`), words);
  }
  assert.ok((await page.$("legend").count()) >= 8, "numbers stand at every scale");
  // Advice for pages that read canvases often; only this test does.
  await page.close(/willReadFrequently/);
});

test("blocks are reached, opened and closed by the keyboard", async () => {
  const page = await browser.newPage({ reducedMotion: "reduce" });
  await page.open();
  await page.drop(scene);
  await page.answer(scene.name);
  const inspector = page.$("inspector");
  assert.equal(await inspector.isVisible(), false);
  await nodeOf(page, "patch_embed").focus();
  await page.page.keyboard.press("ArrowRight");
  await page.page.keyboard.press("Enter");
  await page.page.locator('[data-testid="inspector"][data-block="blocks1.0"]').waitFor();
  assert.equal(await nodeOf(page, "blocks1.0").getAttribute("aria-expanded"), "true");
  await page.page.keyboard.press("End");
  await page.page.keyboard.press("Enter");
  await page.page.locator('[data-testid="inspector"][data-block="head"]').waitFor();
  await page.$("cam-sum").waitFor();
  await page.$("inspector-close").focus();
  await page.page.keyboard.press("Escape");
  await inspector.waitFor({ state: "hidden" });
  assert.equal(await page.page.evaluate(() => document.activeElement?.getAttribute("data-name")), "head");
  await page.close();
});

test("every kind of block shows its maps, in both languages, and no picture is no error", async () => {
  const page = await browser.newPage();
  await page.open();
  await nodeOf(page, "blocks2.3").click();
  await page.page.getByText("Classify a picture first").waitFor();
  await page.drop(scene);
  await page.answer(scene.name);
  await page.page.locator('[data-testid="inspector"][data-block="blocks2.3"]').waitFor();
  await page.$("language-zh").click();
  await page.page.getByText("blocks2.3 内部").waitFor();
  await page.page.locator('[data-testid="inspector"][data-block="blocks2.3"]').waitFor();
  for (const [name, pickers] of /** @type {[string, number][]} */ ([
    ["patch_embed", 4],
    ["blocks2.0", 2],
    ["blocks2.1", 4],
    ["blocks3.4", 4],
    ["head", 1],
  ])) {
    await nodeOf(page, name).click();
    await page.page.locator(`[data-testid="inspector"][data-block="${name}"]`).waitFor();
    assert.equal(await page.$("picker").count(), pickers, name);
    const empty = await page
      .$("inspector")
      .evaluate(
        (element) => [...element.querySelectorAll("canvas")].filter(({ width, height }) => width * height < 1).length,
      );
    assert.equal(empty, 0, name);
  }
  assert.ok(!(await page.$("error").isVisible()));
  await page.close();
});

test("the next picture, and the camera's frames, bring other maps into the same places", async () => {
  const page = await browser.newPage({ permissions: ["camera"] });
  await page.open();
  await page.drop(scene);
  await page.answer(scene.name);
  await nodeOf(page, "blocks1.0").click();
  await page.page.locator('[data-testid="inspector"][data-block="blocks1.0"]').waitFor();
  const option = page.page.locator('[data-part="global-in"] [role="radio"]').first();
  await option.focus();
  const before = await option.getAttribute("aria-label");
  await page
    .$("samples")
    .getByRole("button")
    .first()
    .evaluate((button) => /** @type {HTMLElement} */ (button).click());
  await page.page.waitForFunction(() =>
    document.querySelector('[data-testid="inspector-about"]')?.textContent?.includes("orange.jpg"),
  );
  assert.notEqual(await option.getAttribute("aria-label"), before);
  await page.$("camera-toggle").click();
  await page.answer("camera");
  await page.page.waitForFunction(() =>
    document.querySelector('[data-testid="inspector-about"]')?.textContent?.includes("camera"),
  );
  // The fake camera moves, so the maps do.
  const live = await page.$("scan-forward").innerText();
  await page.page.waitForFunction(
    (text) => document.querySelector('[data-testid="scan-forward"]')?.textContent !== text,
    live,
  );
  await page.$("camera-toggle").click();
  await page.close();
});

test("the tour is walked by the keyboard, with a sample if there is no picture", async () => {
  const page = await browser.newPage({ reducedMotion: "reduce" });
  await page.open();
  await page.$("tour-start").focus();
  await page.page.keyboard.press("Enter");
  await page.answer("orange.jpg");
  const tour = page.$("tour");
  /** @type {string[]} */
  const seen = [];
  for (;;) {
    const step = await tour.getAttribute("data-step");
    assert.ok(step && !seen.includes(step), `${step} after ${seen}`);
    seen.push(step);
    if (step !== "stages") {
      await page.page.locator(".pointed").first().waitFor();
      assert.ok(
        await page.page.evaluate(() =>
          document.querySelector('[data-testid="tour"]')?.contains(document.activeElement),
        ),
      );
    }
    if (["wavelet", "scan", "local", "identity"].includes(step)) {
      await page.page.locator(`.inside.pointed[data-section="${step}"]`).waitFor();
      // What it talks about is on the screen, not behind the words.
      await page.page.waitForFunction(() => {
        const { top } = /** @type {Element} */ (document.querySelector(".inside.pointed")).getBoundingClientRect();
        const words = /** @type {Element} */ (document.querySelector('[data-testid="tour"]')).getBoundingClientRect();
        return top >= -2 && top < words.top;
      });
    }
    if ((await page.$("tour-next").innerText()) === "Done") break;
    await page.page.keyboard.press("ArrowRight");
  }
  assert.deepEqual(seen, ["stem", "stages", "split", "wavelet", "scan", "local", "identity", "head"]);
  await page.page.keyboard.press("ArrowLeft");
  assert.equal(await tour.getAttribute("data-step"), "identity");
  await page.page.keyboard.press("Escape");
  await tour.waitFor({ state: "hidden" });
  assert.equal(await page.page.evaluate(() => document.activeElement?.getAttribute("data-testid")), "tour-start");
  await page.close();
});

for (const width of [320, 360, 768, 1440]) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`screenshots of the inside at ${width} px, ${colorScheme}`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
      await page.open(width === 360 ? "?lang=zh" : "");
      await page.drop(scene);
      await page.answer(scene.name);
      await nodeOf(page, "blocks2.3").click();
      await page.page.locator('[data-testid="inspector"][data-block="blocks2.3"]').waitFor();
      assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= width);
      await page.page.locator(".xray").screenshot({ path: path.join(ARTIFACTS, `${width}-${colorScheme}-inside.png`) });
      await page.close();
    });
  }
}
