/**
 * Starts the server once and runs test files against it, one after the other: all of tests/, or those that are named.
 * Real browsers on a machine that others use too miss a time limit now and then. So a file that failed is asked once
 * more, by itself, and what came of both is said; what fails twice has failed.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSite } from "./site.mjs";
import { closing, merge } from "./verdict.mjs";

/** @typedef {import("./verdict.mjs").Outcome} Outcome */

const E2E = new URL("../", import.meta.url);
/** Where more files fail than by chance, the first answer stands. */
const CHANCE = 4;

const named = process.argv.slice(2);
const files = named.length > 0 ? named : all();

// The server and the tests are ended as the process ends, which a signal alone does not do.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const site = await startSite();
const folder = mkdtempSync(path.join(tmpdir(), "mobilemamba-tests-"));
try {
  const first = await run(files);
  const failed = [...new Set(first.filter(({ passed }) => !passed).map(({ file }) => file))];
  const asked = failed.length <= CHANCE ? failed : [];
  if (asked.length > 0) console.log(`\nasked once more: ${asked.join(", ")}`);
  const second = asked.length > 0 ? await run(asked) : [];

  const { text, ok } = closing(merge(first, second));
  console.log(text);
  process.exitCode = ok ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
  site.stop();
}

/** All test files, as the runner wants them. */
function all() {
  const names = readdirSync(new URL("tests/", E2E)).filter((name) => name.endsWith(".test.mjs"));
  return names.map((name) => `tests/${name}`);
}

/**
 * Runs files with Node's test runner; what it says is shown, and what came of each test returned.
 * @param {string[]} files
 * @returns {Promise<Outcome[]>}
 */
async function run(files) {
  const lines = path.join(folder, "outcomes");
  const reporters = ["spec", "stdout", "./support/verdict.mjs", lines];
  const flags = reporters.map((value, i) => `--test-reporter${i % 2 ? "-destination" : ""}=${value}`);
  const tests = spawn(process.execPath, ["--test", "--test-concurrency=1", ...flags, ...files], {
    cwd: E2E,
    env: { ...process.env, SITE: site.url },
    stdio: "inherit",
  });
  const end = () => tests.kill();
  process.once("exit", end);
  const [code, signal] = await once(tests, "exit");
  process.off("exit", end);
  const text = existsSync(lines) ? readFileSync(lines, "utf8") : "";
  /** @type {Outcome[]} */
  const outcomes = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  // Nothing ran, or something other than a test went wrong.
  if (outcomes.length === 0 || (code !== 0 && outcomes.every(({ passed }) => passed))) {
    throw new Error(
      `the test runner ended with ${signal ?? code} after ${outcomes.length} tests, none of which failed`,
    );
  }
  return outcomes;
}
