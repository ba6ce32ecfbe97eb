/** The authors' models, closed until somebody asks for them: the first visit does without the list and its code. */

import { words } from "../language.js";
import { el } from "../page/dom.js";

/** @type {import("../page/state.js").Panel} */
export function officialPanel({ store, session }) {
  const place = el("div");
  const details = el(
    "details",
    { class: "models official", "data-testid": "official", ontoggle: () => void fill() },
    el("summary", {}, words().official.title),
    place,
  );
  let begun = false;

  async function fill() {
    if (begun || !details.open) return;
    begun = true;
    try {
      const { officialList } = await import("./official-list.js");
      place.replaceChildren(officialList({ store, session }));
      if (!store.get().official) await session.listOfficial();
    } catch (error) {
      begun = false;
      session.report(error);
    }
  }

  // It stays open when the panels are built anew while one is fetched.
  if (store.get().fetching) details.open = true;
  return details;
}
