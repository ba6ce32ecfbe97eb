/**
 * Which model of the site was chosen last, for the next visit. What is stored may come from another version of the page
 * or be damaged: whatever is not understood counts as nothing.
 */

/** @typedef {import("../mobilemamba.js").SiteModel} SiteModel */

const KEY = "mobilemamba";
const VERSION = 1;

/**
 * @typedef {object} Preferences
 * @property {SiteModel} [model]
 * @property {boolean} own  a checkpoint of the user's own that this browser keeps comes first
 */

/**
 * @param {Pick<Storage, "getItem"> | undefined} [storage]
 * @returns {Preferences}
 */
export function readPreferences(storage = localStore()) {
  try {
    const { version, model, own } = JSON.parse(storage?.getItem(KEY) ?? "{}");
    if (version !== VERSION) return { own: false };
    return { model: readModel(model), own: own === true };
  } catch {
    return { own: false };
  }
}

/**
 * @param {Preferences} preferences
 * @param {Pick<Storage, "setItem"> | undefined} [storage]
 */
export function writePreferences(preferences, storage = localStore()) {
  try {
    storage?.setItem(KEY, JSON.stringify({ version: VERSION, ...preferences }));
  } catch {
    // Full, or forbidden: then the next visit begins with the default.
  }
}

/**
 * @param {unknown} value
 * @returns {SiteModel | undefined}
 */
function readModel(value) {
  const { id, dtype } = /** @type {Record<string, unknown>} */ (value ?? {});
  if (typeof id !== "string") return undefined;
  return typeof dtype === "string" ? { id, dtype } : { id };
}

/** Even asking for it throws where storage is forbidden. */
function localStore() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
