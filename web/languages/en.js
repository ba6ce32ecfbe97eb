/** What the page says in English: a section for each panel, in alphabetical order. */

export const en = {
  model: {
    title: "Model",
    open: "Open a checkpoint",
    own: "Your own .pth or .safetensors works too, with a list of its classes if you have one (.txt, .csv, .json). Both stay on this device.",
    addLabels: "Add labels",
    ownLabels: (/** @type {string} */ name) => `Classes are named by ${name}.`,
    keepOwn: "Remember my checkpoint in this browser",
    kept: (/** @type {string} */ size) => `Kept in this browser: ${size}`,
    clear: "Clear",
    weights: "Download",
    sizes: { full: "Full", medium: "Medium", small: "Small" },
    compare: "Compare the models",
    name: "Name",
    use: (/** @type {string} */ title) => `Use ${title}`,
    pixels: (/** @type {number} */ side) => `${side} px`,
    top1: "Top-1",
    percent: (/** @type {number} */ value) => `${value} %`,
    params: "Parameters",
    macs: "MACs",
    input: "Input",
    classes: "Classes",
    variant: "Variant",
    download: "Download",
    license: "Licence",
    accuracy: "Accuracy",
    measured: (
      /** @type {{top1: number, top5: number, images: string, dataset: string}} */ { top1, top5, images, dataset },
    ) => `top-1 ${top1} %, top-5 ${top5} % of ${images} images of ${dataset}`,
  },

  models: {
    notKept: {
      full: "There is no room for the checkpoint in this browser's storage: it is not remembered.",
      unavailable: "This browser keeps nothing for this page (a private window, an insecure page, or a setting).",
    },
    spareLabels: (/** @type {string} */ name) => `${name} will name the classes of the checkpoint that you open next.`,
  },

  recovery: {
    retry: "Try again",
    smaller: "Use a smaller model",
    reload: "Reload the page",
    secondTry: (/** @type {string} */ name) => `The engine stopped and was restarted; ${name} was tried again.`,
  },

  tools: { title: "Tools", inside: "Look inside" },
};
