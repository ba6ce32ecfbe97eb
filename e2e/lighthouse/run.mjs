/**
 * Lighthouse on the published site, as a host that compresses serves it: a score of 95 or more in every category, on
 * a phone and on a desktop, in both languages. The performance is that of this machine: run it when nothing else does.
 * The reports lie in e2e/artifacts.
 */

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { findChromium } from "../support/browser.mjs";
import { ARTIFACTS } from "../support/repo.mjs";
import { publishSite, serveFolder } from "../support/static.mjs";

const ENOUGH = 95;

const VISITS = [
  { name: "phone-en", query: "", flags: [] },
  { name: "desktop-en", query: "", flags: ["--preset=desktop"] },
  { name: "phone-zh", query: "?lang=zh", flags: [] },
];

const run = promisify(execFile);
const command = new URL("node_modules/lighthouse/cli/index.js", import.meta.url).pathname;

/**
 * @param {string} url
 * @param {string} file   of the reports, without the extension
 * @param {string[]} flags
 */
async function audit(url, file, flags) {
  await run(
    process.execPath,
    [
      command,
      url,
      ...flags,
      "--quiet",
      "--output=json",
      "--output=html",
      `--output-path=${file}`,
      "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking",
    ],
    { env: { ...process.env, CHROME_PATH: findChromium() }, maxBuffer: 1 << 26 },
  );
  return JSON.parse(readFileSync(`${file}.report.json`, "utf8"));
}

/** @typedef {{score: number | null, title: string, displayValue?: string, numericValue?: number}} Audit */

mkdirSync(ARTIFACTS, { recursive: true });
const site = await serveFolder(await publishSite(), { wasmType: "application/wasm", compress: true });
let low = 0;
try {
  for (const { name, query, flags } of VISITS) {
    const report = await audit(site.url + query, path.join(ARTIFACTS, `lighthouse-${name}`), flags);
    if (report.runtimeError) throw new Error(`${name}: ${report.runtimeError.message}`);
    console.log(`${name} (a benchmark of this machine: ${report.environment.benchmarkIndex})`);
    for (const { title, score, auditRefs } of Object.values(report.categories)) {
      const points = Math.round(100 * score);
      if (points < ENOUGH) low++;
      console.log(`  ${String(points).padStart(3)} ${title}`);
      for (const { id, weight } of auditRefs) {
        const { score, title, displayValue = "" } = /** @type {Audit} */ (report.audits[id]);
        if (weight > 0 && score !== null && score < 0.9)
          console.log(`      ${Math.round(100 * score)} ${title} ${displayValue}`);
      }
    }
  }
} finally {
  site.stop();
}
if (low > 0) {
  console.error(`${low} scores are below ${ENOUGH}; the reports are ${ARTIFACTS}/lighthouse-*.html`);
  process.exitCode = 1;
}
