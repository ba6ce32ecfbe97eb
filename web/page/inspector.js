/** Looks into a block of the network: for the answer that is shown, and for every one that comes after it. */

/** Of a block's parts so many channels are shown. */
const CHANNELS = 8;
/** To look inside costs a pass. While the camera runs it waits this many times as long as it took, and at least REST. */
const PATIENCE = 15;
/** In milliseconds. */
const REST = 400;

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {import("../mobilemamba.js").Classifier} options.classifier
 * @param {<T>(question: () => Promise<T>) => Promise<T>} options.ask  about the picture at hand
 * @param {(error: unknown) => void} options.onError
 */
export function createInspector({ store, classifier, ask, onError }) {
  let busy = false;
  let rested = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** Looks again if what is shown is about another block or another answer. One look at a time. */
  async function refresh() {
    clearTimeout(timer);
    const { inspected, answer, inspection, tool } = store.get();
    if (busy || !inspected || !answer || tool !== "inside") return;
    const live = answer.live && inspection?.block === inspected;
    const wait = rested - performance.now();
    if (live && wait > 0) {
      timer = setTimeout(refresh, wait);
      return;
    }
    busy = true;
    const start = performance.now();
    try {
      await look(inspected, answer);
    } catch (error) {
      if (isCurrent(inspected, answer)) {
        store.update({ inspected: "" });
        onError(error);
      }
    }
    const end = performance.now();
    rested = end + Math.max(REST, PATIENCE * (end - start));
    busy = false;
    if (!isCurrent(inspected, answer)) void refresh();
  }

  /**
   * @param {string} block
   * @param {import("./state.js").Answer} answer
   */
  async function look(block, answer) {
    const parts = await ask(() => classifier.inspect(block, { channels: CHANNELS }));
    const best = answer.result.top[0].index;
    const explanation = block === "head" ? await ask(() => classifier.explain(best)) : null;
    const { inspected, answer: now } = store.get();
    // The camera has gone on; a picture has not, or is another one.
    if (inspected !== block || now?.about !== answer.about) return;
    store.update({ inspection: { block, about: answer.about, parts, explanation } });
  }

  /**
   * @param {string} block
   * @param {import("./state.js").Answer} answer
   */
  function isCurrent(block, answer) {
    return store.get().inspected === block && store.get().answer === answer;
  }

  for (const part of /** @type {const} */ (["answer", "inspected", "tool"]))
    store.watch((state) => state[part], refresh);

  store.watch(
    (state) => state.answer === null,
    (none) => none && store.get().inspection && store.update({ inspection: null }),
  );
  // A checkpoint of another depth may not have the block.
  store.watch(
    (state) => state.info,
    (info) => {
      const { inspected } = store.get();
      if (inspected && !info?.blocks.some(({ name }) => name === inspected)) store.update({ inspected: "" });
    },
  );
}
