/** Live sources as the user deals with them: what starts, freezes and stops them, and what becomes of their answers. */

import { calmly } from "./calm.js";
import { once } from "./once.js";

/** @typedef {import("../protocol.js").Result} Result */
/** @typedef {import("./live.js").Live} Live */
/** @typedef {import("./state.js").State} State */

/** From this probability on a new label of a live picture is worth a sound. */
const CONFIDENT = 0.6;
/** More answers a second can be read by nobody, and drawing them takes the engine's time, in milliseconds. */
const ANSWER_INTERVAL = 100;
/** A table takes longer to read. */
const TIMING_INTERVAL = 1000;
/** A map follows the picture that it lies on; it costs a pass over its pixels. */
const MAP_INTERVAL = 150;

export const canShareScreen = () => typeof navigator.mediaDevices?.getDisplayMedia === "function";

/**
 * @typedef {object} Watching
 * @property {HTMLVideoElement} video  the preview
 * @property {() => void} toggleCamera
 * @property {() => void} turnCamera   to the next one
 * @property {(deviceId: string) => void} chooseCamera
 * @property {() => void} toggleScreen
 * @property {(file: File) => void} watchFilm
 * @property {() => Promise<void>} toggleFreeze
 * @property {(smooth: boolean) => void} setSmooth  whether live answers are averaged over time
 * @property {() => void} stopWatching
 */

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {import("../mobilemamba.js").Classifier} options.classifier
 * @param {import("./sound.js").Player} options.player
 * @param {import("./inquiry.js").Inquiry} options.inquiry
 * @param {ReturnType<typeof import("./medians.js").createMedians>} options.medians  of the blocks' times
 * @param {() => void} options.clear  takes the picture from the stage
 * @param {(blob: Blob, name: string) => Promise<void>} options.show  puts one there, and leaves the live source alone
 * @param {import("./live.js").OnError} options.onError
 * @returns {Watching}
 */
export function createWatching({ store, classifier, player, inquiry, medians, clear, show, onError }) {
  const video = document.createElement("video");
  video.playsInline = true;
  video.muted = true;
  /** Null until something is watched: the first visit does without its code. @type {Live | null} */
  let live = null;
  const need = once(async () => {
    const { createLive } = await import("./live.js");
    return (live = createLive({ video, store, classifier, asking, onFrame, onError }));
  });
  /** Tells a start that still waits for that code that its time is over. */
  let starts = 0;
  let confident = -1;
  let timed = 0;
  let mapped = 0;

  /** @param {(live: Live) => Promise<void>} open */
  async function start(open) {
    confident = -1;
    player.play("shutter");
    clear();
    store.update({ error: null });
    const mine = ++starts;
    try {
      const ready = await need();
      if (mine === starts) await open(ready);
    } catch (error) {
      onError(error, () => start(open));
    }
  }

  function stop() {
    starts++;
    live?.stop();
  }

  /** A map, the inside of a block or a class that is searched for follows the frames. */
  function asking() {
    const { explanation, inspected, query } = store.get();
    return explanation !== null || inspected !== "" || query.trim() !== "";
  }

  /** The last answer, and what was watched. @type {{live: State["live"], result: Result} | null} */
  let latest = null;
  function showLatest() {
    const { live: watched } = store.get();
    // What is no longer watched, or stands still, has an answer of its own.
    if (latest?.live !== watched) return;
    const about = watched.source === "film" ? watched.name : (watched.source ?? "");
    store.update({ answer: { about, live: true, result: latest.result } });
  }
  const showCalmly = calmly(showLatest, ANSWER_INTERVAL);

  /** @param {Result} result */
  async function onFrame(result) {
    const now = performance.now();
    latest = { live: store.get().live, result };
    // What was asked about must be what is shown.
    if (asking()) showLatest();
    else showCalmly();
    if (now - timed > TIMING_INTERVAL) {
      timed = now;
      store.update({ timing: { of: "answer", ...medians.add(result.ms.forward, result.blocks) } });
    }
    const [best] = result.top;
    if (best.p >= CONFIDENT && best.index !== confident) player.play("confident");
    confident = best.p >= CONFIDENT ? best.index : -1;
    if (store.get().explanation && now - mapped > MAP_INTERVAL) {
      await inquiry.renewExplanation();
      mapped = performance.now();
    }
  }

  /**
   * @param {"camera" | "screen"} source
   * @param {(live: Live) => Promise<void>} open
   */
  function toggle(source, open) {
    if (store.get().live.source === source) stop();
    else void start(open);
  }

  return {
    video,

    toggleCamera: () => toggle("camera", (ready) => ready.startCamera()),

    turnCamera: () => void live?.turn(),

    chooseCamera: (deviceId) => void live?.startCamera(deviceId),

    toggleScreen: () => toggle("screen", (ready) => ready.startScreen()),

    watchFilm: (file) => void start((ready) => ready.startFilm(file)),

    async toggleFreeze() {
      const { live: watched, explanation } = store.get();
      if (watched.phase === "frozen") {
        clear();
        return live?.goOn();
      }
      const frame = await live?.freeze();
      if (!frame) return;
      player.play("shutter");
      await show(frame.blob, frame.name);
      // The class that was watched is looked at again, in the frame that stands still.
      const { answer } = store.get();
      if (explanation && answer?.about === frame.name) await inquiry.toggleExplanation(explanation.index);
    },

    setSmooth: (smooth) => store.update({ smooth }),

    stopWatching: stop,
  };
}
