/** Which model looks: what was chosen, what is loaded, and what of it this browser keeps for the next visit. */

import { ClassifierError, toFault } from "../errors.js";
import { words } from "../language.js";
import { clearWeights, keptBytes } from "../model-store.js";
import { findOwn, forgetOwn, keepOwn, ownBytes } from "./own-model.js";
import { readPreferences, writePreferences } from "./preferences.js";
import { smallerModel } from "./recovery.js";

/** @typedef {import("../mobilemamba.js").SiteModel} SiteModel */
/** @typedef {import("./own-model.js").OwnFiles} OwnFiles */

/**
 * @typedef {object} Loader
 * @property {(id: string | undefined, dtype?: string) => Promise<boolean>} start  with the model of the address, or of
 *   the last visit
 * @property {(model?: SiteModel) => Promise<boolean>} choose  of the site, the default one for nothing
 * @property {(id: string) => Promise<boolean>} fetchOfficial  from the authors' server
 * @property {() => Promise<void>} listOfficial
 * @property {() => void} cancel  the load that goes on
 * @property {() => Promise<boolean>} chooseOwn  the checkpoint of the user's own that was opened last
 * @property {(files: {checkpoint?: File, labels?: File}) => Promise<boolean>} openOwn
 * @property {() => Promise<void>} settled  when no model is on its way, whatever became of it
 * @property {() => SiteModel | null} smaller  a model that takes less memory than the one wanted last
 * @property {() => string | null} absent  the checkpoint of the authors' that was wanted last and is not in this browser
 * @property {(wanted: boolean) => Promise<void>} keepOwn  for the next visit
 * @property {() => Promise<void>} clear  what this browser keeps
 */

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {import("../mobilemamba.js").Classifier} options.classifier
 * @param {import("./names.js").Naming} options.naming
 * @param {(activity: import("./state.js").State["activity"]) => number} options.begin
 * @param {(operation: number) => void} options.finish
 * @param {(error: unknown, again: () => Promise<boolean>) => void} options.onError
 * @returns {Loader} whose promises say whether a model is ready that was not before
 */
export function createLoader({ store, classifier, naming, begin, finish, onError }) {
  /** Cancels the load before: the last choice counts. */
  let control = new AbortController();
  /** @type {OwnFiles | null} */
  let own = null;
  /** A label file that waits for its checkpoint. @type {File | null} */
  let spare = null;
  /** What was wanted last, loaded or not. @type {SiteModel | OwnFiles} */
  let wanted = {};
  /** The model in use, and the checkpoint of the user's own that could take its place: what remains if a load fails. */
  let settled = { chosen: "", dtype: "", ownName: "", ownLabels: "" };
  /** @type {string | null} */
  let absent = null;

  /** The load that goes on, or was the last. @type {Promise<unknown>} */
  let latest = Promise.resolve();

  /** @param {SiteModel | OwnFiles} wish */
  function load(wish) {
    const loading = loadNow(wish);
    latest = loading;
    return loading;
  }

  /**
   * @param {SiteModel | OwnFiles} wish
   * @returns {Promise<boolean>}
   */
  async function loadNow(wish) {
    control.abort();
    const mine = (control = new AbortController());
    const operation = begin("loading");
    const fetching = "file" in wish || !wish.fetch ? "" : (wish.id ?? "");
    wanted = wish;
    absent = null;
    // What the load before was to bring is not there. Nor has the list of models a place for one that is being fetched.
    store.update({ fetching, ...settled, ...(fetching ? {} : nameWish(wish)) });
    try {
      await listModels("file" in wish);
      const [info] = await Promise.all([classifier.load(wish, { signal: mine.signal }), naming.learn(wish)]);
      const models = fetching ? await listFetched(info.model) : store.get().models;
      if ("file" in wish) own = wish;
      const names = "file" in wish ? nameOwn(wish) : nameModel({ ...wish, id: info.model }, models);
      settled = { ...settled, ...names };
      store.update({ ...settled, info, fetching: "", bench: null, answer: null, explanation: null, timing: null });
      if (fetching && info.kept && info.kept !== "kept") store.update({ notice: words().model.notKept[info.kept] });
      finish(operation);
      document.documentElement.dataset.ready = "true";
      return true;
    } catch (error) {
      // Another load has taken over.
      if (mine !== control) return false;
      store.update({ ...settled, fetching: "" });
      finish(operation);
      if (mine.signal.aborted) return false;
      const reason = await explain(error, wish);
      if (mine !== control) return false;
      onError(reason, () => load(wish));
      return false;
    }
  }

  /**
   * A link may lead to one of the authors' checkpoints, which its reader's browser has not fetched.
   * @param {unknown} error
   * @param {SiteModel | OwnFiles} wish
   */
  async function explain(error, wish) {
    if ("file" in wish || wish.id === undefined || toFault(error, "failed").code !== "no-model") return error;
    const official = await classifier.officialModels().catch(() => []);
    const entry = official.find(({ id }) => id === wish.id);
    if (!entry) return error;
    absent = entry.id;
    return new ClassifierError(
      "no-model",
      `${entry.title} (“${entry.id}”) is a checkpoint of the authors' that is not in this browser.`,
      "Download it, or choose a model of the list.",
    );
  }

  /**
   * A checkpoint of the user's own does without the site's models.
   * @param {boolean} dispensable
   */
  async function listModels(dispensable) {
    try {
      store.update({ models: await classifier.models() });
    } catch (error) {
      if (!dispensable) throw error;
    }
    return store.get().models;
  }

  /**
   * What was fetched is in the list as long as it is in use, even if the browser does not keep it.
   * @param {string} id
   */
  async function listFetched(id) {
    const models = await listModels(false);
    if (models.some((model) => model.id === id)) return models;
    const official = (await classifier.officialModels()).filter((model) => model.id === id);
    store.update({ models: [...models, ...official] });
    return store.get().models;
  }

  /**
   * Until it is there; an id may be that of no model.
   * @param {SiteModel | OwnFiles} wish
   */
  function nameWish(wish) {
    return "file" in wish ? nameOwn(wish) : { chosen: wish.id ?? "", dtype: wish.dtype ?? "" };
  }

  /** @param {OwnFiles} files */
  function nameOwn({ file, labels }) {
    return { chosen: "", dtype: "", ownName: file.name, ownLabels: labels?.name ?? "" };
  }

  /**
   * @param {SiteModel} model
   * @param {import("../protocol.js").ModelEntry[]} models
   */
  function nameModel({ id, dtype }, models) {
    const entry = id === undefined ? models[0] : models.find((candidate) => candidate.id === id);
    return { chosen: entry?.id ?? "", dtype: dtype ?? entry?.weights[0].dtype ?? "" };
  }

  async function takeStock() {
    const [weights, kept] = await Promise.all([keptBytes(), ownBytes()]);
    store.update({ keptBytes: weights + kept, ownKept: kept > 0 });
  }

  /** Writes down what the user has just chosen, and keeps it if that is wanted. */
  async function record() {
    const { chosen, dtype, ownKept } = store.get();
    const isOwn = chosen === "";
    const model = isOwn ? readPreferences().model : { id: chosen, dtype };
    if (isOwn && ownKept) await keep();
    writePreferences({ model, own: isOwn && store.get().ownKept });
    await takeStock();
  }

  async function keep() {
    if (!own) return;
    const keeping = await keepOwn(own);
    store.update({ ownKept: keeping === "kept" });
    if (keeping !== "kept") store.update({ notice: words().model.notKept[keeping] });
  }

  /** @param {Promise<boolean>} loading */
  async function byChoice(loading) {
    const ready = await loading;
    if (ready) void record();
    return ready;
  }

  return {
    async start(id, dtype) {
      const preferences = readPreferences();
      const finding = id === undefined && preferences.own ? findOwn() : Promise.resolve(null);
      latest = finding.catch(() => {});
      const kept = await finding;
      const wish = id === undefined ? (kept ?? preferences.model ?? {}) : { id, dtype };
      let ready = await load(wish);
      // What has been chosen meanwhile is not to be undone.
      if (!ready && wanted === wish && ("file" in wish || wish.id !== undefined)) {
        // A model that is not there leaves the page with the default one and the reason; one that the site has no
        // longer is no news to somebody who did not ask for it today.
        const { error, remedies } = store.get();
        const outdated = id === undefined && error?.code === "no-model";
        const missed = absent;
        ready = await load({});
        if (!outdated && ready) {
          absent = missed;
          store.update({ error, remedies });
        }
      }
      void takeStock();
      if (!own && !kept) {
        const found = await findOwn();
        if (found && !own) {
          own = found;
          const { ownName, ownLabels } = nameOwn(found);
          settled = { ...settled, ownName, ownLabels };
          store.update({ ownName, ownLabels });
        }
      }
      return ready;
    },

    choose: (model = {}) => byChoice(load(model)),

    fetchOfficial: (id) => byChoice(load({ id, fetch: true })),

    async listOfficial() {
      store.update({ official: await classifier.officialModels() });
    },

    cancel: () => control.abort(),

    chooseOwn: async () => (own ? byChoice(load(own)) : false),

    async openOwn({ checkpoint, labels }) {
      if (checkpoint) {
        const names = labels ?? spare ?? undefined;
        spare = null;
        return byChoice(load({ file: checkpoint, labels: names }));
      }
      if (labels && own && store.get().chosen === "") return byChoice(load({ file: own.file, labels }));
      if (labels) {
        spare = labels;
        store.update({ notice: words().model.spareLabels(labels.name) });
      }
      return false;
    },

    async settled() {
      for (let awaited; awaited !== latest;) {
        awaited = latest;
        await awaited;
      }
    },

    absent: () => absent,

    smaller() {
      const { models } = store.get();
      return smallerModel(models, "file" in wanted ? wanted.file.size : sizeOf(models, wanted));
    },

    async keepOwn(wish) {
      if (wish) await keep();
      else await forgetOwn();
      writePreferences({ ...readPreferences(), own: wish && store.get().ownKept && store.get().chosen === "" });
      await takeStock();
    },

    async clear() {
      await Promise.all([clearWeights(), forgetOwn()]);
      writePreferences({ ...readPreferences(), own: false });
      await takeStock();
    },
  };
}

/**
 * @param {import("../protocol.js").ModelEntry[]} models
 * @param {SiteModel} model
 */
function sizeOf(models, { id, dtype }) {
  const entry = id === undefined ? models[0] : models.find((candidate) => candidate.id === id);
  return (entry?.weights.find((file) => file.dtype === dtype) ?? entry?.weights[0])?.bytes ?? 0;
}
