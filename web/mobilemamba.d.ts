/** The engine's types, made from its modules by `npm run types`: do not edit. */

export type SiteModel = {
  /**
   * without it the manifest's first
   */
  id?: string;
  /**
   * a checkpoint of the authors' that this browser does not have may be asked of their server
   */
  fetch?: boolean;
  /**
   * which of its files of weights: "f32", "f16" or "i8"; without it the first
   */
  dtype?: string;
};

export type OwnModel = {
  /**
   * .pth of the official trainer, or .safetensors
   */
  file: Blob;
  /**
   * names of its classes: text, a table or JSON, see labels.js
   */
  labels?: Blob;
};

export type ModelWish = SiteModel | OwnModel | string | Blob;

export type Picture = Blob | ImageBitmapSource | string | URL;

export type ClassifierOptions = {
  /**
   * without it the manifest's first
   */
  model?: ModelWish;
  /**
   * "auto" (default) or a name of kernels.js
   */
  kernel?: string;
  /**
   * of loading and of the benchmark
   */
  onProgress?: (progress: Progress) => void;
  /**
   * which kernels a worker runs
   */
  onKernel?: (choice: KernelChoice) => void;
};

export type Classifier = {
  /**
   * of the site's manifest, the default first, and the authors'
   * checkpoints that this browser has
   */
  models: () => Promise<ModelEntry[]>;
  /**
   * all checkpoints of the authors'
   */
  officialModels: () => Promise<ModelEntry[]>;
  /**
   *   a model, or the one that createClassifier was given; if it fails, the one before stays in use
   */
  load: (model?: ModelWish, options?: { signal?: AbortSignal }) => Promise<Info>;
  /**
   * the loaded model, as another classifier takes it; null: none
   */
  current: () => SiteModel | OwnModel | null;
  /**
   *   answers with the likeliest classes; an ImageBitmap is transferred and closed. The frames of a film can be averaged:
   *   weight, over 0 to 1, is the share of this one, and those before it have the rest
   */
  classify: (picture: Picture, options?: { top?: number; weight?: number; signal?: AbortSignal }) => Promise<Result>;
  /**
   * what was classified last and was no encoded picture, pixel by pixel: a PNG
   */
  frame: () => Promise<Blob>;
  /**
   *   where in the picture classified last the score of a class comes from: a map that adds up to the logit
   */
  explain: (index: number, options?: { signal?: AbortSignal }) => Promise<Explanation>;
  /**
   *   the liveliest channels of what a block computed for the picture classified last, of all its parts or of one
   */
  inspect: (
    block: string,
    options?: { part?: string; channels?: number; signal?: AbortSignal },
  ) => Promise<FeatureMaps[]>;
  /**
   *   the likeliest classes for the picture classified last that have the words of the query in their label, or one of
   *   the ids: those of classes that go by such a name in another language
   */
  find: (query: string, options?: { ids?: string[]; limit?: number; signal?: AbortSignal }) => Promise<Prediction[]>;
  /**
   *   what a model's classes are called in another language than English, by id; empty if nobody translated them
   */
  names: (language: string, model?: ModelWish) => Promise<Map<string, string>>;
  /**
   *   times the loaded model on this device
   */
  benchmark: (options?: { runs?: number; signal?: AbortSignal }) => Promise<BenchResult>;
  /**
   * that the engine takes of the device
   */
  memory: () => Promise<MemoryUse>;
  /**
   * decodes an MP3 of the site
   */
  sound: (url: string | URL) => Promise<Sound>;
  /**
   * ends the worker; whatever is under way is rejected
   */
  dispose: () => void;
};

/**
 * Starts a worker at once; the model is loaded by load() or by the first request that needs one.
 * @param {ClassifierOptions} [options]
 * @returns {Classifier}
 */
export declare function createClassifier({ model, kernel, onProgress, onKernel }?: ClassifierOptions): Classifier;

/** What went wrong (message), which kind it is (code) and what to do (hint); in English, if no other language is named. */
export declare class ClassifierError extends Error {
  /** @type {ErrorCode} */
  code: ErrorCode;
  hint: string;
  language: string;
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {string} [hint]
   * @param {string} [language]  tag
   */
  constructor(code: ErrorCode, message: string, hint?: string, language?: string);
}

/**
 * Everything that can go wrong, as a closed list. The first group comes from the Go module, the rest from the
 * JavaScript around it.
 */
declare const ERROR_CODES: readonly [
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
];

export type ErrorCode = (typeof ERROR_CODES)[number];

export type Progress = {
  phase: "weights" | "bench";
  done: number;
  /**
   * bytes of the weights, runs of the benchmark
   */
  total: number;
  /**
   * where the weights come from
   */
  from?: "site" | "browser" | "authors";
};

export type Keeping = "kept" | "full" | "unavailable";

export type KernelChoice = {
  name: string;
  /**
   * URL of the WebAssembly module, relative to the site
   */
  artifact: string;
  /**
   * "auto" or a name
   */
  wish: string;
  /**
   * by this browser, or by anybody; plain: the slowest
   * kernels are all that this browser runs; null: the wish was met
   */
  unmet: "unsupported" | "unknown" | "plain" | null;
};

export type Info = {
  /**
   * manifest id, variant or "custom"
   */
  model: string;
  /**
   * of the paper; empty outside its table
   */
  variant: string;
  classes: number;
  /**
   * of the input, in pixels
   */
  height: number;
  width: number;
  params: number;
  macs: number;
  kernel: string;
  /**
   * the three
   */
  stages: StageInfo[];
  /**
   * what a Result will list; the times are 0
   */
  blocks: BlockTiming[];
  /**
   * of a model of the manifest, or of the authors'
   */
  kept?: Keeping;
  /**
   * of a checkpoint of the authors'
   */
  digest?: Digest;
};

export type StageInfo = {
  channels: number;
  global: number;
  local: number;
  /**
   * side of the depthwise kernels
   */
  kernel: number;
  /**
   * channels of the selective scan
   */
  inner: number;
  /**
   * of its Δ projection
   */
  rank: number;
};

export type Prediction = {
  index: number;
  /**
   * of the dataset, for example a WordNet id
   */
  id: string;
  label: string;
  /**
   * probability
   */
  p: number;
};

export type BlockTiming = {
  /**
   * as in the official state dict
   */
  name: string;
  /**
   * stem, stage1, stage2, stage3 or head
   */
  stage: string;
  /**
   * [height, width, channels] of its output
   */
  shape: number[];
  macs: number;
  ms: number;
};

export type Result = {
  /**
   * best first
   */
  top: Prediction[];
  ms: { decode: number; preprocess: number; forward: number; total: number };
  blocks: BlockTiming[];
};

export type Explanation = {
  index: number;
  /**
   * of the class, as in a Prediction
   */
  id: string;
  label: string;
  logit: number;
  bias: number;
  /**
   * of the map, in positions
   */
  width: number;
  height: number;
  /**
   * what the network saw of the picture; the map covers it in equal cells
   */
  view: PictureView;
  /**
   * rows of values
   */
  map: Float32Array<ArrayBuffer>;
};

export type FeatureMaps = {
  name: string;
  /**
   * the part that chose the channels; empty: this one
   */
  like: string;
  /**
   * maps a channel
   */
  planes: number;
  /**
   * of a plane
   */
  height: number;
  width: number;
  /**
   * that the result has
   */
  channels: number;
  /**
   * which of them these are, the liveliest first
   */
  shown: number[];
  /**
   * of the values
   */
  min: number;
  max: number;
  /**
   * [shown, planes, height, width]
   */
  values: Float32Array<ArrayBuffer>;
};

export type MemoryUse = {
  /**
   * bytes of the WebAssembly memory, which grows by 64 KiB and never shrinks
   */
  module: number;
  /**
   * bytes of the Go program's objects
   */
  heap: number;
  /**
   * bytes that Go has taken of the module's memory
   */
  reserved: number;
  /**
   * of garbage, since the start
   */
  collections: number;
};

export type PictureView = {
  x: number;
  y: number;
  width: number;
  height: number;
  pictureWidth: number;
  pictureHeight: number;
};

export type BenchResult = {
  kernel: string;
  model: string;
  runs: number;
  median: number;
  p10: number;
  p90: number;
  min: number;
  gflops: number;
  blocks: BlockTiming[];
};

export type Sound = {
  sampleRate: number;
  channels: number;
  /**
   * interleaved
   */
  samples: Float32Array<ArrayBuffer>;
};

export type Digest = {
  bytes: number;
  /**
   * lower-case hex
   */
  sha256: string;
};

export type WeightsFile = {
  /**
   * f32, f16 or i8
   */
  dtype: string;
  /**
   * in the manifest relative to it
   */
  url: string;
  bytes: number;
  sha256: string;
};

export type Translation = {
  title: string;
  /**
   * URL, relative to the manifest
   */
  labels: string;
  /**
   * of the accuracy
   */
  dataset?: string;
};

export type ModelEntry = {
  id: string;
  title: string;
  variant: string;
  /**
   * embed_dim and depth, for people
   */
  config: string;
  resolution: number;
  labels: string;
  /**
   * read by the Go module
   */
  preprocess: object[];
  weights: WeightsFile[];
  accuracy?: { dataset: string; n: number; top1: number; top5: number };
  license: string;
  source: string;
  /**
   * by the tag of the language
   */
  translations?: Record<string, Translation>;
  /**
   * one of the authors' checkpoints, which the site does not have
   */
  official?: boolean;
};

export {};
