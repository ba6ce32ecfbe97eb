/**
 * Lighthouse on the published site, as a host that compresses serves it: a median of 95 or more in every category, on
 * a phone and on a desktop, in both languages. The performance is that of this machine: run it when nothing else does.
 * The reports lie in e2e/artifacts.
 *
 * Each visit has a browser of its own that has drawn something before, as a visitor's has: one that is still starting
 * up leaves its first pages at one frame a second, and its first paint is then a second or two late.
 *
 *   node run.mjs [--runs 5]
 */

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { chromium } from "playwright-core";
import { median } from "../../bench/stats.mjs";
import { chromiumOptions } from "../support/browser.mjs";
import { freePort } from "../support/port.mjs";
import { ARTIFACTS } from "../support/repo.mjs";
import { publishSite, serveFolder } from "../support/static.mjs";

const ENOUGH = 95;

const VISITS = [
  { name: "phone-en", query: "", flags: [] },
  { name: "desktop-en", query: "", flags: ["--preset=desktop"] },
  { name: "phone-zh", query: "?lang=zh", flags: [] },
];

const { values: flags } = parseArgs({ options: { runs: { type: "string", default: "5" } } });
const run = promisify(execFile);
const command = new URL("node_modules/lighthouse/cli/index.js", import.meta.url).pathname;

/**
 * @param {string} url
 * @param {string} file   of the reports, without the extension
 * @param {string[]} flags
 */
async function audit(url, file, flags) {
  const port = await freePort();
  const browser = await chromium.launch(chromiumOptions([`--remote-debugging-port=${port}`]));
  try {
    await (await browser.newPage()).screenshot();
    const outputs = ["--output=json", "--output=html", `--output-path=${file}`];
    await run(process.execPath, [command, url, ...flags, "--quiet", ...outputs, `--port=${port}`], {
      maxBuffer: 1 << 26,
    });
  } finally {
    await browser.close();
  }
  return JSON.parse(readFileSync(`${file}.report.json`, "utf8"));
}

/**
 * What keeps a report from a better score in a category.
 * @param {any} report
 * @param {string} category
 */
function complaints(report, category) {
  return report.categories[category].auditRefs
    .map((/** @type {{id: string, weight: number}} */ { id, weight }) => ({ ...report.audits[id], weight }))
    .filter((/** @type {any} */ { weight, score }) => weight > 0 && score !== null && score < 0.9)
    .map((/** @type {any} */ { title, displayValue = "" }) => `${title} ${displayValue}`.trim());
}

mkdirSync(ARTIFACTS, { recursive: true });
const site = await serveFolder(await publishSite(), { wasmType: "application/wasm", compress: true });
let low = 0;
try {
  for (const { name, query, flags: visit } of VISITS) {
    const reports = [];
    for (let i = 1; i <= Number(flags.runs); i++) {
      const report = await audit(site.url + query, path.join(ARTIFACTS, `lighthouse-${name}-${i}`), visit);
      if (report.runtimeError) throw new Error(`${name}: ${report.runtimeError.message}`);
      reports.push(report);
    }
    const power = median(reports.map((report) => report.environment.benchmarkIndex));
    console.log(`${name} (a benchmark of this machine: ${Math.round(power)})`);
    for (const [category, { title }] of Object.entries(reports[0].categories)) {
      const points = reports.map((report) => Math.round(100 * report.categories[category].score));
      const score = median(points);
      console.log(`  ${String(score).padStart(3)} ${title} (${points.join(", ")})`);
      if (score >= ENOUGH) continue;
      low++;
      for (const complaint of complaints(reports[points.indexOf(Math.min(...points))], category))
        console.log(`      ${complaint}`);
    }
  }
} finally {
  site.stop();
}
if (low > 0) {
  console.error(`${low} medians are below ${ENOUGH}; the reports are ${ARTIFACTS}/lighthouse-*.html`);
  process.exitCode = 1;
}
