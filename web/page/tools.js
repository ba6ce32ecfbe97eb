/** What the tools below the picture can be asked to do. The modules that do it are fetched when they are first wanted. */

import { once } from "./once.js";

/** @typedef {import("./folder/run.js").Folder} Folder */
/** @typedef {import("./compare/run.js").Compare} Compare */

/**
 * @typedef {object} ToolActions
 * @property {(...args: Parameters<Folder["openMany"]>) => Promise<void>} openMany
 *   classifies many files, in the tool for folders; with their paths where they are known
 * @property {() => Promise<void>} stopFolder
 * @property {() => Promise<void>} resumeFolder
 * @property {(...args: Parameters<Folder["arrangeFolder"]>) => Promise<void>} arrangeFolder
 * @property {(...args: Parameters<Compare["chooseSide"]>) => Promise<void>} chooseSide  of the comparison
 */

/**
 * @param {object} options
 * @param {import("./state.js").PageStore} options.store
 * @param {import("../mobilemamba.js").Classifier} options.classifier  of the page; the tools have their own beside it
 * @param {(error: unknown) => void} options.onError
 * @returns {ToolActions}
 */
export function createTools({ store, classifier, onError }) {
  // A checkpoint of the user's own is remembered, to be compared with when another model has taken its place.
  store.watch(
    (state) => state.info,
    () => {
      const model = classifier.current();
      if (model && "file" in model) store.update({ own: model });
    },
  );
  const engine = () => ({ model: classifier.current() ?? undefined, kernel: store.get().kernel?.name ?? "auto" });
  const folder = once(async () => (await import("./folder/run.js")).createFolder({ store, engine, onError }));
  const compare = once(async () => (await import("./compare/run.js")).createCompare({ store }));

  /**
   * Does something with a module that may have to be fetched.
   * @template T
   * @param {() => Promise<T>} module
   * @param {(tool: T) => void | Promise<void>} act
   */
  async function using(module, act) {
    try {
      await act(await module());
    } catch (error) {
      onError(error);
    }
  }

  let compared = false;
  store.watch(
    (state) => state.tool === "compare",
    (looking) => {
      if (!looking && !compared) return;
      compared = true;
      void using(compare, (tool) => (looking ? tool.enter() : tool.leave()));
    },
  );

  return {
    openMany: (files) => using(folder, (tool) => tool.openMany(files)),
    stopFolder: () => using(folder, (tool) => tool.stopFolder()),
    resumeFolder: () => using(folder, (tool) => tool.resumeFolder()),
    arrangeFolder: (change) => using(folder, (tool) => tool.arrangeFolder(change)),
    chooseSide: (which, choice) => using(compare, (tool) => tool.chooseSide(which, choice)),
  };
}
