/** The worker: answers the requests of protocol.js with the Go module. */

import { ClassifierError, toFault } from "./errors.js";
import { chooseKernel } from "./kernels.js";
import { holdLifeline } from "./lifeline.js";
import { MAX_PICTURE_BYTES, downloadBytes, downloadText, tooLarge } from "./network.js";
import { obtainWeights } from "./worker/download.js";
import { compile, crash, startGo } from "./worker/go.js";
import { createRoom, decodeWithBrowser } from "./worker/pixels.js";

/** @typedef {import("./protocol.js").Fault} Fault */
/** @typedef {import("./protocol.js").FileSource} FileSource */
/** @typedef {import("./protocol.js").InitRequest} InitRequest */
/** @typedef {import("./protocol.js").ManifestSource} ManifestSource */
/** @typedef {import("./protocol.js").OfficialSource} OfficialSource */
/** @typedef {import("./protocol.js").Progress} Progress */
/** @typedef {import("./protocol.js").Reply} Reply */
/** @typedef {import("./protocol.js").Request} Request */
/** @typedef {import("./protocol.js").Result} Result */
/** @typedef {import("./protocol.js").Started} Started */
/** @typedef {import("./worker/go.js").Module} Module */

/** @typedef {(progress: Progress) => void} Report */

/** @type {Promise<Started>} */
let started;
/** The Go module, once it runs. @type {Promise<Module>} */
let module;
const room = createRoom();

onmessage = async ({ data }) => {
  const request = /** @type {Request} */ (data);
  const { id } = request;
  try {
    const value = await answer(request, (progress) => reply({ id, type: "progress", progress }));
    if (request.type === "init") return reply({ id, type: "ready", value: /** @type {Started} */ (value) });
    reply({ id, type: "result", value }, transferables(value));
  } catch (error) {
    reply({ id, type: "error", fault: faultOf(error) });
  }
};

/**
 * @param {Request} request
 * @param {Report} report
 * @returns {Promise<unknown>}
 */
async function answer(request, report) {
  switch (request.type) {
    case "init":
      return init(request);
    case "load":
      return load(request.source, report);
    case "classify":
      return classify(request.image, request.top, request.weight);
    case "frame":
      return room.lastFrame(await module);
    case "explain":
      return (await module).explain({ index: request.index });
    case "inspect": {
      const { block, part, channels } = request;
      return (await (await module).inspect({ block, part, channels })).parts;
    }
    case "find":
      return (await (await module).find({ query: request.query, ids: request.ids, limit: request.limit })).classes;
    case "bench": {
      const progress = (/** @type {number} */ done, /** @type {number} */ total) =>
        report({ phase: "bench", done, total });
      return (await module).bench({ runs: request.runs, progress });
    }
    case "memory": {
      const { memory, linear } = await module;
      return { ...(await memory({})), module: linear.buffer.byteLength };
    }
    case "sound": {
      const [{ sound }, bytes] = await Promise.all([module, downloadBytes(request.url)]);
      return sound({ bytes });
    }
  }
}

/** @param {InitRequest} request */
async function init({ kernel, lifeline, started: earlier }) {
  started = earlier ? Promise.resolve(earlier) : start(kernel);
  module = started.then((ready) => startGo(ready.module, lost));
  await Promise.all([module, lifeline && holdLifeline(lifeline)]);
  return started;
}

/**
 * @param {string} wish
 * @returns {Promise<Started>}
 */
async function start(wish) {
  if (typeof WebAssembly !== "object") {
    throw new ClassifierError(
      "no-wasm",
      "This browser has no WebAssembly.",
      "Use a current browser, or allow it in the settings.",
    );
  }
  const kernel = chooseKernel(wish);
  return { kernel, module: await compile(new URL(kernel.artifact, import.meta.url)) };
}

/**
 * @param {ManifestSource | FileSource | OfficialSource} source
 * @param {Report} report
 */
function load(source, report) {
  switch (source.kind) {
    case "manifest":
      return loadFromManifest(source, report);
    case "official":
      return loadOfficial(source, report);
    case "file":
      return loadFile(source);
  }
}

/**
 * The weights come while the module is still being compiled.
 * @param {ManifestSource} source
 * @param {Report} report
 */
async function loadFromManifest(source, report) {
  const [{ load }, { kernel }, { bytes, kept }, labels] = await Promise.all([
    module,
    started,
    obtainWeights(source.weights, report),
    downloadText(source.labels),
  ]);
  try {
    return { ...(await load({ weights: bytes, entry: source.entry, labels, kernel: kernel.name })), kept };
  } finally {
    // Go has read them, but holds on to them until it collects its garbage.
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  }
}

/**
 * @param {OfficialSource} source
 * @param {Report} report
 */
async function loadOfficial(source, report) {
  const { obtainCheckpoint } = await import("./worker/official.js");
  const [{ load }, { kernel }, { file, digest, keep }, labels] = await Promise.all([
    module,
    started,
    obtainCheckpoint(source, report),
    downloadText(source.labels),
  ]);
  const info = await load({ weights: file, entry: source.entry, labels, kernel: kernel.name });
  // Not before: what the module refuses is not worth its place.
  return { ...info, digest, kept: await keep() };
}

/** @param {FileSource} source */
async function loadFile({ file, labels: own, defaultLabels, resolution }) {
  const [{ load }, { kernel }, labels] = await Promise.all([
    module,
    started,
    // Without labels of its own the classes go by their numbers where the default ones do not fit or are not there,
    // which is no reason to refuse the checkpoint.
    own ? readOwn(own) : downloadText(defaultLabels).catch(() => undefined),
  ]);
  return load({ weights: file, labels, ownLabels: own !== undefined, kernel: kernel.name, resolution });
}

/** @param {Blob} labels */
async function readOwn(labels) {
  const { readLabels } = await import("./labels.js");
  return readLabels(labels);
}

/**
 * @param {Blob | ImageBitmap} image
 * @param {number} top
 * @param {number} weight
 * @returns {Promise<Result>}
 */
async function classify(image, top, weight) {
  const go = await module;
  if (image instanceof ImageBitmap) return go.classify({ ...(await room.frame(go, image)), top, weight });
  if (image.size > MAX_PICTURE_BYTES) throw tooLarge("The file", image.size, MAX_PICTURE_BYTES);
  try {
    return await go.classify({ bytes: await read(image), top });
  } catch (error) {
    if (toFault(error, "worker-crashed").code !== "unsupported-image") throw error;
    const start = performance.now();
    const bitmap = await decodeWithBrowser(image);
    if (!bitmap) throw error;
    const size = await room.picture(go, bitmap);
    const decode = performance.now() - start;
    const result = await go.classify({ ...size, top });
    result.ms.decode += decode;
    result.ms.total += decode;
    return result;
  }
}

/** @param {Blob} file */
async function read(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new ClassifierError(
      "not-an-image",
      "The file could not be read.",
      "It may have been moved or changed: choose it again.",
    );
  }
}

/**
 * The Go module rejects with Faults. An exception comes from WebAssembly itself, a trap for one, and means its end.
 * @param {unknown} error
 * @returns {Fault}
 */
function faultOf(error) {
  const foreseen = error instanceof ClassifierError || !(error instanceof Error);
  return toFault(foreseen ? error : crash(error.message), "worker-crashed");
}

/** @param {unknown} error */
function lost(error) {
  reply({ id: 0, type: "error", fault: faultOf(error) });
}

// An exception in a callback of the Go program's own, after which it does not go on.
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  lost(event.reason);
});

/**
 * @param {Reply} message
 * @param {Transferable[]} [transfer]
 */
function reply(message, transfer = []) {
  postMessage(message, { transfer });
}

/**
 * The large buffers of an answer, or of those of a list.
 * @param {unknown} value
 * @returns {Transferable[]}
 */
function transferables(value) {
  if (Array.isArray(value)) return value.flatMap(transferables);
  const arrays = typeof value === "object" && value !== null ? Object.values(value) : [];
  return arrays.flatMap((array) => (array instanceof Float32Array ? [array.buffer] : []));
}
