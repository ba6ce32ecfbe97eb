/** Starts the server once and runs all test files against it, one after the other. */

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { startSite } from "./site.mjs";

const folder = new URL("../tests/", import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => `tests/${name}`);

const site = await startSite();
const tests = spawn(process.execPath, ["--test", "--test-concurrency=1", ...files], {
  cwd: new URL("../", import.meta.url),
  env: { ...process.env, SITE: site.url },
  stdio: "inherit",
});
tests.once("exit", (code) => {
  site.stop();
  process.exitCode = code ?? 1;
});
