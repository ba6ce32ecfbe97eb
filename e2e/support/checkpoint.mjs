/** Networks of every shape, with made-up weights. */

import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { GO_ENV, ROOT } from "./repo.mjs";

const FOLDER = path.join(ROOT, "build", "e2e");
const run = promisify(execFile);

/**
 * Writes a checkpoint once.
 * @param {string} name  a case of bench/synthetic, for example T2_192x192
 * @returns {Promise<string>} the file
 */
export async function syntheticCheckpoint(name) {
  const file = path.join(FOLDER, `${name}.safetensors`);
  if (!existsSync(file)) {
    mkdirSync(FOLDER, { recursive: true });
    await run("go", ["run", "./bench/synthetic", "-weights", FOLDER, name], { cwd: ROOT, env: GO_ENV });
  }
  return file;
}
