/** What the page does: every action that a panel, a drop or the address can ask for. Panels read the state, this writes. */

import { ClassifierError, toFault } from "../errors.js";
import { changeLanguage, rememberLanguage, words } from "../language.js";
import { openAddress } from "./address.js";
import { sortFiles } from "./files.js";
import { remember } from "./history.js";
import { createInquiry } from "./inquiry.js";
import { createLoader } from "./loader.js";
import { createMedians } from "./medians.js";
import { createNaming } from "./names.js";
import { once } from "./once.js";
import { askTwice, remediesFor } from "./recovery.js";
import { createPlayer } from "./sound.js";
import { isLoading } from "./state.js";
import { createTools } from "./tools.js";
import { createWatching } from "./watching.js";

/** @typedef {import("../mobilemamba.js").Classifier} Classifier */
/** @typedef {import("../protocol.js").Result} Result */
/** @typedef {import("./query.js").Query} Query */
/** @typedef {import("./state.js").Picture} Picture */

/**
 * @typedef {object} Asking
 * @property {(query: Query) => Promise<void>} start
 * @property {(files: Iterable<File>) => Promise<void>} openFiles  pictures, a film, a checkpoint, its labels
 * @property {(url: string) => Promise<void>} openUrl  of a picture
 * @property {(id: string, dtype?: string) => Promise<void>} chooseModel  of the site, or "": the checkpoint opened last
 * @property {() => Promise<void>} listOfficial  the authors' checkpoints
 * @property {(id: string) => Promise<void>} fetchOfficial  one of them, from the authors' server
 * @property {() => void} cancelLoad
 * @property {(wanted: boolean) => Promise<void>} keepOwnModel  in this browser
 * @property {() => Promise<void>} clearModels  that this browser keeps
 * @property {(runs?: number) => Promise<void>} benchmark
 * @property {(index: number) => Promise<void>} toggleExplanation  of a class of the answer
 * @property {(opacity: number) => void} setOpacity  of the explanation
 * @property {(threshold: number) => void} setThreshold
 * @property {(query: string) => void} search  for classes by their label
 * @property {(block: string) => Promise<void>} inspect  a block of the network; empty: none
 * @property {(step: number) => void} goTour  to a step of the guided tour; -1 ends it
 * @property {() => Promise<import("../protocol.js").MemoryUse>} memory  that the engine takes
 * @property {(picture: Picture) => Promise<void>} reopen  of the history
 * @property {() => void} toggleSound
 * @property {() => void} dismissError
 * @property {(remedy: import("./recovery.js").Remedy) => Promise<void>} remedy  the error that is shown
 * @property {(error: unknown, again?: () => Promise<void>) => void} report  what went wrong in a panel; again: does it
 *   once more
 * @property {(language: import("../language.js").Language) => Promise<void>} speak
 * @property {(tool: import("./state.js").Tool) => void} chooseTool
 */

/** @typedef {Asking & import("./watching.js").Watching & import("./tools.js").ToolActions} Session */

const FILM = /\.(mp4|m4v|mov|webm|mkv|ogv)$/i;
const BENCHMARK_RUNS = 50;
const TOUR_PICTURE = new URL("../assets/samples/orange.jpg", import.meta.url).href;

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {Classifier} options.classifier
 * @returns {Session}
 */
export function createSession({ store, classifier }) {
  const player = createPlayer(classifier);
  const naming = createNaming(classifier);
  const inquiry = createInquiry({ store, classifier, onError: fail });
  const inspector = once(async () => {
    const { createInspector } = await import("./inspector.js");
    createInspector({ store, classifier, ask: inquiry.ask, onError: fail });
  });
  const medians = createMedians();
  const tools = createTools({ store, classifier, onError: fail });
  const watching = createWatching({
    store,
    classifier,
    player,
    inquiry,
    medians,
    clear: clearPicture,
    show: (blob, name) => put({ blob, name, source: "", mirrored: store.get().live.front }),
    onError: fail,
  });
  const loader = createLoader({
    store,
    classifier,
    naming,
    begin,
    finish,
    onError: (error, again) => fail(error, async () => void ((await again()) && (await classifyPicture()))),
  });

  /** Does again what failed last. @type {(() => Promise<void>) | undefined} */
  let retry;
  /** Does the same with another camera. @type {(() => Promise<void>) | undefined} */
  let retryElsewhere;
  let lastOperation = 0;
  /** Counts what was put on the stage, so that a slow download does not come in the way of what came after it. */
  let arrivals = 0;

  // Another model takes other times.
  store.watch((state) => state.info, medians.forget);

  /**
   * Something starts; what went wrong before is past.
   * @param {import("./state.js").State["activity"]} activity
   * @returns {number} to be handed to finish
   */
  function begin(activity) {
    const state = store.get();
    // A picture waits for the model that is on its way.
    const progress = activity === "classifying" && isLoading(state) ? state.progress : null;
    store.update({ activity, progress, error: null });
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

  /**
   * @param {unknown} error
   * @param {() => Promise<void>} [again]  what failed
   * @param {() => Promise<void>} [elsewhere]  the same with another camera
   */
  function fail(error, again, elsewhere) {
    player.play("error");
    retry = again;
    retryElsewhere = elsewhere;
    const fault = toFault(error, "worker-crashed");
    const remedies = remediesFor(fault.code, {
      retry: again !== undefined,
      smaller: loader.smaller() !== null,
      reload: true,
      camera: elsewhere !== undefined,
      official: loader.absent() !== null,
      choose: store.get().models.length > 0,
    });
    store.update({ error: fault, remedies });
  }

  function clearPicture() {
    const { picture } = store.get();
    arrivals++;
    if (picture) URL.revokeObjectURL(picture.url);
    store.update({ picture: null, answer: null, explanation: null, notice: "" });
  }

  /**
   * @param {Blob} blob
   * @param {string} name
   * @param {string} [source]
   */
  function showPicture(blob, name, source = "") {
    return open({ blob, name, source, mirrored: false });
  }

  /** @param {Omit<Picture, "url">} picture */
  function open(picture) {
    watching.stopWatching();
    player.play("shutter");
    return put(picture);
  }

  /** @param {Omit<Picture, "url">} picture */
  function put(picture) {
    clearPicture();
    store.update({ picture: { ...picture, url: URL.createObjectURL(picture.blob) } });
    return classifyPicture();
  }

  async function classifyPicture() {
    const { picture, activity } = store.get();
    if (!picture) return;
    if (activity === "failed" && !(await loader.start(undefined))) return;
    const operation = begin("classifying");
    // The engine would load a model of its own accord, of which the page knew nothing.
    await loader.settled();
    if (picture !== store.get().picture) return finish(operation);
    try {
      const result = await askTwice(
        () => classifier.classify(picture.blob),
        () => store.update({ notice: words().recovery.secondTry(picture.name) }),
      );
      if (picture !== store.get().picture) return finish(operation);
      showAnswer(picture.name, result);
      store.update({ history: remember(store.get().history, { picture, best: result.top[0] }) });
      finish(operation);
    } catch (error) {
      if (picture !== store.get().picture) return finish(operation);
      store.update({ notice: "" });
      finish(operation);
      fail(error, classifyPicture);
    }
  }

  /**
   * @param {string} about
   * @param {Result} result
   */
  function showAnswer(about, result) {
    const typical = medians.add(result.ms.forward, result.blocks);
    store.update({ answer: { about, live: false, result }, explanation: null, timing: { of: "answer", ...typical } });
  }

  /**
   * @param {string} url
   * @param {ReturnType<typeof openAddress>} [opening]  that has begun already
   */
  async function openUrl(url, opening) {
    // Without a model there is one to be loaded first, once the picture is here.
    const operation = begin(store.get().activity === "failed" ? "failed" : "classifying");
    const mine = ++arrivals;
    try {
      const { blob, name } = await (opening ?? openAddress(url));
      if (mine !== arrivals) return finish(operation);
      // What is written out in its address is nowhere that a link could lead to.
      await showPicture(blob, name, url.startsWith("data:") ? "" : url);
    } catch (error) {
      finish(operation);
      if (mine === arrivals) fail(error, () => openUrl(url));
    }
  }

  /** @param {File} file */
  async function openOne(file) {
    if (file.type.startsWith("video/") || FILM.test(file.name)) return watching.watchFilm(file);
    return showPicture(file, file.name);
  }

  /**
   * Does what was asked for along with a model. What went wrong with that one is not past then, unless there is other
   * news by the end: another error, or another model.
   * @param {() => void | Promise<void>} act
   * @param {boolean} [own]  the model was a file of the user's, which another model does not make up for
   */
  async function besides(act, own = false) {
    const { error, remedies, info } = store.get();
    await act();
    if (!store.get().error && (own || info === store.get().info)) store.update({ error, remedies });
  }

  /** @param {number} runs */
  async function benchmark(runs) {
    watching.stopWatching();
    const operation = begin("benchmarking");
    try {
      const bench = await classifier.benchmark({ runs });
      store.update({
        bench,
        timing: { of: "benchmark", passes: bench.runs, total: bench.median, blocks: bench.blocks },
      });
      Object.assign(window, { benchResult: bench });
      finish(operation);
    } catch (error) {
      finish(operation);
      fail(error, () => benchmark(runs));
    }
  }

  return {
    ...tools,
    ...watching,

    async start(query) {
      // The picture comes while the model does; what is wrong with it is said when its turn has come.
      const opening = query.image ? openAddress(query.image) : undefined;
      opening?.catch(() => {});
      await loader.start(query.model, query.dtype);
      await besides(async () => {
        if (query.image) await openUrl(query.image, opening);
        if (query.runs && store.get().info) await benchmark(query.runs);
      });
    },

    async openFiles(files) {
      const { checkpoint, labels, pictures } = sortFiles(files);
      store.update({ error: null });
      const ready = checkpoint || labels ? await loader.openOwn({ checkpoint, labels }) : false;
      await besides(() => {
        if (pictures.length > 1) return tools.openMany(pictures);
        if (pictures.length === 1) return openOne(pictures[0]);
        return ready ? classifyPicture() : undefined;
      }, true);
    },

    openUrl: (url) => openUrl(url),

    async chooseModel(id, dtype) {
      if (await (id === "" ? loader.chooseOwn() : loader.choose({ id, dtype }))) await classifyPicture();
    },

    async listOfficial() {
      try {
        await loader.listOfficial();
      } catch (error) {
        fail(error);
      }
    },

    async fetchOfficial(id) {
      if (await loader.fetchOfficial(id)) await classifyPicture();
    },

    cancelLoad: loader.cancel,

    keepOwnModel: loader.keepOwn,

    clearModels: loader.clear,

    benchmark: (runs = BENCHMARK_RUNS) => benchmark(runs),

    toggleExplanation: inquiry.toggleExplanation,

    setOpacity: (opacity) => store.update({ opacity }),

    setThreshold: (threshold) => store.update({ threshold }),

    search: inquiry.search,

    async inspect(inspected) {
      store.update({ inspected });
      if (!inspected) return;
      try {
        await inspector();
      } catch (error) {
        store.update({ inspected: "" });
        fail(error);
      }
    },

    goTour(step) {
      const { tour, picture, live } = store.get();
      store.update({ tour: step });
      // It explains what the network made of something.
      if (tour < 0 && step >= 0 && !picture && live.phase === "off") void openUrl(TOUR_PICTURE);
    },

    memory: () => classifier.memory(),

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

    async remedy(remedy) {
      store.update({ error: null });
      switch (remedy) {
        case "retry":
          return retry?.();
        case "smaller": {
          const model = loader.smaller();
          if (model && (await loader.choose(model))) await classifyPicture();
          return;
        }
        case "reload":
          return location.reload();
        case "camera":
          return retryElsewhere?.();
        case "official": {
          const id = loader.absent();
          if (id && (await loader.fetchOfficial(id))) await classifyPicture();
          return;
        }
        case "choose":
          return document.getElementById("model")?.focus();
      }
    },

    report: fail,

    async speak(language) {
      try {
        await changeLanguage(language);
        await naming.translate();
      } catch (error) {
        return fail(new ClassifierError("download-failed", `The words could not be loaded: ${reason(error)}.`));
      }
      rememberLanguage(language);
      // A notice is a sentence of the moment, in the language of before.
      store.update({ language, notice: "" });
    },

    chooseTool: (tool) => store.update({ tool }),
  };
}

/** @param {unknown} error */
function reason(error) {
  return error instanceof Error ? error.message : String(error);
}
