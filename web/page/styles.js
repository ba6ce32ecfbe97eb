/** Style sheets that index.html names, in their order, and leaves for later: a disabled one is not fetched. */

import { ClassifierError } from "../errors.js";

/**
 * Resolves when they are in use.
 * @param {...string} names  files of styles/
 */
export async function needStyles(...names) {
  await Promise.all(names.map(need));
}

/** @param {string} name */
function need(name) {
  const link = /** @type {HTMLLinkElement | null} */ (document.querySelector(`link[href="styles/${name}.css"]`));
  if (!link) throw new Error(`index.html has no style sheet ${name}`);
  if (link.sheet && !link.disabled) return undefined;
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve, { once: true });
    link.addEventListener(
      "error",
      () => {
        link.disabled = true; // The next time it is asked for again.
        reject(new ClassifierError("download-failed", `${name}.css could not be downloaded.`));
      },
      { once: true },
    );
    link.disabled = false;
  });
}
