/** What goes wrong is named, and the next picture works. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fromDisk, startBrowser } from "../support/browser.mjs";
import {
  animateWebp,
  cmykJpeg,
  drawScene,
  encodeInBrowser,
  encodePng,
  encodePng16,
  hugePng,
} from "../support/pictures.mjs";
import { ROOT, sharedFile } from "../support/repo.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.stop());

const scene = drawScene(300, 200);
/** @param {string} name */
const good = (name) => ({ name, mimeType: "image/png", buffer: encodePng(scene) });

/** What the browser itself logs when a download is refused. */
const FAILED_DOWNLOAD = /Failed to load resource/;

test("bad pictures get a right answer or a named error, and the next one works", async (t) => {
  const page = await browser.newPage();
  await page.open();
  const jpeg = await encodeInBrowser(page.page, encodePng(scene), "image/jpeg");
  const webp = await encodeInBrowser(page.page, encodePng(scene), "image/webp");

  await page.drop(good("reference.png"));
  const { top } = await page.answer("reference.png");

  /**
   * null: an answer; a code or several: the error that is allowed.
   * @type {[string, Buffer, string[] | null][]}
   */
  const cases = [
    ["empty.png", Buffer.alloc(0), ["not-an-image"]],
    ["text.jpg", Buffer.from("This is no picture at all.\n".repeat(20)), ["not-an-image"]],
    ["1x1.png", encodePng(drawScene(1, 1)), null],
    ["20000x20000.png", hugePng(), ["image-too-large"]],
    ["truncated.jpg", jpeg.subarray(0, jpeg.length / 2), ["image-damaged"]],
    ["headless.jpg", jpeg.subarray(0, 24), ["image-damaged", "not-an-image"]],
    ["animated.webp", animateWebp(webp, scene.width, scene.height), null],
    ["still.webp", webp, null],
    ["cmyk.jpg", cmykJpeg([20, 200, 240, 10]), null],
    ["16-bit.png", encodePng16(scene), null],
  ];
  for (const name of ["1x1.png", "cmyk.jpg", "gray16.png", "gray_alpha.png", "bilevel.png", "3000x20.png"]) {
    const file = sharedFile(`reference/preprocess/src/${name}`, "that the page reads it is");
    if (file) cases.push([`reference ${name}`, readFileSync(file), null]);
  }

  for (const [name, buffer, codes] of cases) {
    await page.drop({ name, mimeType: "", buffer });
    if (codes) {
      const code = await page.errorCode();
      t.diagnostic(`${name}: ${code}`);
      assert.ok(codes.includes(String(code)), `${name}: ${code}`);
    } else {
      const answer = await page.answer(name);
      assert.equal(answer.top.length, 5, name);
      if (name === "16-bit.png") assert.ok(Math.abs(answer.top[0].p - top[0].p) < 1e-4, "16 bits see what 8 bits see");
    }
    await page.drop(good(`after ${name}`));
    const next = await page.answer(`after ${name}`);
    assert.deepEqual(next.top, top, `after ${name}`);
    assert.equal(await page.$("error").isVisible(), false);
  }
  await page.close();
});

test("an error can be dismissed", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop({ name: "empty.png", mimeType: "image/png", buffer: Buffer.alloc(0) });
  await page.errorCode();
  await page.$("error-dismiss").click();
  assert.equal(await page.$("error").isVisible(), false);
  await page.close();
});

test("a checkpoint of one's own takes over, and a bad one leaves the model in use", async () => {
  const page = await browser.newPage();
  await page.open();
  await page.drop(good("before.png"));
  const { top } = await page.answer("before.png");

  await page.drop({ name: "not.pth", mimeType: "", buffer: Buffer.from("not a checkpoint") });
  assert.equal(await page.errorCode(), "not-a-checkpoint");
  await page.drop(good("still.png"));
  assert.deepEqual((await page.answer("still.png")).top, top);

  const manifest = JSON.parse(readFileSync(path.join(ROOT, "assets/models/index.json"), "utf8"));
  const shipped = path.join(ROOT, "assets/models", manifest.models[0].weights[0].url);
  await page.drop(fromDisk(shipped));
  await page.page.waitForFunction(
    (name) =>
      document.querySelector('[data-testid="model-select"]')?.querySelector("option:checked")?.textContent === name,
    path.basename(shipped),
  );
  await page.answer("still.png");

  const own = sharedFile("reference/checkpoints/tiny_raw.pth", "that an official .pth opens in the page is");
  if (own) {
    await page.$("checkpoint-input").setInputFiles(own);
    await page.page.getByText("tiny_raw.pth").first().waitFor({ state: "attached" });
    await page.drop(good("own.png"));
    await page.answer("own.png");
  }

  await page.$("model-select").selectOption(manifest.models[0].id);
  await page.drop(good("again.png"));
  assert.deepEqual((await page.answer("again.png")).top, top);
  await page.close();
});

test("weights that are not those of the manifest are refused", async () => {
  const page = await browser.newPage();
  let damage = true;
  await page.page.route("**/*.safetensors", async (route) => {
    if (!damage) return route.continue();
    const response = await route.fetch();
    const body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "wrong-hash");
  damage = false;
  await page.drop(good("next.png"));
  await page.answer("next.png");
  await page.close();
});

test("a download that breaks off is named", async () => {
  const page = await browser.newPage();
  await page.page.route("**/*.safetensors", async (route) => {
    const body = (await (await route.fetch()).body()).subarray(0, 1000);
    await route.fulfill({ status: 200, body });
  });
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "download-failed");
  assert.match(await page.$("error").innerText(), /1000 of \d+ bytes/);
  await page.close();
});

test("a missing model is named, and the page works with the default one", async () => {
  const page = await browser.newPage();
  await page.open("?model=no-such-model");
  assert.equal(await page.errorCode(), "no-model");
  await page.drop(good("next.png"));
  await page.answer("next.png");
  await page.close();

  const broken = await browser.newPage();
  await broken.page.route("**/*.safetensors", (route) => route.fulfill({ status: 404, body: "gone" }));
  await broken.page.goto(broken.url);
  assert.equal(await broken.errorCode(), "download-failed");
  assert.match(await broken.$("status").innerText(), /No model is loaded/);
  await broken.close(FAILED_DOWNLOAD);
});

test("a missing list of models is named, and asked for again", async () => {
  const page = await browser.newPage();
  await page.page.route("**/index.json", (route) => route.fulfill({ status: 500, body: "" }));
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "download-failed");
  await page.page.unroute("**/index.json");
  await page.drop(good("next.png"));
  await page.answer("next.png");
  assert.ok((await page.$("model-select").locator("option").count()) > 0);
  await page.close(FAILED_DOWNLOAD);
});

/** An empty module is valid, and not the engine. */
const EMPTY_MODULE = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

for (const [what, response, code] of /** @type {[string, object, string][]} */ ([
  ["is missing", { status: 404, body: "gone" }, "download-failed"],
  ["does not compile", { contentType: "application/wasm", body: "no module" }, "no-wasm"],
  ["dies at its start", { contentType: "application/wasm", body: EMPTY_MODULE }, "worker-crashed"],
])) {
  test(`an engine that ${what} is named`, async () => {
    const page = await browser.newPage();
    await page.page.route("**/*.wasm", (route) => route.fulfill(response));
    await page.page.goto(page.url);
    assert.equal(await page.errorCode(), code);
    await page.page.unroute("**/*.wasm");
    await page.drop(good("next.png"));
    await page.answer("next.png");
    await page.close(FAILED_DOWNLOAD);
  });
}

/** Ways to lose the engine, carried out inside the worker, and what the page says. @type {[string, () => void, string][]} */
const LOSSES = [
  [
    "a panic",
    () => {
      Reflect.get(globalThis, "mobilemamba").classify = () =>
        Promise.reject({ code: "panic", message: "internal error: index out of range", hint: "" });
    },
    "panic",
  ],
  [
    "a trap of WebAssembly",
    () => {
      Reflect.get(globalThis, "mobilemamba").classify = () => {
        throw new WebAssembly.RuntimeError("unreachable");
      };
    },
    "worker-crashed",
  ],
  [
    "memory that runs out",
    () => {
      Reflect.get(globalThis, "mobilemamba").classify = () => {
        throw new WebAssembly.RuntimeError("fatal error: out of memory");
      };
    },
    "out-of-memory",
  ],
  [
    "an exception outside any request",
    () => {
      Reflect.get(globalThis, "mobilemamba").classify = () => {
        void Promise.reject(new Error("lost"));
        return new Promise(() => {});
      };
    },
    "worker-crashed",
  ],
  [
    "an uncaught exception",
    () =>
      setTimeout(() => {
        throw new Error("boom");
      }, 0),
    "",
  ],
];

for (const [what, sabotage, code] of LOSSES) {
  test(`after ${what} a fresh worker takes over`, async () => {
    const page = await browser.newPage();
    await page.open();
    const [worker] = page.page.workers();
    const gone = new Promise((resolve) => worker.once("close", resolve));
    await worker.evaluate(sabotage);
    if (code) {
      await page.drop(good("lost.png"));
      assert.equal(await page.errorCode(), code);
    }
    await gone;
    await page.drop(good("next.png"));
    await page.answer("next.png");
    assert.equal(await page.$("error").isVisible(), false);
    await page.close(/boom/);
  });
}
