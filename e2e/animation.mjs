/**
 * Records docs/animation.webp, which the README begins with, and the screenshots in docs: a headless Chromium, the
 * published site and its default model, whichever that is.
 *
 *     node animation.mjs [--quality N]
 */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { ROOT } from "./support/repo.mjs";
import { shootNetwork, startStory, tellStory } from "./support/story.mjs";

const { values } = parseArgs({ options: { quality: { type: "string", default: "50" } } });
const docs = path.join(ROOT, "docs");

const browser = await startStory();
const folder = mkdtempSync(path.join(tmpdir(), "mobilemamba-animation-"));
try {
  for (const scheme of /** @type {const} */ (["light", "dark"])) {
    const name = scheme === "light" ? "screenshot.png" : "screenshot-dark.png";
    writeFileSync(path.join(docs, name), await shootNetwork(browser, scheme));
    report(name);
  }
  const { frames } = await tellStory(browser);
  const args = ["-loop", "0", "-min_size"];
  for (const [i, { png, ms }] of frames.entries()) {
    const file = path.join(folder, `${String(i).padStart(4, "0")}.png`);
    writeFileSync(file, png);
    args.push("-d", String(ms), "-lossy", "-q", values.quality, "-m", "4", file);
  }
  await encode([...args, "-o", path.join(docs, "animation.webp")]);
  report("animation.webp");
} finally {
  await browser.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string[]} args  of img2webp */
async function encode(args) {
  try {
    await promisify(execFile)("img2webp", args);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
    throw new Error("img2webp is needed: install libwebp's tools (on Debian: apt-get install webp)", { cause: error });
  }
}

/** @param {string} name  of a file in docs */
function report(name) {
  console.log(`docs/${name}: ${Math.round(statSync(path.join(docs, name)).size / 1024)} KB`);
}
