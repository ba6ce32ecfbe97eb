/** The pictures that were classified last. Their files stay where they are: what is remembered is which they were. */

/** @typedef {import("./state.js").Memory} Memory */

export const HISTORY_LENGTH = 12;

/**
 * Puts a picture first; one that is remembered stays where it is and is only renewed.
 * @param {Memory[]} history
 * @param {Memory} latest
 * @returns {Memory[]}
 */
export function remember(history, latest) {
  const { blob } = latest.picture;
  if (history.some(({ picture }) => picture.blob === blob))
    return history.map((memory) => (memory.picture.blob === blob ? latest : memory));
  return [latest, ...history].slice(0, HISTORY_LENGTH);
}
