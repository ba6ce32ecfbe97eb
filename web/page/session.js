/** What the page does: every action that a panel, a drop or the address can ask for. Panels read the state, this writes. */

import { toFault } from "../errors.js";
import { changeLanguage } from "../language.js";
import { fetchPicture } from "./address.js";
import { forget, remember } from "./history.js";
import { createInquiry } from "./inquiry.js";
import { createPlayer } from "./sound.js";
import { createWatching } from "./watching.js";

/** @typedef {import("../mobilemamba.js").Classifier} Classifier */
/** @typedef {import("../protocol.js").Result} Result */
/** @typedef {import("./query.js").Query} Query */
/** @typedef {import("./state.js").Picture} Picture */

/**
 * @typedef {object} Asking
 * @property {(query: Query) => Promise<void>} start
 * @property {(files: Iterable<File>) => Promise<void>} openFiles  pictures, a film or a checkpoint
 * @property {(files: File[]) => Promise<void>} openMany  several pictures, of a folder or chosen together
 * @property {(url: string) => Promise<void>} openUrl  of a picture
 * @property {(id: string) => Promise<void>} chooseModel
 * @property {(runs?: number) => Promise<void>} benchmark
 * @property {(index: number) => Promise<void>} toggleExplanation  of a class of the answer
 * @property {(opacity: number) => void} setOpacity  of the explanation
 * @property {(threshold: number) => void} setThreshold
 * @property {(query: string) => void} search  for classes by their label
 * @property {(picture: Picture) => Promise<void>} reopen  of the history
 * @property {() => void} toggleSound
 * @property {() => void} dismissError
 * @property {(error: unknown) => void} report  what went wrong in a panel
 * @property {(language: import("../language.js").Language) => Promise<void>} speak
 * @property {(tool: import("./state.js").Tool) => void} chooseTool
 */

/** @typedef {Asking & import("./watching.js").Watching} Session */

const CHECKPOINT = /\.(pth|pt|safetensors)$/i;
const FILM = /\.(mp4|m4v|mov|webm|mkv|ogv)$/i;
const BENCHMARK_RUNS = 50;

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {Classifier} options.classifier
 * @returns {Session}
 */
export function createSession({ store, classifier }) {
  const player = createPlayer(classifier);
  const inquiry = createInquiry({ store, classifier, onError: fail });
  const watching = createWatching({
    store,
    classifier,
    player,
    inquiry,
    clear: clearPicture,
    show: (blob, name) => put({ blob, name, url: URL.createObjectURL(blob), source: "" }),
    onError: fail,
  });

  /** Cancels the load before: the last choice counts. */
  let loadControl = new AbortController();
  let lastOperation = 0;
  /** Counts what was put on the stage, so that a slow download does not come in the way of what came after it. */
  let arrivals = 0;

  /**
   * Something starts; what went wrong before is past.
   * @param {import("./state.js").State["activity"]} activity
   * @returns {number} to be handed to finish
   */
  function begin(activity) {
    store.update({ activity, progress: null, error: null });
    return ++lastOperation;
  }

  /**
   * Something has ended; what the page is doing by now is not touched if something else has begun.
   * @param {number} operation
   */
  function finish(operation) {
    if (operation !== lastOperation) return;
    store.update({ activity: store.get().info ? "idle" : "failed", progress: null });
  }

  /** @param {unknown} error */
  function fail(error) {
    player.play("error");
    store.update({ error: toFault(error, "worker-crashed") });
  }

  /**
   * @param {string | File | undefined} model
   * @returns {Promise<boolean>} whether the model is ready
   */
  async function load(model) {
    loadControl.abort();
    const control = (loadControl = new AbortController());
    const before = { chosen: store.get().chosen, ownName: store.get().ownName };
    const operation = begin("loading");
    store.update(model instanceof File ? { chosen: "", ownName: model.name } : { chosen: model ?? "" });
    try {
      store.update({ models: await classifier.models() });
      const info = await classifier.load(model, { signal: control.signal });
      const chosen = model instanceof File ? "" : info.model;
      store.update({ info, chosen, bench: null, answer: null, explanation: null, timing: null });
      finish(operation);
      document.documentElement.dataset.ready = "true";
      return true;
    } catch (error) {
      if (control.signal.aborted) return false;
      store.update(before);
      finish(operation);
      fail(error);
      return false;
    }
  }

  function clearPicture() {
    const { picture, history } = store.get();
    arrivals++;
    if (picture) forget(history, picture);
    store.update({ picture: null, answer: null, explanation: null, notice: "" });
  }

  /**
   * @param {Blob} blob
   * @param {string} name
   * @param {string} [source]
   */
  function showPicture(blob, name, source = "") {
    return open({ blob, name, url: URL.createObjectURL(blob), source });
  }

  /** @param {Picture} picture */
  function open(picture) {
    watching.stopWatching();
    player.play("shutter");
    return put(picture);
  }

  /** @param {Picture} picture */
  function put(picture) {
    clearPicture();
    store.update({ picture });
    return classifyPicture();
  }

  async function classifyPicture() {
    const { picture, activity } = store.get();
    if (!picture) return;
    if (activity === "failed" && !(await load(undefined))) return;
    const operation = begin("classifying");
    try {
      const result = await classifier.classify(picture.blob);
      if (picture !== store.get().picture) return;
      showAnswer(picture.name, result);
      store.update({ history: remember(store.get().history, { picture, best: result.top[0] }) });
      finish(operation);
    } catch (error) {
      if (picture !== store.get().picture) return;
      finish(operation);
      fail(error);
    }
  }

  /** @param {string | File} model */
  async function useModel(model) {
    if (await load(model)) await classifyPicture();
  }

  /**
   * @param {string} about
   * @param {Result} result
   */
  function showAnswer(about, result) {
    store.update({
      answer: { about, live: false, result },
      explanation: null,
      timing: { of: "answer", total: result.ms.forward, blocks: result.blocks },
    });
  }

  /** @param {string} url */
  async function openUrl(url) {
    const operation = begin("classifying");
    const mine = ++arrivals;
    try {
      const { blob, name } = await fetchPicture(url);
      if (mine !== arrivals) return finish(operation);
      // What is written out in its address is nowhere that a link could lead to.
      await showPicture(blob, name, url.startsWith("data:") ? "" : url);
    } catch (error) {
      finish(operation);
      if (mine === arrivals) fail(error);
    }
  }

  /** @param {File[]} files */
  async function openMany([first, ...others]) {
    const opened = openOne(first);
    store.update({ notice: `One at a time: only ${first.name} was opened, not the ${others.length} others.` });
    await opened;
  }

  /** @param {File} file */
  async function openOne(file) {
    if (CHECKPOINT.test(file.name)) return useModel(file);
    if (file.type.startsWith("video/") || FILM.test(file.name)) return watching.watchFilm(file);
    return showPicture(file, file.name);
  }

  /** @param {number} runs */
  async function benchmark(runs) {
    watching.stopWatching();
    const operation = begin("benchmarking");
    try {
      const bench = await classifier.benchmark({ runs });
      store.update({ bench, timing: { of: "benchmark", total: bench.median, blocks: bench.blocks } });
      Object.assign(window, { benchResult: bench });
      finish(operation);
    } catch (error) {
      finish(operation);
      fail(error);
    }
  }

  return {
    ...watching,

    async start(query) {
      // A model that is not there leaves the page with the default one and the reason.
      if (!(await load(query.model)) && query.model !== undefined) {
        const { error } = store.get();
        await load(undefined);
        store.update({ error });
      }
      if (query.image) await openUrl(query.image);
      if (query.runs && store.get().info) await benchmark(query.runs);
    },

    async openFiles(files) {
      const all = [...files];
      if (all.length > 1) await openMany(all);
      else if (all.length === 1) await openOne(all[0]);
    },

    openMany,

    openUrl,

    chooseModel: useModel,

    benchmark: (runs = BENCHMARK_RUNS) => benchmark(runs),

    toggleExplanation: inquiry.toggleExplanation,

    setOpacity: (opacity) => store.update({ opacity }),

    setThreshold: (threshold) => store.update({ threshold }),

    search: inquiry.search,

    reopen: open,

    async toggleSound() {
      if (store.get().sound !== "off") {
        player.off();
        return store.update({ sound: "off" });
      }
      store.update({ sound: "preparing" });
      try {
        await player.on();
        // It may have been turned off meanwhile.
        if (store.get().sound === "preparing") store.update({ sound: "on" });
        else player.off();
      } catch (error) {
        store.update({ sound: "off" });
        fail(error);
      }
    },

    dismissError: () => store.update({ error: null }),

    report: fail,

    async speak(language) {
      await changeLanguage(language);
      store.update({ language });
    },

    chooseTool: (tool) => store.update({ tool }),
  };
}
