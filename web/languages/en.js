/** What the page says in English: a section for each panel, in alphabetical order. */

/** @typedef {import("../protocol.js").ErrorCode} ErrorCode */

/**
 * What an error is called, and what to do about it where the error itself does not say. Faults carry an English
 * message and mostly a hint of their own, which knows more than the one here.
 * @typedef {{title: string, hint: string}} ErrorWords
 */

/** @type {Record<ErrorCode, ErrorWords>} */
const errors = {
  "not-an-image": { title: "That is not a picture", hint: "Choose a photo: JPEG, PNG, WebP, GIF, BMP or TIFF." },
  "unsupported-image": {
    title: "This kind of picture is not supported",
    hint: "Save it as JPEG or PNG and try again.",
  },
  "image-damaged": { title: "The picture is damaged", hint: "Download or export the picture again." },
  "image-too-large": { title: "The picture is too large", hint: "Scale the picture down and try again." },
  "not-a-checkpoint": { title: "That is not a checkpoint", hint: "Choose a .pth or .safetensors file of MobileMamba." },
  truncated: { title: "The checkpoint is cut off", hint: "Download the file again." },
  unsafe: { title: "The checkpoint was refused", hint: "Do not open this file elsewhere unless you trust its source." },
  corrupt: { title: "The checkpoint is damaged", hint: "Download the file again, or convert it anew." },
  "no-ema": { title: "The checkpoint has no averaged weights", hint: "Load it without the moving average." },
  mismatch: { title: "The checkpoint does not fit", hint: "Only MobileMamba networks can be loaded." },
  labels: {
    title: "The labels do not fit",
    hint: "Use a list with a name for each class of the model: a line each, a table or JSON.",
  },
  "no-model": { title: "There is no such model", hint: "Choose a model of the list." },
  "no-picture": { title: "There is no picture", hint: "Classify a picture first." },
  "bad-request": { title: "That cannot be done", hint: "Reload the page." },
  panic: { title: "The engine had a fault", hint: "The engine restarts by itself: try again." },
  failed: { title: "That did not work", hint: "Try again." },
  "download-failed": { title: "The download failed", hint: "Check the connection and try again." },
  "checkpoint-unreachable": {
    title: "The authors' server did not deliver",
    hint: "Try again, or download the file by other means and drop it on this page.",
  },
  "download-stalled": {
    title: "The download has stalled",
    hint: "Try again. If it stays so, the connection or the server is overloaded.",
  },
  "wrong-hash": {
    title: "The download is not what it should be",
    hint: "It was damaged or replaced on its way. Try again: it is downloaded anew.",
  },
  offline: { title: "You are offline", hint: "Connect and try again." },
  "no-wasm": { title: "This browser cannot run the engine", hint: "Use a current browser." },
  "worker-crashed": { title: "The engine stopped", hint: "The engine restarts by itself: try again." },
  "out-of-memory": { title: "Out of memory", hint: "Close other tabs, or choose a smaller model or picture." },
  "camera-denied": { title: "The camera is not allowed", hint: "Allow it in the browser's settings for this page." },
  "camera-missing": { title: "No camera", hint: "Connect one, or choose a picture instead." },
  "camera-busy": { title: "The camera is busy", hint: "Close the program that uses it and start again." },
  "camera-insecure": { title: "No camera on this page", hint: "Open it over https, or from this machine." },
  "camera-failed": { title: "The camera failed", hint: "Start it again, or choose a picture instead." },
  "screen-denied": { title: "No screen is shared", hint: "Start it again and choose one." },
  "screen-failed": { title: "The screen cannot be shared", hint: "Choose a picture instead." },
  "film-unsupported": { title: "The film cannot be played", hint: "Convert it to MP4 (H.264) or WebM." },
  "sound-failed": { title: "No sound", hint: "The page works without it." },
};

const input = {
  folder: "Choose a folder",
  address: "Address of a picture",
  addressExample: "https://… of a picture",
  open: "Open",
  noAddress: "That is no address of a picture; one begins with https://.",
  shareScreen: "Share screen",
  stopScreen: "Stop sharing",
  onlyHttps: "Only addresses with https:// can be opened here.",
  badData: "The picture that is written out in the address cannot be read.",
  badDataHint: "Save the picture and drop it here instead.",
  nothingDropped: "There is neither a picture nor the address of one in it.",
  nothingDroppedHint: "Drop or paste pictures, folders of pictures, or the address of a picture.",
};

const live = {
  title: "Live",
  freeze: "Freeze",
  goOn: "Go on",
  space: "Space",
  save: "Save the frame",
  closeFilm: "Close the film",
  device: "Camera",
  deviceNumber: (/** @type {number} */ number) => `Camera ${number}`,
  smooth: (/** @type {number} */ seconds) => `Smooth over ${seconds} s`,
  smoothNote: (/** @type {number} */ seconds) =>
    `All probabilities are averaged over time, the latest counting most: the time constant is ${seconds} s.`,
  fps: (/** @type {number} */ fps) => `${fps} fps`,
  rate: "Answers a second",
  latency: "Latency",
  ms: (/** @type {string} */ ms) => `${ms} ms`,
  passed: "Frames passed over",
  passedOf: (/** @type {number} */ passed, /** @type {number} */ all) => `${passed} of ${all}`,
  restarts: "Engine restarts",
  sparkline: (/** @type {number} */ count, /** @type {string} */ median, /** @type {string} */ most) =>
    `Latency of the last ${count} answers: median ${median} ms, at most ${most} ms`,
  hideMap: "Hide the map",
  screen: "Classifying what the screen shows",
  screenName: "Screen",
  surfaces: { monitor: "A screen", window: "A window", browser: "A tab" },
  film: (/** @type {string} */ name) => `Classifying ${name} as it plays`,
  over: "Nothing is watched any more",
  ended: {
    camera: "The camera was stopped because this page was hidden.",
    screen: "Sharing the screen was stopped because this page was left.",
  },
  again: "Start again",
  unplugged: "The camera was disconnected.",
  unpluggedHint: "Connect it and start again.",
  screenDenied: "No screen, window or tab was shared with this page.",
  screenDeniedHint: "Start it again and choose one, or choose a picture instead.",
  screenFailed: (/** @type {string} */ why) => `The screen cannot be shared: ${why}.`,
  screenFailedHint: "Choose a picture instead.",
  filmUnsupported: (/** @type {string} */ name) => `This browser finds nothing in ${name} that it can show.`,
  filmUnsupportedHint: "Convert it to MP4 (H.264) or WebM, or try another browser.",
};

export const en = {
  answer: {
    title: "What it sees",
    empty: "The five likeliest classes appear here, with how sure the model is of each.",
    advice: "Choose a class to see where in the picture its score comes from.",
    camera: "Camera",
    none: (/** @type {string} */ percent) => `No class has ${percent} or more.`,
    times: (/** @type {string} */ about, /** @type {string} */ network, /** @type {string} */ all) =>
      `${about} · network ${network} ms · all ${all} ms`,
    fps: (/** @type {number} */ fps) => `${fps} fps`,
    spoken: (/** @type {string} */ label, /** @type {string} */ percent) => `${label}, ${percent}`,
  },

  error: { dismiss: "Dismiss" },

  errors,

  explain: {
    title: "Explanation",
    about: (/** @type {Node} */ name) => [
      "Where the score for ",
      name,
      " comes from; the map adds up to the score exactly.",
    ],
    sum: (
      /** @type {{width: number, height: number, positions: string, bias: string, score: string}} */ {
        width,
        height,
        positions,
        bias,
        score,
      },
    ) => `${width}×${height} positions ${positions}, bias ${bias}: score ${score}, before softmax.`,
    against: (/** @type {string} */ value) => `against ${value}`,
    for: (/** @type {string} */ value) => `${value} for`,
    opacity: "Opacity",
  },

  format: { locale: "en", percent: (/** @type {string} */ number) => `${number} %` },

  history: {
    title: "Again",
    item: (/** @type {string} */ picture, /** @type {string} */ label, /** @type {string} */ percent) =>
      `${picture}: ${label}, ${percent}`,
  },

  input,

  language: { title: "Language" },

  live,

  model: {
    title: "Model",
    open: "Open a checkpoint",
    own: "Your own .pth or .safetensors works too, with a list of its classes if you have one (.txt, .csv, .json). Both stay on this device.",
    addLabels: "Add labels",
    ownLabels: (/** @type {string} */ name) => `Classes are named by ${name}.`,
    keepOwn: "Remember my checkpoint in this browser",
    kept: (/** @type {string} */ size) => `Kept in this browser: ${size}`,
    clear: "Clear",
    weights: "Download",
    sizes: { full: "Full", medium: "Medium", small: "Small" },
    compare: "Compare the models",
    name: "Name",
    use: (/** @type {string} */ title) => `Use ${title}`,
    pixels: (/** @type {number} */ side) => `${side} px`,
    top1: "Top-1",
    notKept: {
      full: "There is no room for the checkpoint in this browser's storage: it is not remembered.",
      unavailable: "This browser keeps nothing for this page (a private window, an insecure page, or a setting).",
    },
    spareLabels: (/** @type {string} */ name) => `${name} will name the classes of the checkpoint that you open next.`,
    params: "Parameters",
    macs: "MACs",
    input: "Input",
    classes: "Classes",
    variant: "Variant",
    download: "Download",
    license: "Licence",
    accuracy: "Accuracy",
    measured: (
      /** @type {{top1: number, top5: number, images: string, dataset: string}} */ { top1, top5, images, dataset },
    ) => `top-1 ${top1} %, top-5 ${top5} % of ${images} images of ${dataset}`,
  },

  names: { unnamed: (/** @type {number} */ index) => `class ${index}` },

  offline: {
    ready: "Works offline now",
    install: "Install as an app",
    newVersion: "A new version is ready.",
    reload: "Reload",
    later: "Later",
  },

  official: {
    title: "The authors' models",
    consent: (/** @type {string} */ host) =>
      `The weights that the authors of the paper publish for ImageNet's 1000 classes (licence: Apache-2.0); this site does not have them. Only when you press a button below, your browser asks ${host} for that file, which sends it on to its own storage (hf.co). Both see your network address, as with any download, and nothing of your pictures. The file is read, never executed, and stays in this browser. What it was the first time is remembered: another one is refused.`,
    about: (/** @type {number} */ megabytes) => `about ${megabytes} MB`,
    missing: (/** @type {string} */ size, /** @type {string} */ host) => `Not downloaded: ${size} from ${host}`,
    kept: "In this browser",
    included: "Part of this site",
    facts: (/** @type {number} */ side, /** @type {string} */ top1) => `${side} px · top-1 ${top1} %`,
    download: "Download",
    fetch: (/** @type {string} */ title, /** @type {string} */ host, /** @type {string} */ size) =>
      `Download ${title} from ${host}, ${size}`,
    use: (/** @type {string} */ title) => `Use ${title}`,
    useIt: "Use",
    inUse: "In use",
    stop: "Stop",
    cancel: (/** @type {string} */ title) => `Stop downloading ${title}`,
  },

  overlay: { about: (/** @type {string} */ label) => `Where in the picture the score for ${label} comes from` },

  /** The words of index.html, by their data-text. */
  page: {
    title: "MobileMamba in your browser",
    where: "in your browser",
    intro:
      "The lightweight vision Mamba of CVPR 2025, written in Go and compiled to WebAssembly. It classifies pictures, your camera and your own checkpoints, and shows what every block of the network costs.",
    after: "After",
    local: "(CVPR 2025). The whole network runs on this device; there is no server to send anything to.",
  },

  recovery: {
    retry: "Try again",
    smaller: "Use a smaller model",
    reload: "Reload the page",
    camera: "Use another camera",
    official: "Download it from the authors",
    choose: "Choose a model",
    secondTry: (/** @type {string} */ name) => `The engine stopped and was restarted; ${name} was tried again.`,
  },

  samples: {
    title: "or try",
    try: (/** @type {string} */ name) => `Try the ${name}`,
    orange: "orange",
    seashore: "seashore",
    "spider-web": "spider web",
  },

  search: {
    ask: (/** @type {string} */ classes) => `How sure is it of another of its ${classes} classes?`,
    example: "cat",
    found: "Found classes",
    none: (/** @type {string} */ query) => `This model knows no class called “${query}”.`,
  },

  share: {
    title: "Take the result along",
    copy: (/** @type {string} */ format) => `Copy ${format}`,
    link: "Copy link",
    resultCopied: "Result copied",
    linkCopied: "Link copied",
    refused: "The browser does not allow copying here",
  },

  sound: { on: "Sound on", off: "Sound off" },

  stage: {
    title: "Picture",
    invitation: "Drop a picture here",
    ways: "or paste one, choose a file, or start the camera",
    drop: "Let go to classify it",
    noPreview: "There is no preview of this file.",
    picture: (/** @type {string} */ name) => `The picture being classified: ${name}`,
    choose: "Choose a picture",
    camera: { off: "Start camera", starting: "Starting …", on: "Stop camera" },
    turn: "Other camera",
    privacy: "Images never leave this device.",
  },

  status: {
    progress: "Progress",
    bytes: (/** @type {string} */ done, /** @type {string} */ total) => `${done} of ${total}`,
    runs: (/** @type {number} */ done, /** @type {number} */ total) => `${done} of ${total} runs`,
    kernels: (/** @type {Node} */ name) => [name, " kernels"],
    unsupported: (/** @type {string} */ wish, /** @type {string} */ name) =>
      `This browser cannot run the “${wish}” kernels; the “${name}” kernels run instead.`,
    unknown: (/** @type {string} */ wish, /** @type {string} */ name) =>
      `There are no “${wish}” kernels here; the “${name}” kernels run instead.`,
    plain: () => "This browser has no WebAssembly SIMD: the plain kernels run, several times slower.",
    reading: "Reading the model from this browser",
    downloading: "Downloading the model",
    preparing: "Preparing the model",
    classifying: "Classifying",
    benchmarking: "Measuring this device",
    failed: "No model is loaded: choose one or open your own",
    watching: "Classifying what the camera sees",
    cameraOff: "The camera is off",
    classified: (/** @type {string} */ name) => `Classified ${name}`,
    ready: "Ready",
  },

  threshold: { title: "Show from" },

  tools: { title: "Tools", inside: "Look inside", performance: "Performance", compare: "Compare", folder: "Folder" },
};
