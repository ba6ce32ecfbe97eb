/** What the page knows, and how it starts. */

import { createStore } from "../store.js";
import { PLAIN_VIEW } from "./folder/view.js";

/** @typedef {import("../protocol.js").BenchResult} BenchResult */
/** @typedef {import("../protocol.js").BlockTiming} BlockTiming */
/** @typedef {import("../protocol.js").Explanation} Explanation */
/** @typedef {import("../protocol.js").FeatureMaps} FeatureMaps */
/** @typedef {import("../protocol.js").Fault} Fault */
/** @typedef {import("../protocol.js").Info} Info */
/** @typedef {import("../protocol.js").KernelChoice} KernelChoice */
/** @typedef {import("../protocol.js").ModelEntry} ModelEntry */
/** @typedef {import("../protocol.js").Prediction} Prediction */
/** @typedef {import("../protocol.js").Progress} Progress */
/** @typedef {import("../protocol.js").Result} Result */

/**
 * A picture that was dropped, picked, pasted or fetched.
 * @typedef {object} Picture
 * @property {Blob} blob
 * @property {string} name
 * @property {string} url  of the blob, as long as it is on the stage
 * @property {string} source  where it was fetched; empty for a file
 * @property {boolean} mirrored  shown as the live picture was that it is a frame of: the network sees no mirror image
 */

/**
 * An answer, and what it is about.
 * @typedef {object} Answer
 * @property {string} about  a file name, "camera" or "screen"
 * @property {boolean} live   about a frame, which the next one replaces
 * @property {Result} result
 */

/**
 * A picture that was classified, and what it was taken for.
 * @typedef {object} Memory
 * @property {Picture} picture
 * @property {Prediction} best
 */

/**
 * The block timings to show: those that came last.
 * @typedef {object} Timing
 * @property {"answer" | "benchmark"} of
 * @property {number} passes  that the times are medians of
 * @property {number} total   milliseconds of a pass
 * @property {BlockTiming[]} blocks
 */

/**
 * What a block computed for a picture.
 * @typedef {object} Inspection
 * @property {string} block
 * @property {string} about  as in the Answer
 * @property {FeatureMaps[]} parts
 * @property {Explanation | null} explanation  of the best class, where the block is the head
 */

/**
 * What is watched live.
 * @typedef {object} LiveState
 * @property {"off" | "starting" | "on" | "frozen"} phase
 * @property {"camera" | "screen" | "film" | null} source  null: off
 * @property {string} name         of the camera, of what is shared, or of the file
 * @property {boolean} front       a camera that looks at its user: the preview is mirrored
 * @property {string} deviceId     of the camera
 * @property {import("./sources.js").Device[]} devices  all cameras
 * @property {{width: number, height: number, fps: number} | null} settings  what it really gives; fps 0: not known
 * @property {"camera" | "screen" | null} ended  what was stopped because the page was hidden
 */

/**
 * @typedef {object} State
 * @property {ModelEntry[]} models     of the manifest
 * @property {ModelEntry[] | null} official  the authors' checkpoints; null: not asked for yet
 * @property {string} fetching         the one that is being fetched; empty: none
 * @property {string} chosen           manifest id, or "" for a checkpoint of the user's own
 * @property {string} dtype            of the chosen model's weights
 * @property {string} ownName          file name of a checkpoint of the user's own
 * @property {import("../mobilemamba.js").OwnModel | null} own  that checkpoint, once it was loaded
 * @property {string} ownLabels        file name of its labels; empty if it has none of its own
 * @property {boolean} ownKept         this browser keeps that checkpoint
 * @property {number} keptBytes        of models, in this browser
 * @property {Info | null} info        the loaded model
 * @property {KernelChoice | null} kernel
 * @property {"loading" | "idle" | "classifying" | "benchmarking" | "failed"} activity  failed: there is no model
 * @property {Progress | null} progress
 * @property {string} notice           something worth knowing that is no error
 * @property {Picture | null} picture
 * @property {Answer | null} answer
 * @property {Explanation | null} explanation  of the answer, drawn over the picture
 * @property {number} opacity          of that drawing, 0 to 1
 * @property {number} threshold        less likely classes are not shown
 * @property {string} query            for classes by their label
 * @property {Prediction[] | null} found  for the query; null: nothing is asked
 * @property {Memory[]} history        the last first
 * @property {Timing | null} timing
 * @property {BenchResult | null} bench
 * @property {LiveState} live
 * @property {import("./pulse.js").Pulse} pulse  of what is live
 * @property {boolean} smooth          live answers are averaged over time
 * @property {string} inspected        the block whose inside is shown; empty: none's
 * @property {Inspection | null} inspection  of that block or, until it is there, of the one before
 * @property {number} tour             the step of the guided tour; -1: it is not on
 * @property {"off" | "preparing" | "on"} sound
 * @property {Fault | null} error
 * @property {import("./recovery.js").Remedy[]} remedies  of the error
 * @property {import("../language.js").Language} language
 * @property {boolean} dragging        files are held over the page
 * @property {Tool} tool               the one in front
 * @property {boolean} siteKept        the page and its engine are on this device
 * @property {NewVersion | null} newVersion  of the site, to be taken when the user likes
 * @property {(() => void) | null} install   asks the browser to offer the page as an app; null: it cannot, or has
 * @property {import("./folder/run.js").FolderState | null} folder
 * @property {import("./folder/view.js").View} folderView
 * @property {import("./compare/run.js").ComparisonState | null} comparison
 */

/**
 * @typedef {object} NewVersion
 * @property {() => void} reload
 * @property {() => void} later
 */

/** @typedef {"inside" | "performance" | "compare" | "folder"} Tool  of those below the picture */

/** @typedef {import("../store.js").Store<State>} PageStore */

/**
 * Builds a panel, which keeps itself up to date. Each builds its DOM in its own module and nowhere else.
 * @typedef {(context: {store: PageStore, session: import("./session.js").Session}) => HTMLElement} Panel
 */

/** @type {import("./pulse.js").Pulse} */
export const STILL = { fps: 0, latencies: [], median: 0, answered: 0, passed: null, restarts: 0 };

/** @type {LiveState} */
export const LIVE_OFF = {
  phase: "off",
  source: null,
  name: "",
  front: false,
  deviceId: "",
  devices: [],
  settings: null,
  ended: null,
};

/**
 * A model is on its way: also to a picture that was chosen before it has come.
 * @param {Readonly<State>} state
 */
export function isLoading({ activity, progress }) {
  if (activity !== "classifying") return activity === "loading";
  return progress?.phase === "weights" && progress.done < progress.total;
}

/**
 * @param {import("../language.js").Language} language
 * @returns {PageStore}
 */
export function createPageStore(language) {
  return createStore(
    /** @type {State} */ ({
      models: [],
      official: null,
      fetching: "",
      chosen: "",
      dtype: "",
      ownName: "",
      own: null,
      ownLabels: "",
      ownKept: false,
      keptBytes: 0,
      info: null,
      kernel: null,
      activity: "loading",
      progress: null,
      notice: "",
      picture: null,
      answer: null,
      explanation: null,
      opacity: 0.7,
      threshold: 0,
      query: "",
      found: null,
      history: [],
      timing: null,
      bench: null,
      live: LIVE_OFF,
      pulse: STILL,
      smooth: false,
      inspected: "",
      inspection: null,
      tour: -1,
      sound: "off",
      error: null,
      remedies: [],
      language,
      dragging: false,
      tool: "inside",
      siteKept: false,
      newVersion: null,
      install: null,
      folder: null,
      folderView: PLAIN_VIEW,
      comparison: null,
    }),
  );
}
