/** The authors' checkpoints, from a server that plays Hugging Face under its name, at full size. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../support/browser.mjs";
import { startHub } from "../support/hub.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";

/** @typedef {import("../support/browser.mjs").ClassifierPage} ClassifierPage */

/** @type {Awaited<ReturnType<typeof startHub>>} */
let hub;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;
before(async () => {
  hub = await startHub("T2=bare", "T4=bare");
  browser = await startBrowser(hub.flags);
});
after(async () => {
  await browser.stop();
  await hub.stop();
});

const FETCH_T2 = /Download MobileMamba-T2 from huggingface\.co/;
const REPOSITORY = "https://huggingface.co/Lewandofski/MobileMamba/resolve/main";

/** @param {string} name */
const scene = (name) => ({ name, mimeType: "image/png", buffer: encodePng(drawScene(300, 200)) });

/** What the browser itself logs when a download fails. */
const FAILED = /Failed to load resource|blocked by CORS policy/;

/** Opens the page and the list of the authors' models. */
async function openList() {
  const page = await browser.newPage();
  page.page.setDefaultTimeout(120_000);
  await page.open();
  await page.$("official").locator("summary").click();
  await page.page.getByRole("button", { name: FETCH_T2 }).waitFor();
  return page;
}

/** @param {ClassifierPage} page */
function chosen(page) {
  return page.$("model-select").evaluate((select) => /** @type {HTMLSelectElement} */ (select).value);
}

/**
 * @param {ClassifierPage} page
 * @param {string} id
 */
async function inUse(page, id) {
  await page.page.locator(`[data-testid="official"] li[data-id="${id}"][data-state="here"]`).waitFor();
  assert.equal(await chosen(page), id);
}

/** @param {ClassifierPage} page */
async function errorText(page) {
  const code = await page.errorCode();
  return `${code}: ${await page.$("error").innerText()}`;
}

test("one click, named before, fetches a model; the next visit finds it in the browser", async () => {
  await hub.set({ rate: 60 << 20 });
  const page = await browser.newPage();
  page.page.setDefaultTimeout(120_000);
  /** @type {string[]} */
  const asked = [];
  page.page.context().on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol === "https:" && asked.at(-1) !== host) asked.push(host);
  });
  await page.open();
  await page.$("official").locator("summary").click();
  const button = page.page.getByRole("button", { name: FETCH_T2 });
  await button.waitFor();
  assert.match(await page.$("official-consent").innerText(), /Only when you press a button .* huggingface\.co/);
  assert.match(await page.$("official").innerText(), /Not downloaded: about 36 MB from huggingface\.co/);
  assert.equal(await page.$("official").locator("li").count(), 12);
  assert.deepEqual(asked, [], "other servers are asked before the click");

  await button.click();
  await page.page.getByRole("button", { name: /Stop downloading MobileMamba-T2/ }).waitFor();
  await page.page.waitForFunction(() =>
    /^\d+(\.\d)? (kB|MB) of 35\.7 MB$/.test(document.querySelector('[data-testid="progress"]')?.textContent ?? ""),
  );
  await inUse(page, "t2");
  assert.deepEqual(asked, ["huggingface.co", "cas-bridge.xethub.hf.co"]);
  assert.match(await page.$("model-facts").innerText(), /1,000[\s\S]*Apache-2\.0[\s\S]*top-1 73\.6 %/);
  await page.drop(scene("fetched.png"));
  const { top } = await page.answer("fetched.png");
  assert.equal(top.length, 5);
  assert.equal((await hub.requests()).length, 2);

  await hub.set();
  await page.open();
  assert.equal(await chosen(page), "t2");
  await page.drop(scene("again.png"));
  assert.deepEqual((await page.answer("again.png")).top, top);
  assert.deepEqual(await hub.requests(), [], "the next visit asks nobody");
  await page.close();
});

test("a download that fails is named, with the way around it, and the model before stays", async (t) => {
  const page = await openList();
  await page.drop(scene("before.png"));
  const { top } = await page.answer("before.png");
  const before = await chosen(page);
  /** @type {[string, import("../support/hub.mjs").Faults, string, RegExp][]} */
  const cases = [
    ["not there", { status: 404 }, "checkpoint-unreachable", /answered 404/],
    [
      "no CORS",
      { noCORS: true },
      "checkpoint-unreachable",
      /could not be downloaded[\s\S]*If huggingface\.co cannot be reached/,
    ],
    ["cut", { cut: [3_000_000] }, "checkpoint-unreachable", /broke off after 3000000 bytes/],
  ];
  for (const [what, faults, code, message] of cases) {
    await hub.set(faults);
    await page.page.getByRole("button", { name: FETCH_T2 }).click();
    const text = await errorText(page);
    t.diagnostic(`${what}: ${text.replaceAll("\n", " ")}`);
    assert.ok(text.startsWith(code), what);
    assert.match(text, message, what);
    assert.ok(text.includes(`download ${REPOSITORY}/MobileMamba_T2/mobilemamba_t2.pth by other means`), what);
    assert.equal(await chosen(page), before, what);
    await page.drop(scene(`${what}.png`));
    assert.deepEqual((await page.answer(`${what}.png`)).top, top, what);
  }

  // The way around: the file, dropped. It is the same model.
  await hub.set();
  await page.$("checkpoint-input").setInputFiles(hub.files.t2);
  await page.page.getByText("mobilemamba_t2.pth").first().waitFor({ state: "attached" });
  await page.drop(scene("dropped.png"));
  const dropped = await page.answer("dropped.png");
  await page.page.getByRole("button", { name: FETCH_T2 }).click();
  await inUse(page, "t2");
  await page.drop(scene("fetched.png"));
  assert.deepEqual((await page.answer("fetched.png")).top, dropped.top);
  await page.close(FAILED);
});

test("another file than the first is refused, from the server and from the browser's storage", async () => {
  await hub.set();
  const page = await openList();
  await page.page.getByRole("button", { name: FETCH_T2 }).click();
  await inUse(page, "t2");
  await page.$("model-select").selectOption({ index: 0 });
  await page.drop(scene("other.png"));
  const { top } = await page.answer("other.png");

  // Damaged where it is kept: found out when it is loaded, and thrown away.
  await page.page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const bytes = new Uint8Array((await (await cache.match(request))?.arrayBuffer()) ?? []);
        if (bytes.length < 30_000_000) continue;
        bytes[bytes.length >> 1] ^= 1;
        await cache.put(request, new Response(bytes, { headers: { "Content-Length": String(bytes.length) } }));
      }
    }
  });
  await page.page.getByRole("button", { name: "Use MobileMamba-T2", exact: true }).click();
  assert.match(await errorText(page), /no-model[\s\S]*not in this browser/);
  await page.page.reload();
  await page.page.waitForFunction(() => document.documentElement.dataset.ready === "true");

  for (const faults of [{ changed: true }, { tampered: true }]) {
    await hub.set(faults);
    if (!(await page.page.getByRole("button", { name: FETCH_T2 }).isVisible())) {
      await page.$("official").locator("summary").click();
    }
    await page.page.getByRole("button", { name: FETCH_T2 }).click();
    assert.match(
      await errorText(page),
      /wrong-hash[\s\S]*not the file that came from there first[\s\S]*by other means/,
    );
    await page.$("error-dismiss").click();
  }
  await page.drop(scene("still.png"));
  assert.deepEqual((await page.answer("still.png")).top, top);

  await hub.set();
  await page.page.getByRole("button", { name: FETCH_T2 }).click();
  await inUse(page, "t2");
  await page.close(FAILED);
});

test("a download can be stopped, by the keyboard too, and the page goes on", async () => {
  await hub.set({ rate: 2 << 20 });
  const page = await openList();
  await page.drop(scene("before.png"));
  const { top } = await page.answer("before.png");
  const button = page.page.getByRole("button", { name: FETCH_T2 });
  await button.focus();
  await page.page.keyboard.press("Enter");
  const stop = page.page.getByRole("button", { name: /Stop downloading MobileMamba-T2/ });
  await stop.waitFor();
  assert.ok(await stop.evaluate((element) => element === document.activeElement), "the focus stays in the row");
  await page.page.keyboard.press("Enter");
  await button.waitFor();
  assert.equal(await page.$("error").isVisible(), false);
  await page.drop(scene("after.png"));
  assert.deepEqual((await page.answer("after.png")).top, top);
  await page.close();
});

test("what the browser has no room for can be used all the same", async () => {
  await hub.set();
  const page = await openList();
  const { origin } = new URL(page.url);
  const devtools = await page.page.context().newCDPSession(page.page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 10_000_000 });
  await page.page.getByRole("button", { name: FETCH_T2 }).click();
  await inUse(page, "t2");
  assert.match(await page.$("notice").innerText(), /no room/);
  await page.drop(scene("used.png"));
  await page.answer("used.png");
  await page.close();
});
