/** Panels that the first visit does without: their code is fetched when it is first wanted. */

import { el } from "../page/dom.js";
import { fetchPart } from "../page/once.js";

/** @typedef {import("../page/state.js").Panel} Panel */
/** @typedef {import("../page/state.js").State} State */

/**
 * A place that the panel takes when the state first wants it. What failed is tried again when it is next wanted, or the
 * user says so.
 * @param {Parameters<Panel>[0]} page
 * @param {(state: Readonly<State>) => boolean} wanted
 * @param {() => Promise<Panel>} load
 */
export function deferred({ store, session }, wanted, load) {
  const place = el("div", { class: "deferred" });
  let begun = false;
  async function fill() {
    if (begun) return;
    begun = true;
    try {
      const panel = await fetchPart(load);
      // Another language may have taken the place of all panels.
      if (place.isConnected) place.replaceWith(panel({ store, session }));
    } catch (error) {
      begun = false;
      session.report(error, fill);
    }
  }
  store.watch(wanted, (now) => now && void fill());
  return place;
}
