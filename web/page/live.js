/** Live classification: one frame in flight, and always the latest. */

import { ClassifierError } from "../errors.js";
import { nextDevice, nextFrame, openCamera, releaseCamera } from "./camera.js";
import { CAMERA_OFF } from "./state.js";

/** @typedef {import("./camera.js").OpenCamera} OpenCamera */

/** How much a new frame interval counts in the shown rate. */
const SMOOTHING = 0.1;

/**
 * @typedef {object} Live
 * @property {HTMLVideoElement} video  the preview, to be placed where it can be seen: iOS freezes hidden video
 * @property {() => Promise<void>} start
 * @property {() => Promise<void>} turn  changes to the next camera
 * @property {() => void} stop
 */

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {import("../mobilemamba.js").Classifier} options.classifier
 * @param {(result: import("../protocol.js").Result) => void} options.onResult
 * @param {(error: unknown) => void} options.onError
 * @returns {Live}
 */
export function createLive({ store, classifier, onResult, onError }) {
  const video = document.createElement("video");
  video.playsInline = true;
  video.muted = true;

  /** @type {OpenCamera | null} */
  let camera = null;
  /** Tells a loop, or a camera that is still being opened, that its time is over. */
  let session = 0;

  /** @param {string} [deviceId] */
  async function open(deviceId) {
    stop();
    const mine = session;
    store.update({ camera: { ...CAMERA_OFF, phase: "starting" } });
    try {
      const opened = await openCamera(deviceId);
      if (mine !== session) return releaseCamera(opened.stream);
      camera = opened;
      opened.stream.getVideoTracks()[0].addEventListener("ended", () => unplugged(mine));
      video.srcObject = opened.stream;
      store.update({
        camera: {
          phase: "on",
          stream: opened.stream,
          front: opened.front,
          switchable: opened.deviceIds.length > 1,
          fps: 0,
        },
      });
      await video.play();
      await run(mine);
    } catch (error) {
      if (mine !== session) return;
      stop();
      onError(error);
    }
  }

  /** @param {number} mine */
  async function run(mine) {
    let last = performance.now();
    let interval = 0;
    let fresh = nextFrame(video);
    for (;;) {
      await fresh;
      if (mine !== session) return;
      // Awaited only after this frame is done: if the video has gone on by then, the loop need not wait. It takes what
      // the video shows at that time, the latest frame; those between are never looked at.
      fresh = nextFrame(video);
      const result = await classifier.classify(await createImageBitmap(video));
      if (mine !== session) return;
      const now = performance.now();
      interval = interval ? interval + SMOOTHING * (now - last - interval) : now - last;
      last = now;
      store.update({ camera: { ...store.get().camera, fps: 1000 / interval } });
      onResult(result);
    }
  }

  function stop() {
    session++;
    if (camera) releaseCamera(camera.stream);
    camera = null;
    video.srcObject = null;
    store.update({ camera: CAMERA_OFF });
  }

  /** @param {number} mine */
  function unplugged(mine) {
    if (mine !== session) return;
    stop();
    onError(new ClassifierError("camera-missing", "The camera was disconnected.", "Connect it and start again."));
  }

  // A hidden page must not watch.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
  });
  addEventListener("pagehide", stop);

  return {
    video,
    start: () => open(),
    turn: async () => {
      if (camera) await open(nextDevice(camera));
    },
    stop,
  };
}
