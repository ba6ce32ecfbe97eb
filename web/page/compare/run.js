/** Two classifiers on the picture at hand. They exist while somebody looks, and take turns so as not to disturb each other. */

import { toFault } from "../../errors.js";
import { KERNELS, chooseKernel } from "../../kernels.js";
import { createClassifier } from "../../mobilemamba.js";

/** @typedef {import("../../mobilemamba.js").Classifier} Classifier */
/** @typedef {import("../../mobilemamba.js").OwnModel} OwnModel */
/** @typedef {import("../../mobilemamba.js").SiteModel} SiteModel */
/** @typedef {import("../../protocol.js").Fault} Fault */
/** @typedef {import("../../protocol.js").Info} Info */
/** @typedef {import("../../protocol.js").Prediction} Prediction */
/** @typedef {import("../../protocol.js").Result} Result */

/**
 * @typedef {object} Choice
 * @property {string} model   manifest id, or "" for the checkpoint of the user's own
 * @property {string} dtype   of the weights, of those that the manifest lists; empty: the first
 * @property {string} kernel  a name of kernels.js
 */

/**
 * @typedef {object} Side
 * @property {Choice} choice
 * @property {"loading" | "ready" | "failed"} phase
 * @property {Info | null} info
 * @property {readonly Prediction[]} classes  all that the model knows, best first; empty: no answer
 * @property {readonly Result[]} passes       over the same picture, for their times
 * @property {Fault | null} fault
 */

/**
 * @typedef {object} ComparisonState
 * @property {string} about             name of the picture; empty: there is none
 * @property {boolean} measuring        more passes are to come
 * @property {readonly [Side, Side]} sides
 */

/** @typedef {0 | 1} Which */

/**
 * @typedef {object} Member
 * @property {string} key                of the choice that it was made for
 * @property {SiteModel | OwnModel} model
 * @property {Classifier} classifier
 * @property {Promise<Info>} info        resolves when its model is loaded
 */

/**
 * @typedef {object} Compare
 * @property {() => void} enter
 * @property {() => void} leave  ends the classifiers
 * @property {(which: Which, choice: Partial<Choice>) => void} chooseSide
 */

/** So many passes a side, if they take no longer than this together, in milliseconds. */
const PASSES = 5;
const BUDGET = 4000;

const BOTH = /** @type {const} */ ([0, 1]);

/** The kernels that this browser runs, the fastest first. */
export function runnableKernels() {
  return KERNELS.map(({ name }) => name).filter((name) => chooseKernel(name).name === name);
}

/**
 * @param {object} options
 * @param {import("../state.js").PageStore} options.store
 * @param {typeof createClassifier} [options.create]
 * @returns {Compare}
 */
export function createCompare({ store, create = createClassifier }) {
  /** @type {[Member | null, Member | null]} */
  const staff = [null, null];
  let looking = false;
  /** Counts the comparisons: only the last one goes on. */
  let last = 0;

  /** @returns {ComparisonState} */
  function current() {
    const { comparison, chosen, dtype, kernel } = store.get();
    if (comparison) return comparison;
    const [fastest] = runnableKernels();
    const mine = kernel?.name ?? fastest;
    const other = mine === "scalar" ? fastest : "scalar";
    return {
      about: "",
      measuring: false,
      sides: [emptySide({ model: chosen, dtype, kernel: mine }), emptySide({ model: chosen, dtype, kernel: other })],
    };
  }

  /**
   * @param {Choice} choice
   * @returns {SiteModel | OwnModel}
   */
  function modelOf({ model, dtype }) {
    const { own } = store.get();
    if (model === "" && own) return own;
    return { id: model || undefined, dtype: dtype || undefined };
  }

  /**
   * @param {Which} which
   * @param {Partial<Side>} change
   */
  function updateSide(which, change) {
    const { sides, ...rest } = current();
    const changed = { ...sides[which], ...change };
    store.update({ comparison: { ...rest, sides: which === 0 ? [changed, sides[1]] : [sides[0], changed] } });
  }

  /**
   * The classifier of a side, a new one if it was another choice's.
   * @param {Which} which
   */
  async function employ(which) {
    const { choice } = current().sides[which];
    const key = JSON.stringify(choice);
    const model = modelOf(choice);
    let member = staff[which];
    // Of another choice, or of an own checkpoint before.
    if (member?.key !== key || ("file" in model && member.model !== model)) {
      dismiss(which);
      const classifier = create({ model, kernel: choice.kernel });
      member = staff[which] = { key, model, classifier, info: classifier.load() };
    }
    try {
      return { classifier: member.classifier, info: await member.info };
    } catch (error) {
      // The next time tries again.
      if (staff[which] === member) dismiss(which);
      throw error;
    }
  }

  /** @param {Which} which */
  function dismiss(which) {
    staff[which]?.classifier.dispose();
    staff[which] = null;
  }

  async function compare() {
    const mine = ++last;
    const { picture, answer } = store.get();
    const sides = /** @type {[Side, Side]} */ (current().sides.map(({ choice }) => emptySide(choice)));
    // Not before the page itself has done with the picture: it would take time from the first side.
    const ready = picture && answer;
    store.update({ comparison: { about: ready ? picture.name : "", measuring: Boolean(ready), sides } });
    if (!ready) return;

    const teams = await Promise.all(BOTH.map((which) => attempt(mine, which, () => employ(which))));
    for (const which of BOTH) {
      const team = teams[which];
      if (!team || mine !== last) continue;
      const { classifier, info } = team;
      const result = await attempt(mine, which, () => classifier.classify(picture.blob, { top: info.classes }));
      if (result && mine === last) updateSide(which, { phase: "ready", info, classes: result.top, passes: [result] });
    }

    const start = performance.now();
    for (let pass = 1; pass < PASSES && performance.now() - start < BUDGET; pass++) {
      for (const which of BOTH) {
        const team = teams[which];
        if (!team || mine !== last || current().sides[which].phase !== "ready") continue;
        const result = await attempt(mine, which, () => team.classifier.classify(picture.blob, { top: 1 }));
        if (result && mine === last) updateSide(which, { passes: [...current().sides[which].passes, result] });
      }
    }
    if (mine === last) store.update({ comparison: { ...current(), measuring: false } });
  }

  /**
   * Says of the side what went wrong, unless nobody asks any more.
   * @template T
   * @param {number} mine
   * @param {Which} which
   * @param {() => Promise<T>} request
   * @returns {Promise<T | null>}
   */
  async function attempt(mine, which, request) {
    try {
      return await request();
    } catch (error) {
      if (mine === last) updateSide(which, { phase: "failed", fault: toFault(error, "worker-crashed") });
      return null;
    }
  }

  store.watch(
    ({ picture, answer }) => (picture ? answer : null),
    () => {
      if (looking) void compare();
    },
  );

  return {
    enter() {
      if (looking) return;
      looking = true;
      void compare();
    },
    leave() {
      if (!looking) return;
      looking = false;
      last++;
      for (const which of BOTH) dismiss(which);
    },
    chooseSide(which, choice) {
      updateSide(which, emptySide({ ...current().sides[which].choice, ...choice }));
      void compare();
    },
  };
}

/**
 * @param {Choice} choice
 * @returns {Side}
 */
function emptySide(choice) {
  return { choice, phase: "loading", info: null, classes: [], passes: [], fault: null };
}
