/** The authors' server, played by e2e/hub under its real name, and files of the official layout and full size. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { GO_ENV, ROOT } from "./repo.mjs";

/** Where Hugging Face keeps large files; its main server redirects there. */
const STORAGE = "cas-bridge.xethub.hf.co";

/**
 * What the hub does wrong from now on; internal/hub/hub.go says what each means.
 * @typedef {object} Faults
 * @property {number[]} [cut]
 * @property {number} [busy]
 * @property {number} [status]
 * @property {boolean} [noCORS]
 * @property {boolean} [changed]
 * @property {boolean} [tampered]
 * @property {boolean} [chunked]
 * @property {number} [rate]
 */

/**
 * @param {...string} checkpoints  such as "T2=bare"
 */
export async function startHub(...checkpoints) {
  const dir = await mkdtemp(path.join(tmpdir(), "mobilemamba-hub-"));
  const args = ["run", "./e2e/hub", "-dir", dir, "-storage", `https://${STORAGE}`, ...checkpoints];
  const server = spawn("go", args, { cwd: ROOT, env: GO_ENV, stdio: ["pipe", "pipe", "inherit"] });
  /** @type {{address: string, control: string, files: Record<string, string>}} */
  const { address, control, files } = await new Promise((resolve, reject) => {
    let output = "";
    server.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.endsWith("\n")) resolve(JSON.parse(output));
    });
    server.once("exit", (code) => reject(new Error(`the hub ended with code ${code}`)));
  });
  return {
    /** The checkpoints on this disk, by their ids. */
    files,
    /** For Chromium: the hub is found under the names of the real servers. */
    flags: [
      `--host-resolver-rules=MAP huggingface.co ${address}, MAP ${STORAGE} ${address}`,
      "--ignore-certificate-errors",
    ],
    /** @param {Faults} [faults] */
    async set(faults = {}) {
      await fetch(`${control}/faults`, { method: "POST", body: JSON.stringify(faults) });
    },
    /** @returns {Promise<string[]>} since the last set */
    async requests() {
      return (await fetch(`${control}/requests`)).json();
    },
    /** It ends with its input: "go run" does not pass signals on. */
    async stop() {
      server.removeAllListeners("exit");
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.stdin.end();
      await ended;
      await rm(dir, { recursive: true });
    },
  };
}
