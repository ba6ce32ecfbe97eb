/** What the page says in English: a section for each panel, in alphabetical order. */

export const en = {
  compare: {
    title: "Side by side",
    about: "The same picture through two models, or through the same model with other kernels.",
    invitation: "Choose a picture above to compare two sides on it.",
    camera: "What the camera sees is not compared: choose a picture above.",
    side: ["A", "B"],
    sideTitle: (/** @type {string} */ side) => `Side ${side}`,
    model: "Model",
    kernel: "Kernels",
    loading: "Preparing the model",
    working: "Classifying",
    ready: (/** @type {string} */ ms, /** @type {number} */ passes) =>
      passes === 1 ? `${ms} ms, one pass` : `${ms} ms, median of ${passes} passes`,
    same: (/** @type {string} */ label) =>
      `They agree: ${label}, and the five likeliest are the same in the same order.`,
    agree: (/** @type {string} */ label) => `They agree: ${label}.`,
    disagree: (/** @type {string} */ a, /** @type {string} */ b) => `They disagree: A says ${a}, B says ${b}.`,
    most: (/** @type {string} */ delta, /** @type {string} */ label) =>
      `The largest difference in probability is ${delta}, for ${label}.`,
    identical: "All probabilities are the same.",
    strangers: "They have no class in common.",
    faster: (/** @type {string} */ side, /** @type {string} */ times) => `${side} is ${times} times as fast.`,
    even: "Both take the same time.",
    class: "Class",
    difference: "Difference",
    unknown: "unknown",
    classes: "The likeliest classes of both",
    blocks: "Block by block",
    block: "Block",
    milliseconds: (/** @type {string} */ side) => `${side}, ms`,
    speedUp: "Speed-up of A",
    total: "Network",
    copy: "Copy as JSON",
    copied: "Comparison copied",
    refused: "The browser does not allow copying here",
  },

  folder: {
    title: "A folder of pictures",
    choose: "Choose a folder",
    chooseFiles: "Choose pictures",
    invitation:
      "Drop a folder anywhere on this page, or choose one: hundreds of pictures are classified side by side, on this device.",
    empty: "There are no files in it.",
    gathering: (/** @type {number} */ found) =>
      found ? `Looking into the folder: ${found} files` : "Looking into the folder",
    loading: (/** @type {number} */ total) => `${total} files; preparing the model`,
    begun: (/** @type {{done: number, total: number, workers: number}} */ { done, total, workers }) =>
      `${done} of ${total} · ${workers} ${workers === 1 ? "worker" : "workers"}`,
    running: (
      /** @type {{done: number, total: number, workers: number, rate: string, left: number}} */ {
        done,
        total,
        workers,
        rate,
        left,
      },
    ) =>
      `${done} of ${total} · about ${duration(left)} left · ${rate} a second with ${workers} ${workers === 1 ? "worker" : "workers"}`,
    stopped: (/** @type {{done: number, total: number}} */ { done, total }) => `Stopped after ${done} of ${total}`,
    done: (/** @type {{total: number, failed: number, seconds: number}} */ { total, failed, seconds }) =>
      `${total} files in ${duration(seconds)}${failed ? `, ${failed} without an answer` : ""}`,
    progress: "Progress of the folder",
    stop: "Stop",
    resume: "Go on",
    accuracy: (/** @type {{n: number, top1: string, top5: string}} */ { n, top1, top5 }) =>
      `Top-1 ${top1}, top-5 ${top5} right, of ${n} pictures in folders named after their class.`,
    filter: "Filter",
    search: "Name or class",
    onlyClass: "Seen as",
    least: "At least",
    group: "Group by class",
    all: "Everything",
    counted: (/** @type {string} */ name, /** @type {number} */ count) => `${name} (${count})`,
    pictures: (/** @type {number} */ count) => (count === 1 ? "1 picture" : `${count} pictures`),
    failed: "No answer",
    waiting: "Waiting",
    table: "Pictures of the folder",
    columns: { thumbnail: "Picture", name: "File", class: "Class", p: "Probability", ms: "ms" },
    none: "No picture of the folder is like that.",
    shown: (/** @type {number} */ shown, /** @type {number} */ all) =>
      shown === all ? `All ${all} files` : `${shown} of ${all} files`,
    export: "Take the table along",
  },

  tools: { title: "Tools", inside: "Look inside", compare: "Compare", folder: "Folder" },
};

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
