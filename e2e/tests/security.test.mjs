/** The page asks nobody but its site unless it is told to, starts no script but its own, and shows names as text. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fromDisk, startBrowser } from "../support/browser.mjs";
import { FAILED_DOWNLOAD, MANIFEST, WEIGHTS, good } from "../support/faults.mjs";

/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  browser = await startBrowser(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]);
});
after(() => browser.stop());

/**
 * Every request of a context that leaves the site.
 * @param {import("../support/browser.mjs").ClassifierPage} page
 */
function recordForeign(page) {
  const { origin } = new URL(page.url);
  /** @type {string[]} */
  const foreign = [];
  /** @type {string[]} */
  const all = [];
  page.page.context().on("request", (request) => {
    const url = new URL(request.url());
    all.push(url.href);
    if (url.origin !== origin && url.protocol !== "blob:" && url.protocol !== "data:") foreign.push(url.href);
  });
  return { all, foreign };
}

test("a whole session asks only the site", async () => {
  const page = await browser.newPage({ permissions: ["camera", "clipboard-read", "clipboard-write"] });
  const { all, foreign } = recordForeign(page);
  await page.open("?lang=zh");
  await page.open();
  await page.$("samples").getByRole("button").first().click();
  await page.answer("orange.jpg");
  await page.$("explain-toggle").first().click();
  await page.drop(good("dropped.png"));
  await page.answer("dropped.png");
  await page.drop(fromDisk(WEIGHTS), { name: "names.txt", mimeType: "", buffer: Buffer.from("a\n".repeat(200)) });
  await page.$("keep-own").check();
  await page.$("model-select").selectOption(MANIFEST.models[0].id);
  await page.answer("dropped.png");
  await page.$("camera-toggle").click();
  await page.answer("camera");
  await page.$("camera-toggle").click();
  await page.drop({ name: "broken.png", mimeType: "", buffer: Buffer.from("none") });
  await page.errorCode();
  assert.ok(all.length > 30, "the requests were seen");
  assert.deepEqual(foreign, []);
  await page.close();
});

test("a picture elsewhere is fetched when the user names it, once, and without saying from where", async () => {
  const page = await browser.newPage();
  const { foreign } = recordForeign(page);
  const picture = "https://pictures.example/some/ball.png";
  /** @type {Record<string, string>} */
  let headers = {};
  await page.page.context().route("https://pictures.example/**", async (route) => {
    headers = await route.request().allHeaders();
    await route.fulfill({
      headers: { "Access-Control-Allow-Origin": "*", "Content-Type": "image/png" },
      body: good("").buffer,
    });
  });
  await page.open(`?img=${encodeURIComponent(picture)}`);
  await page.answer("ball.png");
  assert.deepEqual(foreign, [picture]);
  assert.equal(headers.referer, undefined);
  assert.equal(headers.cookie, undefined);
  await page.close();
});

test("a list of models that names another server is refused", async () => {
  const page = await browser.newPage();
  const { foreign } = recordForeign(page);
  const [entry] = MANIFEST.models;
  const weights = [{ ...entry.weights[0], url: "https://evil.example/weights.safetensors" }];
  await page.page.route("**/models/index.json", (route) =>
    route.fulfill({ json: { models: [{ ...entry, weights }] } }),
  );
  await page.page.goto(page.url);
  assert.equal(await page.errorCode(), "download-failed");
  assert.match(await page.$("error").innerText(), /https:\/\/evil\.example, which is not asked/);
  assert.deepEqual(foreign, []);
  await page.close();
});

/** Runs a script's text where the policy must stop it, and says whether it did. */
const ATTACKS = /** @type {Record<string, () => unknown>} */ ({
  "markup in a string": () => (document.body.innerHTML = "<b>x</b>"),
  "a script by its address": () => {
    document.createElement("script").src = "app.js";
  },
  "another worker": () => new Worker("kernels.js", { type: "module" }),
  "another policy": () => Reflect.get(globalThis, "trustedTypes").createPolicy("other", {}),
  "the same policy again": () => Reflect.get(globalThis, "trustedTypes").createPolicy("mobilemamba", {}),
});

test("the browser itself stops markup in strings and scripts that are not the site's", async () => {
  const page = await browser.newPage();
  await page.open();
  for (const [what, attack] of Object.entries(ATTACKS)) {
    assert.equal(await page.page.evaluate(attack).then(() => "done", () => "stopped"), "stopped", what); // prettier-ignore
  }
  const evaluated = await page.page.evaluate(() => {
    const script = document.createElement("script");
    script.append("globalThis.ran = true");
    document.body.append(script);
    return Reflect.get(globalThis, "ran");
  });
  assert.equal(evaluated, undefined);
  await page.drop(good("next.png"));
  await page.answer("next.png");
  await page.close(/Trusted|Content Security Policy|policy/i);
});

test("names of labels and files are text, whatever they contain", async () => {
  const page = await browser.newPage();
  await page.open();
  const evil = `<img src=x onerror="globalThis.ran=1"><script>globalThis.ran=1</script>`;
  const names = Array.from({ length: 200 }, (_, i) => `${evil}${i}`).join("\n");
  await page.drop(fromDisk(WEIGHTS), { name: `${evil}.txt`, mimeType: "", buffer: Buffer.from(names) });
  await page.$("own-labels").getByText("onerror").waitFor();
  await page.drop(good(`${evil}.png`));
  const { top } = await page.answer(`${evil}.png`);
  assert.ok(top[0].text.includes(evil));
  await page.$("explain-toggle").first().click();
  await page.page.locator("[data-testid=explain-toggle][aria-pressed=true]").waitFor();
  assert.equal(await page.page.evaluate(() => Reflect.get(globalThis, "ran")), undefined);
  assert.equal(await page.page.locator("main img[src='x'], main script").count(), 0);
  await page.close(FAILED_DOWNLOAD);
});
