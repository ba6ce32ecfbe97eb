/** The pictures that were classified last. A picture's object URL lives as long as it is shown or remembered. */

/** @typedef {import("./state.js").Memory} Memory */
/** @typedef {import("./state.js").Picture} Picture */

export const HISTORY_LENGTH = 12;

/**
 * Puts a picture first; one that is remembered stays where it is and is only renewed. What falls off the end is revoked.
 * @param {Memory[]} history
 * @param {Memory} latest
 * @returns {Memory[]}
 */
export function remember(history, latest) {
  if (holds(history, latest.picture)) {
    return history.map((memory) => (memory.picture === latest.picture ? latest : memory));
  }
  const all = [latest, ...history];
  for (const { picture } of all.slice(HISTORY_LENGTH)) URL.revokeObjectURL(picture.url);
  return all.slice(0, HISTORY_LENGTH);
}

/**
 * Lets go of a picture that is no longer shown, unless it is remembered.
 * @param {Memory[]} history
 * @param {Picture} picture
 */
export function forget(history, picture) {
  if (!holds(history, picture)) URL.revokeObjectURL(picture.url);
}

/**
 * @param {Memory[]} history
 * @param {Picture} picture
 */
function holds(history, picture) {
  return history.some((memory) => memory.picture === picture);
}
