/** The last pictures, to open them again. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatPercent } from "../page/format.js";

/** @typedef {import("../page/state.js").Memory} Memory */
/** @typedef {import("../page/state.js").Picture} Picture */

/** @type {import("../page/state.js").Panel} */
export function historyPanel({ store, session }) {
  const strip = el("ul", { "aria-labelledby": "history-title" });
  const panel = el(
    "div",
    { class: "history", "data-testid": "history" },
    el("span", { id: "history-title", class: "muted" }, words().history.title),
    strip,
  );
  /**
   * The thumbnails, kept while their picture is remembered.
   * @type {Map<Picture, ReturnType<typeof createThumbnail>>}
   */
  let thumbnails = new Map();

  store.watch(
    (state) => state.history,
    (history) => {
      panel.hidden = history.length === 0;
      const kept = thumbnails;
      thumbnails = new Map(
        history.map(({ picture }) => [picture, kept.get(picture) ?? createThumbnail(picture, session.reopen)]),
      );
      for (const memory of history) thumbnails.get(memory.picture)?.show(memory);
      const elements = [...thumbnails.values()].map(({ element }) => element);
      // Left alone where they are the same, so that the one that was chosen keeps the focus.
      if (elements.length !== strip.children.length || elements.some((element, i) => element !== strip.children[i]))
        strip.replaceChildren(...elements);
    },
  );
  for (const part of /** @type {const} */ (["history", "picture"])) {
    store.watch(
      (state) => state[part],
      () => {
        for (const [picture, thumbnail] of thumbnails) thumbnail.mark(picture === store.get().picture);
      },
    );
  }
  return panel;
}

/**
 * @param {Picture} picture
 * @param {(picture: Picture) => void} open
 */
function createThumbnail(picture, open) {
  const image = el("img", { src: picture.url, alt: "", width: "48", height: "48" });
  const button = el(
    "button",
    { type: "button", class: "sample", "data-testid": "history-item", onclick: () => open(picture) },
    image,
  );
  return {
    element: el("li", {}, button),
    /** @param {Memory} memory */
    show({ best }) {
      button.title = image.alt = `${picture.name}: ${best.label}, ${formatPercent(best.p)}`;
    },
    /** @param {boolean} current */
    mark: (current) => button.setAttribute("aria-current", String(current)),
  };
}
