/** A folder's way through the workers: from files to a table that fills. */

import { toFault } from "../../errors.js";
import { classifyAll } from "../../pool.js";
import { gather, nameOf } from "./gather.js";
import { truthFinder } from "./items.js";
import { PLAIN_VIEW } from "./view.js";

/** @typedef {import("../../mobilemamba.js").Classifier} Classifier */
/** @typedef {import("../../protocol.js").Info} Info */
/** @typedef {import("./gather.js").Found} Found */
/** @typedef {import("./items.js").Item} Item */
/** @typedef {import("./view.js").View} View */

/**
 * @typedef {object} FolderState
 * @property {"gathering" | "empty" | "loading" | "running" | "stopped" | "done"} phase
 * @property {string} name       of the folder; empty for files from here and there
 * @property {number} found      while they are gathered
 * @property {readonly Item[]} items
 * @property {number} done       have an answer or an error
 * @property {number} failed     have an error
 * @property {number} elapsed    milliseconds of classifying, without pauses and without the loading of the model
 * @property {number} workers    that are at work
 * @property {Info | null} info  of the model at work
 */

/**
 * @typedef {object} Folder
 * @property {(files: Iterable<File | Found> | AsyncIterable<File | Found>) => Promise<void>} openMany
 *   classifies all of them; a folder that was open before is left
 * @property {() => void} stopFolder
 * @property {() => Promise<void>} resumeFolder  goes on with those that have no answer yet
 * @property {(change: Partial<View>) => void} arrangeFolder
 */

/**
 * A table that changes more often, in milliseconds, cannot be read, and takes time from the workers; the more so, the
 * more pictures have to be put in order.
 * @param {number} pictures
 */
const refreshOf = (pictures) => Math.max(250, pictures / 10);

/** @type {FolderState} */
const NOTHING = {
  phase: "gathering",
  name: "",
  found: 0,
  items: [],
  done: 0,
  failed: 0,
  elapsed: 0,
  workers: 0,
  info: null,
};

/**
 * @param {object} options
 * @param {import("../state.js").PageStore} options.store
 * @param {() => {model: import("../../mobilemamba.js").ModelWish | undefined, kernel: string}} options.engine  what the page classifies with
 * @param {(error: unknown) => void} options.onError
 * @returns {Folder}
 */
export function createFolder({ store, engine, onError }) {
  let control = new AbortController();

  /** @param {Partial<FolderState>} change */
  function update(change) {
    store.update({ folder: { ...(store.get().folder ?? NOTHING), ...change } });
  }

  async function run() {
    control.abort();
    const { signal } = (control = new AbortController());
    const { items, elapsed } = store.get().folder ?? NOTHING;
    const waiting = items.filter((item) => item.top.length === 0 && !item.fault);
    const news = createNews(elapsed, update, () => store.get().folder ?? NOTHING);
    update({ phase: "loading", workers: 0 });
    let named = items.every(({ path }) => !path.includes("/"));
    try {
      await classifyAll(
        waiting.map(({ file }) => file),
        {
          ...engine(),
          signal,
          onReady(info, workers) {
            news.start();
            update({ phase: "running", info, workers });
          },
          onResult(index, { top, ms }, by) {
            news.add({ ...waiting[index], top, ms: ms.total, fault: null });
            if (named) return;
            named = true;
            void nameTruths(by, signal);
          },
          onError: (index, error) => news.add({ ...waiting[index], fault: toFault(error, "failed") }),
        },
      );
      news.flush();
      update({ phase: "done", workers: 0 });
    } catch (error) {
      // Another folder may be open by now.
      if (control.signal !== signal) return news.drop();
      news.flush();
      update({ phase: "stopped", workers: 0 });
      if (!signal.aborted) onError(error);
    }
  }

  /**
   * Finds out which classes the folders name.
   * @param {Classifier} by  has just seen a picture
   * @param {AbortSignal} signal
   */
  async function nameTruths(by, signal) {
    const limit = store.get().folder?.info?.classes ?? 0;
    try {
      const truthOf = truthFinder(await by.find("", { limit }));
      if (signal.aborted) return;
      const { items } = store.get().folder ?? NOTHING;
      update({ items: items.map((item) => ({ ...item, truth: truthOf(item.path) })) });
    } catch {
      // The worker was lost or let go; the table does without.
    }
  }

  return {
    async openMany(files) {
      control.abort();
      const { signal } = (control = new AbortController());
      store.update({ tool: "folder", folder: NOTHING, folderView: PLAIN_VIEW });
      const found = await gather(files, signal, (count) => {
        if (count % 100 === 0) update({ found: count });
      });
      if (signal.aborted) {
        if (control.signal === signal) store.update({ folder: null });
        return;
      }
      if (found.length === 0) return update({ phase: "empty" });
      const items = found.map(({ file, path }, id) => ({ id, file, path, top: [], ms: 0, fault: null, truth: -1 }));
      update({ name: nameOf(found), found: found.length, items });
      await run();
    },
    stopFolder: () => control.abort(),
    resumeFolder: run,
    arrangeFolder: (change) => store.update({ folderView: { ...store.get().folderView, ...change } }),
  };
}

/**
 * Collects what becomes of the pictures and puts it into the state now and then.
 * @param {number} before  milliseconds that were spent earlier
 * @param {(change: Partial<FolderState>) => void} update
 * @param {() => FolderState} folder
 */
function createNews(before, update, folder) {
  /** @type {Item[]} */
  let fresh = [];
  let started = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function flush() {
    clearTimeout(timer);
    timer = undefined;
    const { done, failed } = folder();
    const items = [...folder().items];
    for (const item of fresh) items[item.id] = { ...item, truth: items[item.id].truth };
    update({
      items,
      done: done + fresh.length,
      failed: failed + fresh.filter(({ fault }) => fault).length,
      elapsed: before + (started ? performance.now() - started : 0),
    });
    fresh = [];
  }

  return {
    start: () => void (started ||= performance.now()),
    /** @param {Item} item */
    add(item) {
      fresh.push(item);
      timer ??= setTimeout(flush, refreshOf(folder().items.length));
    },
    flush,
    drop: () => clearTimeout(timer),
  };
}
