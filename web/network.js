/**
 * The only place that asks other servers for anything, on the page and in the worker. Requests stay with the site unless the
 * user named another server: by the address of a picture, or by choosing one of the authors' checkpoints.
 */

import { ClassifierError } from "./errors.js";

/**
 * The servers beside the site's own that a model may come from: the authors' repository of checkpoints.
 * @type {readonly string[]}
 */
export const CHECKPOINT_ORIGINS = ["https://huggingface.co"];

/** Without a byte for this long, in milliseconds, a download is given up. */
const PATIENCE = 30_000;

/** The same for a body whose bytes are not seen, from its first to its last. */
const PATIENCE_UNSEEN = 180_000;

/** A larger picture is not even read: the Go module would refuse it, and reading it could take all memory. */
export const MAX_PICTURE_BYTES = 64 << 20;

const AGAIN = "Check the connection and try again.";

/**
 * A response and the watch over its body, which is read once, in one of two ways.
 * @typedef {object} Download
 * @property {Response} response
 * @property {(onChunk: (chunk: Uint8Array<ArrayBuffer>) => void) => Promise<void>} read  as it comes
 * @property {<T>(use: (response: Response) => Promise<T>) => Promise<T>} hand  over to the browser, untouched
 */

/**
 * Asks for a file of the site or of one of CHECKPOINT_ORIGINS.
 * @param {string | URL} url  absolute
 * @param {RequestInit} [init]
 * @returns {Promise<Download>}
 */
export function download(url, init) {
  const { origin } = new URL(url);
  if (origin !== new URL(import.meta.url).origin && !CHECKPOINT_ORIGINS.includes(origin)) {
    const hint = "The list of models must name files of the site.";
    throw new ClassifierError("download-failed", `${fileName(url)} is on ${origin}, which is not asked.`, hint);
  }
  return open(url, init);
}

/**
 * @param {string | URL} url
 * @returns {Promise<string>}
 */
export async function downloadText(url) {
  return new TextDecoder().decode(await downloadBytes(url));
}

/**
 * @param {string | URL} url
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function downloadBytes(url) {
  const blob = await collect(url, await download(url));
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * Fetches a picture from wherever the user said, without telling that server where from.
 * @param {string | URL} url  absolute
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Blob>}
 */
export async function downloadPicture(url, { signal } = {}) {
  try {
    const source = await open(url, { signal, referrerPolicy: "no-referrer" });
    return await collect(url, source, MAX_PICTURE_BYTES);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ClassifierError) || error.code !== "download-failed") throw error;
    const hint = "Its server must allow other pages to read it (CORS). Save the picture and open the file instead.";
    throw new ClassifierError(error.code, error.message, new URL(url).origin === location.origin ? error.hint : hint);
  }
}

/**
 * @param {string | URL} url
 * @param {RequestInit} [init]
 * @returns {Promise<Download>}
 */
async function open(url, init = {}) {
  const stalled = new ClassifierError(
    "download-stalled",
    `The server stopped sending ${fileName(url)}.`,
    "Try again. If it stays so, the connection or the server is overloaded.",
  );
  const watch = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const rest = () => clearTimeout(timer);
  const wait = (patience = PATIENCE) => {
    rest();
    timer = setTimeout(() => watch.abort(stalled), patience);
  };

  /**
   * What a request that was rejected, or a body that broke off, comes from.
   * @param {unknown} error
   * @param {() => ClassifierError} otherwise
   */
  const explain = (error, otherwise) => {
    if (init.signal?.aborted) return init.signal.reason;
    if (watch.signal.aborted) return stalled;
    return error instanceof ClassifierError ? error : otherwise();
  };

  let response;
  wait();
  try {
    response = await fetch(url, {
      ...init,
      signal: init.signal ? AbortSignal.any([watch.signal, init.signal]) : watch.signal,
    });
  } catch (error) {
    rest();
    throw explain(error, () => unreachable(url));
  }
  if (!response.ok) {
    rest();
    watch.abort();
    const message = `${fileName(url)} could not be downloaded: the server answered ${response.status}.`;
    throw new ClassifierError("download-failed", message, AGAIN);
  }

  return {
    response,
    async read(onChunk) {
      let length = 0;
      try {
        for await (const chunk of chunks(response)) {
          wait();
          length += chunk.length;
          onChunk(chunk);
        }
      } catch (error) {
        throw explain(error, () => interrupted(url, length));
      } finally {
        rest();
        watch.abort(); // Whatever was not read is not wanted.
      }
    },
    async hand(use) {
      wait(PATIENCE_UNSEEN);
      try {
        return await use(response);
      } catch (error) {
        // The browser tells a body that broke off from one that is no good.
        throw error instanceof TypeError || watch.signal.aborted ? explain(error, () => interrupted(url)) : error;
      } finally {
        rest();
      }
    },
  };
}

/**
 * @param {string | URL} url
 * @param {Download} source
 * @param {number} [limit]  in bytes
 * @returns {Promise<Blob>}
 */
async function collect(url, { response, read }, limit = Infinity) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let length = 0;
  await read((chunk) => {
    length += chunk.length;
    if (length > limit) throw tooLarge(fileName(url), length, limit);
    parts.push(chunk);
  });
  return new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
}

/**
 * The pieces of a body as they come. Not every browser can iterate over a stream.
 * @param {Response} response
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
 */
export async function* chunks(response) {
  if (!response.body) return;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** @param {string | URL} url */
function unreachable(url) {
  if (navigator.onLine)
    return new ClassifierError("download-failed", `${fileName(url)} could not be downloaded.`, AGAIN);
  return new ClassifierError("offline", `${fileName(url)} is not here and the device is offline.`, AGAIN);
}

/**
 * @param {string | URL} url
 * @param {number} [done]   bytes
 * @param {number} [total]
 */
export function interrupted(url, done, total) {
  const after = done === undefined ? "" : ` after ${done}${total === undefined ? "" : ` of ${total}`} bytes`;
  const message = `The download of ${fileName(url)} broke off${after}.`;
  return new ClassifierError(navigator.onLine ? "download-failed" : "offline", message, AGAIN);
}

/**
 * @param {string} what
 * @param {number} bytes
 * @param {number} limit
 */
export function tooLarge(what, bytes, limit) {
  const megabytes = (/** @type {number} */ count) => Math.round(count / (1 << 20));
  const message = `${what} has ${megabytes(bytes)} MB or more; up to ${megabytes(limit)} MB are read.`;
  return new ClassifierError("image-too-large", message, "Save the picture smaller.");
}

/** @param {string | URL} url */
export function fileName(url) {
  const { protocol, pathname, href } = new URL(url);
  if (protocol === "data:") return "data";
  const last = pathname.split("/").at(-1);
  try {
    return decodeURIComponent(last || href);
  } catch {
    return last || href; // A stray % is legal in an address.
  }
}
