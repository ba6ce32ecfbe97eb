/**
 * What models and classes are called in the language in use. Results keep the English label and the id of a class,
 * so that they stay what they are when the language changes; whoever shows one asks here for its name.
 */

import { currentLanguage, words } from "../language.js";

/** @typedef {import("../mobilemamba.js").Classifier} Classifier */
/** @typedef {import("../mobilemamba.js").OwnModel} OwnModel */
/** @typedef {import("../mobilemamba.js").SiteModel} SiteModel */
/** @typedef {import("../protocol.js").ModelEntry} ModelEntry */

/** By id; of all models that were loaded. @type {ReadonlyMap<string, string>} */
let names = new Map();

/**
 * @param {{index: number, id: string, label: string}} found  a prediction, or an explanation
 * @returns {string}
 */
export function nameOf({ index, id, label }) {
  // So the engine calls a class of a model without labels.
  if (!id && label === `class ${index}`) return words().names.unnamed(index);
  return names.get(id) ?? label;
}

/**
 * The ids of the classes whose name, beside their English label, has the words of a query in it.
 * @param {string} query
 * @returns {string[]}
 */
export function idsNamed(query) {
  const parts = query.toLowerCase().split(/\s+/);
  const matches = (/** @type {string} */ name) => parts.every((part) => name.includes(part));
  return [...names].filter(([, name]) => matches(name.toLowerCase())).map(([id]) => id);
}

/** @param {ModelEntry} entry */
export function titleOf(entry) {
  return entry.translations?.[currentLanguage()]?.title ?? entry.title;
}

/**
 * The data set on which a model's accuracy was measured.
 * @param {ModelEntry} entry
 */
export function datasetOf(entry) {
  return entry.translations?.[currentLanguage()]?.dataset || (entry.accuracy?.dataset ?? "");
}

/**
 * @typedef {object} Naming
 * @property {(model: SiteModel | OwnModel) => Promise<void>} learn  the names of a model's classes
 * @property {() => Promise<void>} translate  to the language that is now in use
 */

/**
 * Names that cannot be fetched are no reason to stop: the labels are English then.
 * @param {Classifier} classifier
 * @returns {Naming}
 */
export function createNaming(classifier) {
  /** By their id; all checkpoints of the user's own have the same names. @type {Map<string, SiteModel | OwnModel>} */
  const models = new Map();

  async function translate() {
    const language = currentLanguage();
    const fetching = [...models.values()].map((model) => classifier.names(language, model).catch(() => new Map()));
    const maps = await Promise.all(fetching);
    if (language === currentLanguage()) names = new Map(maps.flatMap((map) => [...map]));
  }

  return {
    learn(model) {
      models.set("file" in model ? "own file" : (model.id ?? ""), model);
      return translate();
    },
    translate,
  };
}
