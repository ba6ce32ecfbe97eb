/** The engine without the page: what a page of somebody else's does with web/mobilemamba.js. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { DECLARATIONS, declare } from "../support/declarations.mjs";
import { good } from "../support/faults.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";

/** @typedef {typeof import("../../web/mobilemamba.js")} Engine */

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

/** The example page, on which tests import the engine themselves. */
async function newPage() {
  const page = await browser.newPage();
  await page.page.goto(`${page.url}example.html`);
  // Kept in the page for the functions below, which run there.
  await page.page.evaluate(
    async (png) => {
      const engine = /** @type {Engine} */ (await import(/** @type {string} */ ("./mobilemamba.js")));
      const picture = new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], { type: "image/png" });
      Object.assign(window, { engine, picture });
    },
    encodePng(drawScene(300, 200)).toString("base64"),
  );
  return page;
}

test("the example classifies a picture", async () => {
  const page = await browser.newPage();
  await page.page.goto(`${page.url}example.html`);
  await page.page.locator("input").setInputFiles(good("scene.png"));
  await page.page
    .locator("output")
    .getByText(/^.+ \d+\.\d %, .+ %$/)
    .waitFor();
  await page.page.locator("input").setInputFiles({ name: "no.png", mimeType: "", buffer: Buffer.from("none") });
  await page.page.locator("output").getByText("ClassifierError").waitFor();
  await page.close();
});

test("files, bitmaps, canvases, videos and addresses are classified alike", async () => {
  const page = await newPage();
  const answers = await page.page.evaluate(async () => {
    const { engine, picture } = /** @type {{engine: Engine, picture: Blob} & Window} */ (
      /** @type {unknown} */ (window)
    );
    const classifier = engine.createClassifier();
    const bitmap = await createImageBitmap(picture);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = canvas.captureStream(10);
    await video.play();
    const sample = "assets/samples/orange.jpg";
    const results = {
      blob: await classifier.classify(picture),
      bitmap: await classifier.classify(bitmap),
      canvas: await classifier.classify(canvas),
      video: await classifier.classify(video),
      relative: await classifier.classify(sample),
      url: await classifier.classify(new URL(sample, document.baseURI)),
    };
    return Object.fromEntries(Object.entries(results).map(([name, { top }]) => [name, top[0]]));
  });
  for (const name of ["bitmap", "canvas"]) {
    assert.equal(answers[name].label, answers.blob.label);
    assert.ok(Math.abs(answers[name].p - answers.blob.p) < 1e-4, name);
  }
  // A film's colours are coarser.
  assert.equal(answers.video.label, answers.blob.label);
  assert.deepEqual(answers.url, answers.relative);
  assert.match(answers.url.label, /orange/);
  await page.close();
});

test("each frame gets an answer of its own, and none of its pixels stays behind", async () => {
  const page = await newPage();
  const scripts = page.page.waitForEvent("worker");
  await page.page.route("**/wasm_exec.js", async (route) => {
    const response = await route.fetch();
    const body = `${await response.text()}
      {
        const { run } = Go.prototype;
        Go.prototype.run = function (instance) {
          globalThis.go = this;
          return run.call(this, instance);
        };
      }`;
    await route.fulfill({ response, body });
  });
  await page.page.evaluate(() => {
    const { engine } = /** @type {{engine: Engine} & Window} */ (/** @type {unknown} */ (window));
    const classifier = engine.createClassifier();
    Object.assign(window, { classifier });
    return classifier.load();
  });
  const worker = await scripts;
  /** The objects of JavaScript that Go holds, and how many of them are large. */
  const held = () =>
    worker.evaluate(async () => {
      /** @type {unknown[]} */
      const values = Object.values(Reflect.get(globalThis, "go")._values);
      const large = values.filter((value) => ArrayBuffer.isView(value) && value.buffer.byteLength > 100_000);
      const all = values.filter((value) => value !== undefined && value !== null).length;
      const { collections } = await Reflect.get(globalThis, "mobilemamba").memory({});
      return { all, large: large.length, collections };
    });
  const classify = (/** @type {{hue: number, top?: number, weight?: number}[]} */ frames) =>
    page.page.evaluate(async (frames) => {
      const { classifier, picture } =
        /** @type {{classifier: import("../../web/mobilemamba.js").Classifier, picture: Blob} & Window} */ (
          /** @type {unknown} */ (window)
        );
      const image = await createImageBitmap(picture);
      const results = [];
      for (const { hue, ...options } of frames) {
        const canvas = new OffscreenCanvas(image.width, image.height);
        const drawing = canvas.getContext("2d");
        if (!drawing) throw new Error("no canvas");
        drawing.filter = `hue-rotate(${hue}deg)`;
        drawing.drawImage(image, 0, 0);
        results.push(await classifier.classify(canvas.transferToImageBitmap(), options));
      }
      return results.map(({ top, ms, blocks }) => ({ top, ms, blocks }));
    }, frames);

  const answers = await classify([
    ...[0, 180, 0, 90].map((hue) => ({ hue })),
    { hue: 180, top: 3 },
    { hue: 180, top: 7 },
    { hue: 0, weight: 0.5 },
    { hue: 0 },
  ]);
  const [first, second, third, fourth, short, long, mixed, last] = answers;
  assert.deepEqual(third.top, first.top);
  assert.deepEqual(last.top, first.top);
  assert.notDeepEqual(second.top, first.top);
  assert.notDeepEqual(fourth.top, second.top);
  assert.notDeepEqual(mixed.top, first.top, "averaged with the frame before");
  assert.deepEqual(short.top, second.top.slice(0, 3));
  assert.deepEqual(long.top.slice(0, 5), second.top);
  assert.equal(long.top.length, 7);
  for (const { top, ms, blocks } of answers) {
    for (const { index, id, label } of top) assert.ok(Number.isInteger(index) && id && label);
    assert.deepEqual(blocks.map(({ ms, ...rest }) => rest), first.blocks.map(({ ms, ...rest }) => rest)); // prettier-ignore
    const sum = blocks.reduce((sum, { ms }) => sum + ms, 0);
    // All of them are times of this pass, which therefore add up to it.
    assert.ok(Math.abs(sum - ms.forward) < 1e-6 * ms.forward, `blocks took ${sum} ms of ${ms.forward}`);
  }

  const count = 40;
  let [before, after] = [await held(), await held()];
  do {
    before = await held();
    await classify(Array.from({ length: count }, (_, i) => ({ hue: 9 * i })));
    after = await held();
  } while (after.collections !== before.collections); // There is one every few hundred frames.
  assert.equal(after.large, 0, "pixels or weights are held");
  const perFrame = (after.all - before.all) / count;
  assert.ok(perFrame > 0 && perFrame < 25, `${perFrame} objects a frame are held until the next collection`);
  await page.close();
});

test("a picture that only the browser decodes is classified like the same one in a format of our own", async () => {
  const page = await newPage();
  // drawScene(300, 200) by "avifenc --lossless".
  const avif = readFileSync(new URL("../support/scene.avif", import.meta.url)).toString("base64");
  const [own, theirs] = await page.page.evaluate(async (avif) => {
    const { engine, picture } = /** @type {{engine: Engine, picture: Blob} & Window} */ (
      /** @type {unknown} */ (window)
    );
    const classifier = engine.createClassifier();
    const other = new Blob([Uint8Array.from(atob(avif), (c) => c.charCodeAt(0))]);
    return [await classifier.classify(picture), await classifier.classify(other)];
  }, avif);
  assert.deepEqual(theirs.top, own.top);
  await page.close();
});

test("what cannot be classified is named", async () => {
  const page = await newPage();
  const codes = await page.page.evaluate(async () => {
    const { engine } = /** @type {{engine: Engine} & Window} */ (/** @type {unknown} */ (window));
    const classifier = engine.createClassifier();
    const code = async (/** @type {import("../../web/mobilemamba.js").Picture} */ picture) => {
      try {
        await classifier.classify(picture);
        return "none";
      } catch (error) {
        return error instanceof engine.ClassifierError ? error.code : String(error);
      }
    };
    return [
      await code("http://["),
      await code("assets/samples/no-such.jpg"),
      await code(document.createElement("video")),
      await code("https://elsewhere.invalid/a.jpg"),
    ];
  });
  assert.deepEqual(codes, ["bad-request", "download-failed", "not-an-image", "download-failed"]);
  await page.close(/Failed to load resource|Content Security Policy|Fetch API cannot load/);
});

test("aborting replaces the worker, and whoever waits gets an answer", async () => {
  const page = await newPage();
  const outcome = await page.page.evaluate(async () => {
    const { engine, picture } = /** @type {{engine: Engine, picture: Blob} & Window} */ (
      /** @type {unknown} */ (window)
    );
    const classifier = engine.createClassifier();
    await classifier.load();
    const first = new AbortController();
    const waiting = new AbortController();
    const running = classifier.benchmark({ runs: 1000, signal: first.signal }).catch((error) => error.name);
    const never = classifier.classify(picture, { signal: waiting.signal }).catch((error) => error.name);
    const later = classifier.classify(picture);
    waiting.abort();
    await never;
    first.abort();
    const start = performance.now();
    await running;
    const stopped = performance.now() - start;
    const early = await classifier.classify(picture, { signal: AbortSignal.abort() }).catch((error) => error.name);
    return { running: await running, never: await never, early, label: (await later).top[0].label, stopped };
  });
  assert.equal(outcome.running, "AbortError");
  assert.equal(outcome.never, "AbortError");
  assert.equal(outcome.early, "AbortError");
  assert.ok(outcome.label.length > 0);
  assert.ok(outcome.stopped < 1000, `stopped after ${outcome.stopped} ms`);
  await page.close();
});

test("a crash hits the request that runs, and none of those that wait", async () => {
  const page = await newPage();
  const worker = page.page.waitForEvent("worker");
  await page.page.evaluate(() => {
    const { engine } = /** @type {{engine: Engine} & Window} */ (/** @type {unknown} */ (window));
    const classifier = engine.createClassifier();
    Object.assign(window, { classifier });
    return classifier.load();
  });
  await (
    await worker
  ).evaluate(() => {
    Reflect.get(globalThis, "mobilemamba").classify = () => {
      throw new WebAssembly.RuntimeError("unreachable");
    };
  });
  const outcomes = await page.page.evaluate(async () => {
    const { classifier, picture } =
      /** @type {{classifier: import("../../web/mobilemamba.js").Classifier, picture: Blob} & Window} */ (
        /** @type {unknown} */ (window)
      );
    const all = await Promise.allSettled([1, 2, 3].map(() => classifier.classify(picture)));
    return all.map((outcome) => (outcome.status === "fulfilled" ? "answer" : outcome.reason.code));
  });
  assert.deepEqual(outcomes, ["worker-crashed", "answer", "answer"]);
  await page.close();
});

test("several classifiers share the module and the weights", async () => {
  const page = await newPage();
  await page.page.evaluate(() => {
    const { engine } = /** @type {{engine: Engine} & Window} */ (/** @type {unknown} */ (window));
    const first = engine.createClassifier();
    Object.assign(window, { first });
    return first.load();
  });
  /** @type {string[]} */
  const fetched = [];
  page.page.context().on("request", (request) => fetched.push(new URL(request.url()).pathname));
  const labels = await page.page.evaluate(async () => {
    const { engine, first, picture } =
      /** @type {{engine: Engine, first: import("../../web/mobilemamba.js").Classifier, picture: Blob} & Window} */ (
        /** @type {unknown} */ (window)
      );
    const others = [1, 2].map(() => engine.createClassifier({ model: first.current() ?? undefined }));
    const results = await Promise.all([first, ...others].map((classifier) => classifier.classify(picture)));
    for (const classifier of [first, ...others]) classifier.dispose();
    return results.map(({ top }) => top[0].label);
  });
  assert.equal(new Set(labels).size, 1);
  assert.ok(fetched.includes("/worker.js"));
  assert.deepEqual(
    fetched.filter((name) => /\.(wasm|safetensors)$/.test(name)),
    [],
  );
  await page.close();
});

test("a classifier that was disposed of says so", async () => {
  const page = await newPage();
  const codes = await page.page.evaluate(async () => {
    const { engine, picture } = /** @type {{engine: Engine, picture: Blob} & Window} */ (
      /** @type {unknown} */ (window)
    );
    const classifier = engine.createClassifier();
    const running = classifier.load().catch((error) => error.code);
    await new Promise((resolve) => setTimeout(resolve, 100));
    classifier.dispose();
    return [await running, await classifier.classify(picture).catch((error) => error.code)];
  });
  assert.deepEqual(codes, ["bad-request", "bad-request"]);
  await page.close();
});

test("the declarations are those of the code", async () => {
  assert.equal(readFileSync(DECLARATIONS, "utf8"), await declare(), "run: npm run types");
});
