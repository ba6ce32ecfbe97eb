/** What soaks came to, for docs/. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./repo.mjs";
import { toMarkdown, writeSection } from "./section.mjs";
import { megabytes } from "./soak.mjs";

/**
 * A soak in which nothing grew or failed.
 * @typedef {Omit<import("./soak.mjs").SoakReport, "samples"> & {heap: number[], memory: number[]}} Figures
 *   heap, memory: the first, the last and the largest, in bytes
 */

/**
 * By what was asked of them: "30 minutes", "10,000 frames".
 * @typedef {Record<string, Figures>} Soaks
 */

export const RECORD = path.join(ROOT, "docs/soak.json");
export const DOCUMENT = path.join(ROOT, "docs/reliability.md");

/**
 * @param {import("./soak.mjs").SoakReport} report
 * @returns {Figures}
 */
export function toFigures({ samples, ...figures }) {
  const of = (/** @type {number[]} */ values) => [values[0], values.at(-1) ?? 0, Math.max(...values)];
  return { ...figures, heap: of(samples.map(({ heap }) => heap)), memory: of(samples.map(({ memory }) => memory)) };
}

/**
 * The table in Markdown.
 * @param {Soaks} soaks
 */
export function toTable(soaks) {
  return toMarkdown([
    [
      ...[
        "live for",
        "frames",
        "a second",
        "models loaded",
        "engines lost",
        "the page's heap after 200 frames, at the end",
      ],
      ...[
        "the engine's memory",
        "median of a frame",
        "99 of 100 within, of their model's median",
        "the engine was at work",
      ],
    ],
    ...Object.entries(soaks).map(([asked, soak]) => [
      `${asked}, ${soak.browser}`,
      soak.frames.toLocaleString("en"),
      (soak.frames / soak.seconds).toFixed(0),
      String(soak.models),
      String(soak.losses),
      `${megabytes(soak.heap[0])}, ${megabytes(soak.heap[1])}`,
      `at most ${megabytes(soak.memory[2])}`,
      `${soak.median.toFixed(1)} ms`,
      `${soak.ratio.toFixed(2)} ×`,
      `${(100 * soak.pace).toFixed(0)} % of the time`,
    ]),
  ]);
}

/**
 * Writes a soak in the place of the last one of its kind.
 * @param {string} asked
 * @param {import("./soak.mjs").SoakReport} report
 */
export function record(asked, report) {
  const all = { ...(existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, "utf8")) : {}), [asked]: toFigures(report) };
  writeFileSync(RECORD, `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(DOCUMENT, writeSection(readFileSync(DOCUMENT, "utf8"), "soak", toTable(all)));
}
