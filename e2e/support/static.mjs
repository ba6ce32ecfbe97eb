/** The published site behind a file server that knows nothing: no headers but a type, no index of folders. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { GO_ENV, ROOT } from "./repo.mjs";

const OUT = path.join("build", "e2e", "dist");

/** What browsers insist on; the rest, .wasm and .safetensors too, a plain host may not know. */
const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
});

/**
 * Builds the site as "make site" does, and returns its folder.
 * @param {(text: string) => void} [report]  is told what that prints
 */
export async function publishSite(report) {
  const { stdout, stderr } = await promisify(execFile)("go", ["run", ".", "-site", OUT], { cwd: ROOT, env: GO_ENV });
  report?.(stdout + stderr);
  return path.join(ROOT, OUT);
}

/**
 * Serves a folder below a path, and nothing beside it.
 * @param {string} folder
 * @param {object} [options]
 * @param {string} [options.base]      begins and ends with a slash
 * @param {string} [options.wasmType]  Content-Type of modules
 * @param {boolean} [options.compress]  sends the compressed copies, as hosts do
 * @returns {Promise<{url: string, stop: () => void, reach: (reachable: boolean) => void}>}  reach: as if a cable were pulled
 */
export async function serveFolder(
  folder,
  { base = "/", wasmType = "application/octet-stream", compress = false } = {},
) {
  let reachable = true;
  const server = createServer(async (request, response) => {
    if (!reachable) {
      request.socket.destroy();
      return;
    }
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const extension = path.extname(name);
    try {
      if (!name.startsWith(base)) throw new Error("outside of the site");
      const file = path.join(folder, path.normalize(`/${decodeURIComponent(name.slice(base.length))}`));
      const copy = compress ? await readFile(`${file}.gz`).catch(() => null) : null;
      const body = copy ?? (await readFile(file));
      const type = extension === ".wasm" ? wasmType : (TYPES[extension] ?? "application/octet-stream");
      if (copy) response.setHeader("Content-Encoding", "gzip");
      response.writeHead(200, { "Content-Type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}${base}`,
    reach(now) {
      reachable = now;
      if (!reachable) server.closeAllConnections();
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
