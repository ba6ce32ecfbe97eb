/**
 * What the page and the worker say to each other. This file is the only place where it is written down.
 *
 * page → worker   {id, type: "init" | "load" | "classify" | "frame" | "explain" | "inspect" | "find" | "bench"
 *                 | "memory" | "sound", …}
 * worker → page   {id, type: "progress" | "ready" | "result" | "error", …}
 *
 * Every request has an id of its own and is answered by exactly one "ready" (to "init"), "result" or "error" of
 * the same id, with any number of "progress" before it. An "error" with id 0 belongs to no request: the worker is
 * lost. There is no message to stop: the page terminates the worker instead, which always works.
 * Pixels, weights and samples travel as Blob, ImageBitmap or transferred ArrayBuffer, never as JSON.
 */

/**
 * Everything that can go wrong, as a closed list. The first group comes from the Go module, the rest from the
 * JavaScript around it.
 */
export const ERROR_CODES = /** @type {const} */ ([
  "not-an-image",
  "unsupported-image",
  "image-damaged",
  "image-too-large",
  "not-a-checkpoint",
  "truncated",
  "unsafe",
  "corrupt",
  "no-ema",
  "mismatch",
  "labels",
  "no-model",
  "no-picture",
  "bad-request",
  "panic",
  "failed",

  "download-failed",
  "download-stalled",
  "checkpoint-unreachable",
  "wrong-hash",
  "offline",
  "no-wasm",
  "worker-crashed",
  "out-of-memory",
  "camera-denied",
  "camera-missing",
  "camera-busy",
  "camera-insecure",
  "camera-failed",
  "screen-denied",
  "screen-failed",
  "film-unsupported",
  "sound-failed",
]);

/** @typedef {(typeof ERROR_CODES)[number]} ErrorCode */

/**
 * After one of these the worker cannot be trusted: it is replaced by a fresh one.
 * @type {ReadonlySet<ErrorCode>}
 */
export const FATAL_CODES = new Set(["panic", "worker-crashed", "out-of-memory"]);

/**
 * An error as it travels: what happened, and what to do about it.
 * @typedef {object} Fault
 * @property {ErrorCode} code
 * @property {string} message
 * @property {string} hint  empty where nothing can be advised
 * @property {string} [language]  of the message and the hint, as a tag; English without it
 */

// ---------------------------------------------------------------------------------------------- page → worker

/**
 * @typedef {object} InitRequest
 * @property {"init"} type
 * @property {string} kernel  the wish: "auto" or a name of kernels.js
 * @property {string} [lifeline]  to be held while the worker lives, see lifeline.js
 * @property {Started} [started]  what an earlier worker answered to the same wish: it saves this one the compilation
 */

/**
 * A model of the site's manifest, or a checkpoint of the user's own.
 * @typedef {object} LoadRequest
 * @property {"load"} type
 * @property {ManifestSource | FileSource | OfficialSource} source
 */

/**
 * @typedef {object} ManifestSource
 * @property {"manifest"} kind
 * @property {ModelEntry} entry
 * @property {string} labels        absolute URL of its labels
 * @property {WeightsFile} weights  with an absolute URL
 */

/**
 * A checkpoint of the authors'.
 * @typedef {object} OfficialSource
 * @property {"official"} kind
 * @property {ModelEntry} entry
 * @property {string} labels        absolute URL of its labels
 * @property {WeightsFile} weights  with an absolute URL; without a hash whatever comes is taken
 * @property {boolean} fetch        the user agreed to ask the authors' server for it; else only this browser is
 */

/**
 * @typedef {object} FileSource
 * @property {"file"} kind
 * @property {Blob} file      .pth or .safetensors; read lazily
 * @property {Blob} [labels]  a label file of the user's own, which must fit
 * @property {string} defaultLabels  absolute URL of the labels to use if there are no others and their number fits
 * @property {number} [resolution]   side of the input, where the name of the file tells more than its contents
 */

/**
 * @typedef {object} ClassifyRequest
 * @property {"classify"} type
 * @property {Blob | ImageBitmap} image
 * @property {number} top  how many classes to answer with
 * @property {number} weight  of a film's frame in the average of the probabilities, over 0 to 1; 1: it alone
 */

/**
 * The ImageBitmap classified last, pixel by pixel: answered with a PNG as a Blob. The error "no-picture" says that
 * there was none, or that a Blob which the browser had to decode took its place.
 * @typedef {object} FrameRequest
 * @property {"frame"} type
 */

/**
 * Where the score of a class comes from, in the picture classified last. Answered with an Explanation; the error
 * "no-picture" says that there was none, or that a benchmark came between.
 * @typedef {object} ExplainRequest
 * @property {"explain"} type
 * @property {number} index  of the class
 */

/**
 * The likeliest classes, for the picture classified last, with the words of a query in their label or one of some
 * ids. Answered with Predictions; "no-picture" as above.
 * @typedef {object} FindRequest
 * @property {"find"} type
 * @property {string} query
 * @property {string[]} ids  of the data set
 * @property {number} limit
 */

/**
 * What a block computed for the picture classified last, at the cost of a pass. Answered with FeatureMaps[];
 * "no-picture" as above, "bad-request" for a block or part that is not there.
 * @typedef {object} InspectRequest
 * @property {"inspect"} type
 * @property {string} block     as in a BlockTiming
 * @property {string} part      the name of FeatureMaps; empty: all of them
 * @property {number} channels  how many of a part, at most
 */

/**
 * @typedef {object} BenchRequest
 * @property {"bench"} type
 * @property {number} runs
 */

/**
 * Answered with a MemoryUse.
 * @typedef {object} MemoryRequest
 * @property {"memory"} type
 */

/**
 * @typedef {object} SoundRequest
 * @property {"sound"} type
 * @property {string} url  absolute URL of an MP3
 */

/**
 * @typedef {InitRequest | LoadRequest | ClassifyRequest | FrameRequest | ExplainRequest | InspectRequest
 *   | FindRequest | BenchRequest | MemoryRequest | SoundRequest} RequestBody
 */
/** @typedef {RequestBody & {id: number}} Request */

// ---------------------------------------------------------------------------------------------- worker → page

/**
 * @typedef {object} Progress
 * @property {"weights" | "bench"} phase
 * @property {number} done
 * @property {number} total  bytes of the weights, runs of the benchmark
 * @property {"site" | "browser" | "authors"} [from]  where the weights come from
 */

/**
 * Whether weights stay in this browser for the next visit: "full" for lack of room, "unavailable" because the browser
 * keeps nothing for this page.
 * @typedef {"kept" | "full" | "unavailable"} Keeping
 */

/**
 * A worker that is up: its kernels, and their compiled module for the next one.
 * @typedef {object} Started
 * @property {KernelChoice} kernel
 * @property {WebAssembly.Module} module
 */

/**
 * The kernel in use, and why it is not the one that was asked for.
 * @typedef {object} KernelChoice
 * @property {string} name
 * @property {string} artifact  URL of the WebAssembly module, relative to the site
 * @property {string} wish      "auto" or a name
 * @property {"unsupported" | "unknown" | "plain" | null} unmet  by this browser, or by anybody; plain: the slowest
 *   kernels are all that this browser runs; null: the wish was met
 */

/**
 * @typedef {object} Info
 * @property {string} model    manifest id, variant or "custom"
 * @property {string} variant  of the paper; empty outside its table
 * @property {number} classes
 * @property {number} height   of the input, in pixels
 * @property {number} width
 * @property {number} params
 * @property {number} macs
 * @property {string} kernel
 * @property {StageInfo[]} stages    the three
 * @property {BlockTiming[]} blocks  what a Result will list; the times are 0
 * @property {Keeping} [kept]  of a model of the manifest, or of the authors'
 * @property {Digest} [digest]  of a checkpoint of the authors'
 */

/**
 * How the MRFFI blocks of a stage share their channels: the long range branch, the local one, and the rest is passed
 * on as it is.
 * @typedef {object} StageInfo
 * @property {number} channels
 * @property {number} global
 * @property {number} local
 * @property {number} kernel  side of the depthwise kernels
 * @property {number} inner   channels of the selective scan
 * @property {number} rank    of its Δ projection
 */

/**
 * @typedef {object} Prediction
 * @property {number} index
 * @property {string} id     of the dataset, for example a WordNet id
 * @property {string} label
 * @property {number} p      probability
 */

/**
 * @typedef {object} BlockTiming
 * @property {string} name   as in the official state dict
 * @property {string} stage  stem, stage1, stage2, stage3 or head
 * @property {number[]} shape  [height, width, channels] of its output
 * @property {number} macs
 * @property {number} ms
 */

/**
 * @typedef {object} Result
 * @property {Prediction[]} top  best first
 * @property {{decode: number, preprocess: number, forward: number, total: number}} ms
 * @property {BlockTiming[]} blocks
 */

/**
 * A class activation map: the values of the map and the bias add up to the logit.
 * @typedef {object} Explanation
 * @property {number} index
 * @property {string} id     of the class, as in a Prediction
 * @property {string} label
 * @property {number} logit
 * @property {number} bias
 * @property {number} width   of the map, in positions
 * @property {number} height
 * @property {PictureView} view  what the network saw of the picture; the map covers it in equal cells
 * @property {Float32Array<ArrayBuffer>} map  rows of values
 */

/**
 * Channels of an intermediate result: those whose values differ most between positions (by their standard deviation),
 * since a channel that is the same everywhere says nothing about the picture. Parts that are alike show the same
 * channels, so that one can be followed.
 *
 * The parts of a MobileMamba block: "global-in", its wavelet "bands" (planes LL, V, H, D), these "filtered", and
 * "wavelet", transformed back; "delta", "delta-mean" and "keep" of the selective scan (planes forward and backward, by
 * position), "scan", and "global", the sum of wavelet and scan; "local-in", "local"; "identity", if there is one;
 * "steps" (planes input, dw0, ffn0, mixer, dw1, ffn1); "output". Of the stem: "conv1" to "conv3", "output". Of a
 * merging: "expanded", "halved", "weighted", "output". Of what is beside it: "depthwise", "output". Of the head:
 * "features", "pooled".
 * @typedef {object} FeatureMaps
 * @property {string} name
 * @property {string} like      the part that chose the channels; empty: this one
 * @property {number} planes    maps a channel
 * @property {number} height    of a plane
 * @property {number} width
 * @property {number} channels  that the result has
 * @property {number[]} shown   which of them these are, the liveliest first
 * @property {number} min       of the values
 * @property {number} max
 * @property {Float32Array<ArrayBuffer>} values  [shown, planes, height, width]
 */

/**
 * @typedef {object} MemoryUse
 * @property {number} module       bytes of the WebAssembly memory, which grows by 64 KiB and never shrinks
 * @property {number} heap         bytes of the Go program's objects
 * @property {number} reserved     bytes that Go has taken of the module's memory
 * @property {number} collections  of garbage, since the start
 */

/**
 * A rectangle in a picture, in its pixels, and the size of the picture.
 * @typedef {object} PictureView
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} pictureWidth
 * @property {number} pictureHeight
 */

/**
 * Milliseconds; the blocks are medians of their own.
 * @typedef {object} BenchResult
 * @property {string} kernel
 * @property {string} model
 * @property {number} runs
 * @property {number} median
 * @property {number} p10
 * @property {number} p90
 * @property {number} min
 * @property {number} gflops
 * @property {BlockTiming[]} blocks
 */

/**
 * @typedef {object} Sound
 * @property {number} sampleRate
 * @property {number} channels
 * @property {Float32Array<ArrayBuffer>} samples  interleaved
 */

/**
 * @typedef {{id: number, type: "progress", progress: Progress}
 *   | {id: number, type: "ready", value: Started}
 *   | {id: number, type: "result", value: unknown}
 *   | {id: number, type: "error", fault: Fault}} Reply
 */

// --------------------------------------------------------------------------------------------------- manifest

/**
 * What identifies the contents of a file.
 * @typedef {object} Digest
 * @property {number} bytes
 * @property {string} sha256  lower-case hex
 */

/**
 * @typedef {object} WeightsFile
 * @property {string} dtype  f32, f16 or i8
 * @property {string} url    in the manifest relative to it
 * @property {number} bytes
 * @property {string} sha256
 */

/**
 * What a manifest's entry says in another language. The label file has the same ids in the same order.
 * @typedef {object} Translation
 * @property {string} title
 * @property {string} labels     URL, relative to the manifest
 * @property {string} [dataset]  of the accuracy
 */

/**
 * An entry of assets/models/index.json.
 * @typedef {object} ModelEntry
 * @property {string} id
 * @property {string} title
 * @property {string} variant
 * @property {string} config  embed_dim and depth, for people
 * @property {number} resolution
 * @property {string} labels
 * @property {object[]} preprocess  read by the Go module
 * @property {WeightsFile[]} weights
 * @property {{dataset: string, n: number, top1: number, top5: number}} [accuracy]
 * @property {string} license
 * @property {string} source
 * @property {Record<string, Translation>} [translations]  by the tag of the language
 * @property {boolean} [official]  one of the authors' checkpoints, which the site does not have
 */
