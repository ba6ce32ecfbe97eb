/**
 * A host behind a line of a certain speed. The line is one for all connections, and what the host sends is timed here
 * and not in the browser: DevTools slows each target by itself, so that the page, its workers and the service worker
 * would have a line each.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** As GitHub Pages sends them: compressed if they are text or WebAssembly, and good for ten minutes. */
const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8",
  ".js": "application/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
});
const PIECE = 16 << 10;

/**
 * @param {string} folder
 * @param {{megabits: number, latency: number}} line  latency: milliseconds until an answer begins
 * @returns {Promise<{url: string, sent: () => number, stop: () => void}>}  sent: bytes since the last call
 */
export async function serveOverLine(folder, { megabits, latency }) {
  const bytesPerMs = (megabits * 1e6) / 8 / 1000;
  let free = 0; // When the line has sent all that it was given.
  let bytes = 0;
  /** @type {Map<string, Promise<Buffer>>} */
  const compressed = new Map();

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = path.normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const type = TYPES[path.extname(name)];
    try {
      const file = await readFile(path.join(folder, name));
      if (type && !compressed.has(name)) compressed.set(name, promisify(gzip)(file));
      const body = (await compressed.get(name)) ?? file;
      await wait(latency);
      response.writeHead(200, {
        "Content-Type": type ?? "application/octet-stream",
        "Content-Length": body.length,
        "Cache-Control": "max-age=600",
        ...(type && { "Content-Encoding": "gzip" }),
      });
      for (let at = 0; at < body.length; at += PIECE) {
        const piece = body.subarray(at, at + PIECE);
        free = Math.max(free, performance.now()) + piece.length / bytesPerMs;
        bytes += piece.length;
        await wait(free - performance.now());
        response.write(piece);
      }
      response.end();
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    sent() {
      const before = bytes;
      bytes = 0;
      return before;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @param {number} ms */
function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
