/**
 * Keeps the site on this device, so that it opens without a network. Three things are promised:
 *
 * - One version as a whole. A version is installed when every file of it has arrived and is the right one by its
 *   SHA-256, which a host in the middle of a deployment does not give; a tab goes on with the version it began with.
 * - No surprise. A new version waits until the page asks for it or its last tab is closed.
 * - Isolation from other sites, which brings a fine clock, on hosts that cannot ask for it by headers.
 *
 * A classic script, because not every browser takes a module here. Caches are named after the site's path: other sites
 * may share the origin.
 */

"use strict";

// "make site" writes the version and the two lists (offline.go); without them this keeps nothing, and removes what an
// installed version had kept.
const VERSION = "development";
/** The page's own files: their SHA-256 by their paths. @type {Record<string, string>} */
const SHELL = {};
/** The WebAssembly modules, of which a device keeps the one it uses. Their names carry the beginning of their SHA-256. @type {string[]} */
const MODULES = [];

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SITE = new URL("./", location.href);
const OURS = `mobilemamba ${SITE.pathname} `;
const SHELL_OF = `${OURS}shell `;
const KEPT_MODULES = `${OURS}modules`;
/** Which tab runs which version: one entry a tab, and one for each engine of it. */
const TABS = `${OURS}tabs`;
/** The pictures that another app shared, until the page takes them. */
const SHARED = `${OURS}shared`;
/** The weights, which the engine keeps by their SHA-256: model-store.js. */
const WEIGHTS = "mobilemamba-weights-v1";

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", answer);
worker.addEventListener("message", (event) => {
  switch (event.data.type) {
    case "take-over":
      return event.waitUntil(worker.skipWaiting());
    case "keep":
      return event.waitUntil(keep(event).then((reply) => event.ports[0].postMessage(reply)));
  }
});

async function install() {
  if (VERSION === "development") return worker.skipWaiting();
  const name = SHELL_OF + VERSION;
  try {
    const [shell, earlier] = [await caches.open(name), await shells()];
    const files = Object.entries(SHELL).map(async ([path, sha256]) => {
      const url = urlOf(path);
      await shell.put(url, (await findSame(earlier, url, sha256)) ?? (await obtain(url, sha256)));
    });
    await Promise.all([...files, renewModules()]);
    await renewWeights(shell, earlier);
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

async function activate() {
  return VERSION === "development" ? retire() : tidy();
}

/** Removes what an installed version has kept, and itself. */
async function retire() {
  for (const name of await caches.keys()) if (name.startsWith(OURS)) await caches.delete(name);
  await worker.registration.unregister();
}

/** Forgets tabs that are closed, and what only they needed. */
async function tidy() {
  const needed = new Set([SHELL_OF + VERSION]);
  const tabs = await caches.open(TABS);
  for (const request of await tabs.keys()) {
    const id = pathOf(new URL(request.url));
    if (!(await worker.clients.get(id))) await tabs.delete(request);
    else needed.add(SHELL_OF + (await versionOf(id)));
  }
  // A newer version, which is about to be installed, is not known by name here.
  if (worker.registration.installing || worker.registration.waiting) return;
  for (const name of await shells()) if (!needed.has(name)) await caches.delete(name);
  if (needed.size > 1) return;
  const modules = await caches.open(KEPT_MODULES);
  for (const { url } of await modules.keys()) if (!MODULES.includes(pathOf(new URL(url)))) await modules.delete(url);
}

/** @returns {Promise<string[]>} names of the caches that hold a version */
async function shells() {
  return (await caches.keys()).filter((name) => name.startsWith(SHELL_OF));
}

// ------------------------------------------------------------------------------------------------ what is answered

/** @param {FetchEvent} event */
function answer(event) {
  const { request } = event;
  const url = new URL(request.url);
  // A page of the version before may have asked for a service worker once more.
  if (VERSION === "development") return event.waitUntil(retire());
  if (url.origin !== SITE.origin || !url.pathname.startsWith(SITE.pathname)) return;
  const path = pathOf(url) || "index.html";
  if (path === "share" && request.method === "POST") return event.respondWith(receive(request));
  if (request.method !== "GET") return;
  if (path === "shared") return event.respondWith(handOver());
  if (request.mode === "navigate") {
    if (SHELL[path]) event.respondWith(fromShell(VERSION, path, request));
    return event.waitUntil(remember(event.resultingClientId, VERSION));
  }
  if (path.endsWith(".safetensors")) return;
  if (path.endsWith(".wasm")) return event.respondWith(fromModules(event, path));
  event.respondWith(forClient(event, path));
}

/**
 * From the version that the tab began with. A worker that it starts goes on with the same.
 * @param {FetchEvent} event
 * @param {string} path
 */
async function forClient({ clientId, resultingClientId, request }, path) {
  const version = await versionOf(clientId);
  await remember(resultingClientId, version);
  return fromShell(version, path, request);
}

/**
 * @param {string} version
 * @param {string} path
 * @param {Request} request
 * @returns {Promise<Response>}
 */
async function fromShell(version, path, request) {
  const shell = SHELL_OF + version;
  return (await caches.match(urlOf(path), { cacheName: shell })) ?? fetch(request);
}

/**
 * A module, whichever version asks for it: its name says what it holds.
 * @param {FetchEvent} event
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function fromModules(event, path) {
  const kept = await caches.match(urlOf(path), { cacheName: KEPT_MODULES });
  if (kept) return kept;
  const response = await fetch(event.request);
  if (response.ok && MODULES.includes(path)) event.waitUntil(keepModule(path, response.clone()));
  return response;
}

/**
 * Pictures from another app, by the share target of the manifest. The page asks for them when it is up.
 * @param {Request} request
 */
async function receive(request) {
  const headers = { "Content-Type": request.headers.get("Content-Type") ?? "" };
  await (await caches.open(SHARED)).put(urlOf("shared"), new Response(await request.blob(), { headers }));
  return Response.redirect(urlOf("?shared"), 303);
}

/** The form with the pictures, once. */
async function handOver() {
  const shared = await caches.match(urlOf("shared"), { cacheName: SHARED });
  await caches.delete(SHARED);
  return shared ?? new Response(null, { status: 204 });
}

// ------------------------------------------------------------------------------------------------ tabs and versions

/** Known without asking the cache. @type {Map<string, string>} */
const versions = new Map();

/**
 * @param {string} id
 * @param {string} version
 */
async function remember(id, version) {
  if (!id) return;
  versions.set(id, version);
  try {
    await (await caches.open(TABS)).put(urlOf(id), new Response(version));
  } catch {
    // No room. As long as this runs it is known.
  }
}

/**
 * A tab that is not known was opened before anything was installed, and claimed by the version that it runs.
 * @param {string} id
 * @returns {Promise<string>}
 */
async function versionOf(id) {
  let version = versions.get(id);
  if (!version) {
    const entry = id && (await caches.match(urlOf(id), { cacheName: TABS }));
    version = entry ? await entry.text() : VERSION;
    versions.set(id, version);
  }
  return version;
}

/**
 * The page says which version it is and what it uses. A page of this version is answered from here from now on; one of
 * another, which came from the network or its cache, is told which version is here.
 * @param {ExtendableMessageEvent} event  its data: {version: string, files: string[]}, files being absolute URLs
 * @returns {Promise<{version: string, kept: boolean}>}
 */
async function keep({ data, source }) {
  const { version, files } = /** @type {{version: string, files: string[]}} */ (data);
  if (version !== VERSION) return { version: VERSION, kept: false };
  if (source instanceof Client) await remember(source.id, version);
  await worker.clients.claim();
  try {
    const paths = files.map((url) => pathOf(new URL(url)));
    await Promise.all(paths.filter((path) => MODULES.includes(path)).map((path) => keepModule(path)));
    await tidy();
    return { version, kept: true };
  } catch {
    return { version, kept: false }; // The network or the room on this device was not enough.
  }
}

// ------------------------------------------------------------------------------------------------ what is kept

/**
 * @param {string} path
 * @param {Response} [response]  that has just come
 */
async function keepModule(path, response) {
  const modules = await caches.open(KEPT_MODULES);
  const url = urlOf(path);
  if (await modules.match(url)) return;
  await modules.put(url, await obtain(url, path.split(".").at(-2) ?? "", response));
}

/** The module that this device uses, as it is in this version. */
async function renewModules() {
  const unhashed = (/** @type {string} */ path) => path.replace(/\.[0-9a-f]{12}\./, ".");
  const modules = await caches.open(KEPT_MODULES);
  const used = new Set((await modules.keys()).map(({ url }) => unhashed(pathOf(new URL(url)))));
  await Promise.all(MODULES.filter((path) => used.has(unhashed(path))).map((path) => keepModule(path)));
}

/**
 * The weights that this device keeps, where this version has others for the same model.
 * @param {Cache} shell
 * @param {string[]} earlier  names of caches
 */
async function renewWeights(shell, earlier) {
  const list = urlOf("assets/models/index.json");
  const weights = await caches.open(WEIGHTS);
  const now = weightsOf(await (await shell.match(list))?.json());
  for (const cacheName of earlier) {
    for (const [key, { sha256 }] of weightsOf(await (await caches.match(list, { cacheName }))?.json())) {
      const next = now.get(key);
      if (!next || next.sha256 === sha256 || !(await weights.match(keyOf(sha256)))) continue;
      if (await weights.match(keyOf(next.sha256))) continue;
      const response = await obtain(new URL(next.url, list).href, next.sha256);
      await weights.put(keyOf(next.sha256), response).catch(() => {}); // No room: they are downloaded when they are used.
    }
  }
}

/**
 * @param {{models: {id: string, weights: {dtype: string, url: string, sha256: string}[]}[]} | undefined} list
 */
function weightsOf(list) {
  const files = (list?.models ?? []).flatMap(({ id, weights }) =>
    weights.map((file) => /** @type {const} */ ([`${id} ${file.dtype}`, file])),
  );
  return new Map(files);
}

/** @param {string} sha256  see model-store.js */
function keyOf(sha256) {
  return `/mobilemamba/sha256/${sha256.toLowerCase()}`;
}

/**
 * A file that an earlier version has as well.
 * @param {string[]} earlier  names of caches
 * @param {string} url
 * @param {string} sha256
 */
async function findSame(earlier, url, sha256) {
  for (const cacheName of earlier) {
    const response = await caches.match(url, { cacheName });
    if (response?.headers.get("ETag") === `"${sha256}"`) return response;
  }
  return undefined;
}

/**
 * Fetches a file that has a certain content: from the browser's own cache, which has it where the page has just loaded
 * it, or else from the host.
 * @param {string} url
 * @param {string} sha256  or its beginning
 * @param {Response} [first]  tried before all
 * @returns {Promise<Response>}
 */
async function obtain(url, sha256, first) {
  for (const cache of /** @type {const} */ (["force-cache", "reload"])) {
    const response = (cache === "force-cache" && first) || (await fetch(url, { cache }));
    const body = await response.arrayBuffer();
    const hash = await hashOf(body);
    if (response.ok && hash.startsWith(sha256)) return keepable(url, response, body, hash);
  }
  throw new Error(`${url} is not that of version ${VERSION}`);
}

/**
 * A response of its own: it does not say that it came by a redirection, which browsers refuse for a page.
 * @param {string} url
 * @param {Response} response
 * @param {ArrayBuffer} body
 * @param {string} hash
 */
function keepable(url, response, body, hash) {
  // Compiled while it arrives, whatever the host takes it for.
  const type = url.endsWith(".wasm") ? "application/wasm" : (response.headers.get("Content-Type") ?? "");
  const headers = { "Content-Type": type, "Content-Length": String(body.byteLength), ETag: `"${hash}"`, ...ISOLATION };
  return new Response(body, { headers });
}

/** @param {ArrayBuffer} body */
async function hashOf(body) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} path  of a file of the site */
function urlOf(path) {
  return new URL(path, SITE).href;
}

/** @param {URL} url */
function pathOf(url) {
  return url.pathname.slice(SITE.pathname.length);
}
