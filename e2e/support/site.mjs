/** The real server, serving the real site. */

import { spawn } from "node:child_process";
import { GO_ENV, ROOT } from "./repo.mjs";

/** Building the module takes a while on a machine that has nothing in its cache. */
const START_TIMEOUT = 300_000;

/**
 * Starts the server on a free port; SITE=URL uses one that already runs.
 * @returns {Promise<{url: string, stop: () => void}>}
 */
export async function startSite() {
  if (process.env.SITE) return { url: process.env.SITE, stop() {} };

  // In a process group of its own: "go run" does not pass signals on to the program that it started.
  const server = spawn("go", ["run", ".", "-addr", "127.0.0.1:0"], { cwd: ROOT, env: GO_ENV, detached: true });
  const stop = () => {
    try {
      if (server.pid) process.kill(-server.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", stop);

  let output = "";
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start in time:\n${output}`)), START_TIMEOUT);
    const read = (/** @type {Buffer} */ chunk) => {
      output += chunk;
      const match = output.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (!match) return;
      clearTimeout(timer);
      resolve(`${match[0]}/`);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", (chunk) => (output += chunk));
    server.once("exit", (code) => reject(new Error(`the server ended with code ${code}:\n${output}`)));
  });
  return { url, stop };
}
