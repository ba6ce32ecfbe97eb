/** Questions about the answer that is shown. */

import { toFault } from "../errors.js";
import { FATAL_CODES } from "../protocol.js";
import { idsNamed } from "./names.js";

/** More classes than this are not looked through; another word is quicker. */
const FOUND = 8;

/**
 * @typedef {object} Inquiry
 * @property {(index: number) => Promise<void>} toggleExplanation
 * @property {() => Promise<void>} renewExplanation  of the same class, for the frame that was classified last
 * @property {(query: string) => void} search
 * @property {<T>(question: () => Promise<T>) => Promise<T>} ask  about the picture at hand
 */

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {import("../mobilemamba.js").Classifier} options.classifier
 * @param {(error: unknown) => void} options.onError
 * @returns {Inquiry}
 */
export function createInquiry({ store, classifier, onError }) {
  /**
   * Asks about the picture at hand, which the engine is shown again if it has seen something else since.
   * @template T
   * @param {() => Promise<T>} question
   * @returns {Promise<T>}
   */
  async function ask(question) {
    const { picture } = store.get();
    try {
      return await question();
    } catch (error) {
      if (!picture || toFault(error, "failed").code !== "no-picture") throw error;
      await classifier.classify(picture.blob);
      return question();
    }
  }

  /** Counts the searches: only the last one's result is shown. */
  let searches = 0;

  async function refresh() {
    const { query, answer, found } = store.get();
    const mine = ++searches;
    if (!answer || query.trim() === "") {
      if (found) store.update({ found: null });
      return;
    }
    try {
      const classes = await ask(() => classifier.find(query, { ids: idsNamed(query), limit: FOUND }));
      if (mine === searches) store.update({ found: classes });
    } catch (error) {
      // Another model has not seen the frame that is live; it will see the next one.
      if (mine !== searches || (answer.live && toFault(error, "failed").code === "no-picture")) return;
      onError(error);
    }
  }

  // The next picture, or frame of the camera, is asked the same.
  store.watch((state) => state.answer, refresh);

  return {
    ask,

    search(query) {
      store.update({ query });
      void refresh();
    },

    async toggleExplanation(index) {
      const { answer, explanation } = store.get();
      if (explanation?.index === index) return store.update({ explanation: null });
      // A frame is followed by others; the map will follow them too.
      const current = () =>
        answer === store.get().answer || (answer?.live && store.get().answer?.about === answer.about);
      try {
        const next = await ask(() => classifier.explain(index));
        if (current()) store.update({ explanation: next });
      } catch (error) {
        if (current()) onError(error);
      }
    },

    async renewExplanation() {
      const index = store.get().explanation?.index;
      if (index === undefined) return;
      try {
        const next = await classifier.explain(index);
        // It may have been put away meanwhile, or be another class by now.
        if (store.get().explanation?.index === index) store.update({ explanation: next });
      } catch (error) {
        const { code } = toFault(error, "failed");
        // A model that has just been loaded has not seen the frame, and need not have the class.
        const past = code === "no-picture" || code === "bad-request" || store.get().explanation?.index !== index;
        if (!past || FATAL_CODES.has(code)) throw error;
      }
    },
  };
}
