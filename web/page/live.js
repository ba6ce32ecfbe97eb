/** Live classification of a camera, a shared screen or a film: starting, freezing, going on, stopping. */

import { ClassifierError } from "../errors.js";
import { currentLanguage, words } from "../language.js";
import { listCameras, nextDevice, openCamera } from "./camera.js";
import { runLoop } from "./loop.js";
import { createPulse } from "./pulse.js";
import { openFilm, openScreen, play } from "./sources.js";
import { LIVE_OFF, STILL } from "./state.js";

/** @typedef {import("../protocol.js").Result} Result */
/** @typedef {import("./sources.js").Source} Source */

/** Numbers that change faster cannot be read, in milliseconds. */
const PULSE_INTERVAL = 250;

/**
 * @callback OnError
 * @param {unknown} error
 * @param {() => Promise<void>} [again]  starts the same source
 * @param {() => Promise<void>} [elsewhere]  starts another camera; there is none without it
 * @returns {void}
 */

/**
 * @typedef {object} Live
 * @property {(deviceId?: string) => Promise<void>} startCamera
 * @property {() => Promise<void>} turn  changes to the next camera
 * @property {() => Promise<void>} startScreen
 * @property {(file: File) => Promise<void>} startFilm
 * @property {() => Promise<{blob: Blob, name: string} | null>} freeze  stands still, and returns the frame that was
 *   classified last; null: there is none
 * @property {() => Promise<void>} goOn  after freeze
 * @property {() => void} stop
 */

/**
 * @param {object} options
 * @param {HTMLVideoElement} options.video  the preview, placed where it can be seen: iOS freezes hidden video
 * @param {import("./state.js").PageStore} options.store
 * @param {import("../mobilemamba.js").Classifier} options.classifier
 * @param {() => boolean} options.asking  whether onFrame asks the engine about the frame
 * @param {(result: Result) => Promise<void> | void} options.onFrame  see loop.js
 * @param {OnError} options.onError
 * @returns {Live}
 */
export function createLive({ video, store, classifier, asking, onFrame, onError }) {
  /** @type {Source | null} */
  let source = null;
  /** Tells a loop, or a source that is still being opened, that its time is over. */
  let session = 0;
  /** Starts the same source again. @type {() => Promise<void>} */
  let again = async () => {};
  let pulse = createPulse();
  /** Of the frozen frames, for their names. */
  let frames = 0;
  /** Whether the frozen source is to move again: a film may have stood still before. */
  let moving = true;

  /** @param {Partial<import("./state.js").LiveState>} patch */
  const describe = (patch) => store.update({ live: { ...store.get().live, ...patch } });

  /**
   * @param {Source["kind"]} kind
   * @param {() => Source | Promise<Source>} request
   * @param {string} [deviceId]  of the camera that is asked for
   */
  async function open(kind, request, deviceId = "") {
    release();
    const mine = session;
    again = () => open(kind, request, deviceId);
    // The cameras are the same when one changes to another.
    const { devices } = store.get().live;
    store.update({ live: { ...LIVE_OFF, phase: "starting", source: kind, devices }, pulse: STILL });
    try {
      const opened = await request();
      if (mine !== session) return opened.release();
      source = opened;
      opened.stream?.getVideoTracks()[0].addEventListener("ended", () => void ended(opened));
      video.controls = kind === "film";
      opened.attach(video);
      describe({
        phase: "on",
        name: opened.name,
        front: opened.front,
        deviceId: opened.deviceId,
        devices: opened.devices,
      });
      await play(video, opened);
      if (mine !== session) return;
      pulse = createPulse();
      measure();
      await run(mine);
    } catch (error) {
      if (mine !== session) return;
      const tried = deviceId || store.get().live.deviceId;
      stop();
      await fail(error, again, kind === "camera" ? tried : null);
    }
  }

  /**
   * @param {unknown} error
   * @param {() => Promise<void>} retry
   * @param {string | null} camera  the one that failed; null: none did
   */
  async function fail(error, retry, camera) {
    const mine = session;
    const elsewhere = camera === null ? undefined : await another(camera);
    // Something else was started, and what failed before it is past.
    if (mine === session) onError(error, retry, elsewhere);
  }

  /** @param {string} [deviceId] */
  const openThe = (deviceId) => open("camera", () => openCamera(deviceId), deviceId);

  /**
   * Starts the next camera after one that failed; undefined if there is no other, as far as the browser tells.
   * @param {string} failed  its id; empty: the one that the browser prefers
   */
  async function another(failed) {
    const devices = (await listCameras().catch(() => [])).filter(({ id }) => id !== "");
    if (!devices.some(({ id }) => id !== failed) || (failed === "" && devices.length < 2)) return undefined;
    return () => openThe(nextDevice(failed, devices));
  }

  /** @param {number} mine */
  async function run(mine) {
    let read = 0;
    await runLoop({
      video,
      classifier,
      pulse,
      going: () => mine === session,
      smooth: () => store.get().smooth,
      asking,
      onFrame(result) {
        const now = performance.now();
        if (now - read > PULSE_INTERVAL) {
          read = now;
          store.update({ pulse: pulse.read() });
        }
        return onFrame(result);
      },
    });
  }

  /** What the source really gives, which need not be what was asked for. */
  function measure() {
    const { videoWidth: width, videoHeight: height } = video;
    describe({ settings: { width, height, fps: source?.stream?.getVideoTracks()[0].getSettings().frameRate ?? 0 } });
  }
  // A phone that is turned, a window that is made larger.
  video.addEventListener("resize", () => {
    if (store.get().live.phase === "on" && video.videoWidth > 0) measure();
  });

  function release() {
    session++;
    source?.release();
    source = null;
    video.removeAttribute("src");
    video.srcObject = null;
  }

  /** @param {import("./state.js").LiveState["ended"]} [ended]  what was stopped without anybody's asking */
  function stop(ended = null) {
    release();
    store.update({ live: { ...LIVE_OFF, ended }, pulse: STILL });
  }

  /** @param {Source} gone */
  async function ended(gone) {
    if (gone !== source) return;
    stop();
    // A screen is no longer shared because somebody wants it so.
    if (gone.kind !== "camera") return;
    const error = new ClassifierError(
      "camera-missing",
      words().live.unplugged,
      words().live.unpluggedHint,
      currentLanguage(),
    );
    await fail(error, again, gone.deviceId);
  }

  // A hidden page must not watch: it lets go of the camera. A shared tab or window lies in front of this page, so that
  // a screen is only not looked at meanwhile: the browser shows a hidden page no frames.
  document.addEventListener("visibilitychange", () => {
    const { source: kind, phase } = store.get().live;
    if (document.hidden && kind === "camera") stop(phase === "frozen" ? null : kind);
  });
  addEventListener("pagehide", () => {
    const { source: kind } = store.get().live;
    if (kind === "camera" || kind === "screen") stop(kind);
  });
  navigator.mediaDevices?.addEventListener?.("devicechange", async () => {
    const mine = session;
    const devices = await listCameras();
    if (mine === session && source?.kind === "camera") describe({ devices });
  });

  return {
    startCamera: openThe,

    async turn() {
      const { deviceId, devices } = store.get().live;
      if (source?.kind === "camera" && devices.length > 1) await openThe(nextDevice(deviceId, devices));
    },

    startScreen: () => open("screen", openScreen),

    startFilm: (file) => open("film", () => openFilm(file)),

    async freeze() {
      if (!source || store.get().live.phase !== "on") return null;
      const mine = ++session;
      moving = !video.paused;
      video.pause();
      describe({ phase: "frozen" });
      try {
        // Answered after the frame that is under way, and is then that one.
        const blob = await classifier.frame();
        if (mine !== session) return null;
        const base = source.kind === "film" ? source.name.replace(/\.[^.]*$/, "") : source.kind;
        return { blob, name: `${base}-${++frames}.png` };
      } catch (error) {
        if (mine === session) {
          stop();
          onError(error);
        }
        return null;
      }
    },

    async goOn() {
      if (!source || store.get().live.phase !== "frozen") return;
      const mine = ++session;
      pulse.rest();
      describe({ phase: "on" });
      try {
        if (moving) await video.play();
        if (mine === session) await run(mine);
      } catch (error) {
        if (mine !== session) return;
        stop();
        onError(error, again);
      }
    },

    stop,
  };
}
