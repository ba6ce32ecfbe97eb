/** Small pictures for the rows in view. Made when a row is seen, and not for the thousands that are not. */

import { drawThumbnail } from "../../page/thumbnail.js";

/** Pixels; a row shows it at half of that, for the dense screens. */
const SIDE = 80;

/** So many are kept, 25 kB each. */
const KEPT = 240;

/** More at a time would take the processor from the workers. */
const AT_ONCE = 2;

export function createThumbnails() {
  /**
   * The one used last is the last; null: the browser cannot draw it.
   * @type {Map<File, HTMLCanvasElement | null>}
   */
  const made = new Map();
  /** @type {{file: File, place: HTMLElement}[]} */
  const wanted = [];
  let busy = 0;

  /**
   * @param {File} file
   * @param {HTMLCanvasElement | null} canvas
   */
  function keep(file, canvas) {
    made.delete(file);
    made.set(file, canvas);
    for (const oldest of made.keys()) {
      if (made.size <= KEPT) break;
      made.delete(oldest);
    }
  }

  function next() {
    while (busy < AT_ONCE) {
      // The one that was asked for last is most likely still in view.
      const job = wanted.pop();
      if (!job) return;
      if (!job.place.isConnected) continue;
      busy++;
      void drawThumbnail(job.file, SIDE).then((canvas) => {
        busy--;
        keep(job.file, canvas);
        if (canvas && job.place.isConnected) job.place.replaceChildren(canvas);
        next();
      });
    }
  }

  return {
    /**
     * Puts the picture of a file into a place, as soon as it is there.
     * @param {File} file
     * @param {HTMLElement} place
     */
    put(file, place) {
      const canvas = made.get(file);
      if (canvas === undefined) {
        wanted.push({ file, place });
        // By then a row that is being built is in the document.
        return void setTimeout(next);
      }
      keep(file, canvas);
      if (canvas) place.replaceChildren(canvas);
    },
  };
}
