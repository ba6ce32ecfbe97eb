/** What can be watched live besides a camera: a shared screen, and a film of the user's own. */

import { ClassifierError } from "../errors.js";
import { currentLanguage, words } from "../language.js";

/**
 * Something that moves.
 * @typedef {object} Source
 * @property {"camera" | "screen" | "film"} kind
 * @property {string} name        of the camera, of what is shared, or of the file
 * @property {MediaStream | null} stream  null: a film
 * @property {boolean} front      a camera that looks at its user: the preview is mirrored
 * @property {string} deviceId    of a camera
 * @property {Device[]} devices   all cameras; known once the user has agreed to one
 * @property {(video: HTMLVideoElement) => void} attach
 * @property {() => void} release
 */

/** @typedef {{id: string, name: string}} Device */

/** A larger screen is made smaller by the browser, which does it better and earlier than this page could. */
const SCREEN = { width: { max: 1280 }, height: { max: 1280 }, frameRate: { max: 30 } };

/** Where an answer takes longer than this to come, a film is of no known format. */
const FILM_TIMEOUT = 20_000;

/**
 * Lets the user choose a screen, a window or a tab. Must be called from a click or key press.
 * @returns {Promise<Source>}
 */
export async function openScreen() {
  const say = words().live;
  let stream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({ audio: false, video: SCREEN, ...stayHere() });
  } catch (error) {
    if (error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name))
      throw new ClassifierError("screen-denied", say.screenDenied, say.screenDeniedHint, currentLanguage());
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClassifierError("screen-failed", say.screenFailed(reason), say.screenFailedHint, currentLanguage());
  }
  // Browsers label what is shared with a code of their own.
  const { displaySurface } = stream.getVideoTracks()[0].getSettings();
  const surfaces = /** @type {Record<string, string>} */ (say.surfaces);
  return fromStream({ kind: "screen", stream, name: surfaces[displaySurface ?? ""] ?? say.screenName });
}

/** Where the browser lets a page say so, this one stays in front when another tab is shared. */
function stayHere() {
  const { CaptureController } =
    /** @type {{CaptureController?: new () => {setFocusBehavior?(behavior: string): void}}} */ (globalThis);
  if (!CaptureController) return {};
  const controller = new CaptureController();
  controller.setFocusBehavior?.("no-focus-change");
  return { controller };
}

/**
 * @param {Pick<Source, "kind" | "name"> & {stream: MediaStream} & Partial<Source>} source
 * @returns {Source}
 */
export function fromStream(source) {
  return {
    front: false,
    deviceId: "",
    devices: [],
    attach: (video) => (video.srcObject = source.stream),
    release: () => releaseStream(source.stream),
    ...source,
  };
}

/** @param {MediaStream} stream */
export function releaseStream(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * @param {File} file
 * @returns {Source}
 */
export function openFilm(file) {
  const url = URL.createObjectURL(file);
  return {
    kind: "film",
    name: file.name,
    stream: null,
    front: false,
    deviceId: "",
    devices: [],
    attach: (video) => (video.src = url),
    release: () => URL.revokeObjectURL(url),
  };
}

/**
 * Starts a video, once it knows how large it is. Rejects if there is nothing in it that the browser can show.
 * @param {HTMLVideoElement} video
 * @param {Source} source
 */
export async function play(video, source) {
  if (source.kind !== "film") return video.play();
  try {
    await loaded(video);
    // A film of sound alone plays, and shows nothing.
    if (video.videoWidth === 0) throw new Error("no picture");
  } catch {
    const say = words().live;
    throw new ClassifierError(
      "film-unsupported",
      say.filmUnsupported(source.name),
      say.filmUnsupportedHint,
      currentLanguage(),
    );
  }
  // Where the browser does not begin by itself, the user does: the film has its controls.
  await video.play().catch(() => {});
}

/** @param {HTMLVideoElement} video */
function loaded(video) {
  return new Promise((resolve, reject) => {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return resolve(undefined);
    const control = new AbortController();
    const once = { once: true, signal: control.signal };
    const end = (/** @type {(value?: any) => void} */ settle) => () => {
      control.abort();
      clearTimeout(timer);
      settle();
    };
    const timer = setTimeout(end(reject), FILM_TIMEOUT);
    video.addEventListener("loadeddata", end(resolve), once);
    video.addEventListener("error", end(reject), once);
  });
}
