/**
 * Times visits to the published site over a slow line: until the page can be used, and until the default model has
 * answered about a sample. The first visit knows nothing of the site; the second, in a browser with the same profile, has what the
 * first one kept. Prints medians and compares them with what the project promises.
 *
 *   node support/visits.mjs [--rounds 3] [--megabits 10] [--latency 40]
 */

import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { chromiumOptions } from "./browser.mjs";
import { serveOverLine } from "./link.mjs";
import { publishSite } from "./static.mjs";

/** @typedef {{usable: number, answer: number, megabytes: number}} Visit  milliseconds since the navigation */

const PROMISES = { first: { usable: 2000, answer: 12_000 }, second: { usable: 1500, answer: 1500 } };

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    megabits: { type: "string", default: "10" },
    latency: { type: "string", default: "40" },
  },
});
const line = { megabits: Number(values.megabits), latency: Number(values.latency) };

const [load] = loadavg();
if (load > 1)
  console.error(`\n*** Other programs keep this machine busy (load ${load.toFixed(1)}): NOT fit to quote ***\n`);

const host = await serveOverLine(await publishSite(), line);
/** @type {{first: Visit[], second: Visit[]}} */
const visits = { first: [], second: [] };
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    // A profile on disk, and a browser that is started anew: what survives of it is what a reader's would have kept.
    const profile = mkdtempSync(path.join(tmpdir(), "mobilemamba-profile-"));
    try {
      for (const which of /** @type {const} */ (["first", "second"])) visits[which].push(await visit(profile));
    } finally {
      rmSync(profile, { recursive: true, force: true });
    }
  }
} finally {
  host.stop();
}

console.log(`\n${line.megabits} Mbit/s, ${line.latency} ms, medians of ${values.rounds}; load ${load.toFixed(1)}`);
for (const which of /** @type {const} */ (["first", "second"])) {
  const of = (/** @type {keyof Visit} */ what) => median(visits[which].map((one) => one[what]));
  for (const what of /** @type {const} */ (["usable", "answer"])) {
    const within = PROMISES[which][what];
    const verdict = of(what) <= within ? "kept" : "MISSED";
    console.log(`${which} visit, ${what}: ${Math.round(of(what))} ms; promised within ${within}: ${verdict}`);
    if (verdict === "MISSED") process.exitCode = 1;
  }
  console.log(`${which} visit, sent: ${of("megabytes").toFixed(2)} MB`);
}

/**
 * @param {string} profile
 * @returns {Promise<Visit>}
 */
async function visit(profile) {
  const context = await chromium.launchPersistentContext(profile, chromiumOptions());
  try {
    const [page] = context.pages();
    await page.addInitScript(() => {
      const times = /** @type {Record<string, number>} */ ({});
      Object.assign(window, { times });
      const watched = { usable: '[data-testid="drop-zone"]', answer: '[data-testid="top5"][data-about="orange.jpg"]' };
      new MutationObserver(() => {
        for (const [what, selector] of Object.entries(watched)) {
          if (!(what in times) && document.querySelector(selector)) times[what] = performance.now();
        }
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    host.sent();
    await page.goto(`${host.url}?img=assets/samples/orange.jpg`);
    await page.waitForFunction(() => "answer" in Reflect.get(window, "times"), null, { timeout: 120_000 });
    const megabytes = host.sent() / 1e6;
    const times = await page.evaluate(() => Reflect.get(window, "times"));
    await page.getByTestId("offline").waitFor({ timeout: 120_000 });
    return { ...times, megabytes };
  } finally {
    await context.close();
  }
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
