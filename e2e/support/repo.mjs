/** Where things are, and what a clone of the repository alone cannot prove. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const ARTIFACTS = path.join(ROOT, "e2e", "artifacts");

/** The environment for the go command: a machine's own, older Go fetches the one that go.mod asks for. */
export const GO_ENV = { ...process.env, GOTOOLCHAIN: "go1.27.4" };

const run = promisify(execFile);

/**
 * A file of the reference data that lies beside the repository; null if it is missing, which is said aloud.
 * @param {string} name   relative to ../shared
 * @param {string} proves what is not proven without it
 * @returns {string | null}
 */
export function sharedFile(name, proves) {
  const file = path.join(ROOT, "..", "shared", name);
  if (existsSync(file)) return file;
  console.error(`MISSING ../shared/${name}: ${proves} NOT PROVEN`);
  return null;
}

/** @type {Promise<string> | null} */
let command = null;

/** Builds the command line once. */
function buildCommand() {
  const binary = path.join(ROOT, "build", "e2e", "mobilemamba");
  command ??= run("go", ["build", "-o", binary, "./cmd/mobilemamba"], { cwd: ROOT, env: GO_ENV }).then(() => binary);
  return command;
}

/**
 * What the command line answers for a picture.
 * @param {string} file
 * @param {object} [options]
 * @param {number} [options.top]    how many classes
 * @param {string} [options.model]  a checkpoint; without it the default model
 * @returns {Promise<import("../../web/protocol.js").Result>}
 */
export async function classifyNatively(file, { top = 5, model } = {}) {
  const args = ["classify", "--json", "--top", String(top), ...(model ? ["--model", model] : []), file];
  const { stdout } = await run(await buildCommand(), args, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout)[0];
}

/**
 * The weights of a model with 8 bits each.
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function convertToI8(file) {
  const small = path.join(ROOT, "build", "e2e", "small-i8.safetensors");
  await run(await buildCommand(), ["convert", "--dtype", "i8", file, small]);
  return small;
}
