/** What the page says in English: a section for each panel, in alphabetical order. */

const input = {
  folder: "Choose a folder",
  emptyFolder: "There is no picture in this folder.",
  address: "Address of a picture",
  addressExample: "https://… of a picture",
  open: "Open",
  noAddress: "That is no address of a picture; one begins with https://.",
  shareScreen: "Share screen",
  stopScreen: "Stop sharing",
  onlyHttps: "only addresses with https:// can be opened here",
  serverAnswered: (/** @type {number} */ status) => `the server answered ${status}`,
  tooLarge: "it has more than 64 MB",
  notLoaded: (/** @type {string} */ address, /** @type {string} */ why) =>
    `The picture at ${address} could not be loaded: ${why}.`,
  notLoadedHint: "Its server must allow other pages to read it (CORS). Save the picture and drop it here instead.",
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

export const en = { input, live, tools: { title: "Tools", inside: "Look inside" } };
