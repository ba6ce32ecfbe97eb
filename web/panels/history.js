/** The last pictures, to open them again. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { formatPercent } from "../page/format.js";
import { nameOf } from "../page/names.js";
import { drawThumbnail } from "../page/thumbnail.js";

/** @typedef {import("../page/state.js").Memory} Memory */
/** @typedef {import("../page/state.js").Picture} Picture */

/** Pixels; shown at half of that, for the dense screens. */
const SIDE = 96;

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
   * @type {Map<Blob, ReturnType<typeof createThumbnail>>}
   */
  let thumbnails = new Map();

  store.watch(
    (state) => state.history,
    (history) => {
      panel.hidden = history.length === 0;
      const kept = thumbnails;
      thumbnails = new Map(
        history.map(({ picture }) => [
          picture.blob,
          kept.get(picture.blob) ?? createThumbnail(picture, session.reopen),
        ]),
      );
      for (const memory of history) thumbnails.get(memory.picture.blob)?.show(memory);
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
        for (const [blob, thumbnail] of thumbnails) thumbnail.mark(blob === store.get().picture?.blob);
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
  const button = el(
    "button",
    { type: "button", class: "sample", "data-testid": "history-item", onclick: () => open(picture) },
    icon("picture"),
  );
  void drawThumbnail(picture.blob, SIDE).then((canvas) => {
    if (!canvas) return;
    canvas.classList.toggle("mirrored", picture.mirrored);
    button.replaceChildren(canvas);
  });
  return {
    element: el("li", {}, button),
    /** @param {Memory} memory */
    show({ best }) {
      const text = words().history.item(picture.name, nameOf(best), formatPercent(best.p));
      button.title = text;
      button.setAttribute("aria-label", text);
    },
    /** @param {boolean} current */
    mark: (current) => button.setAttribute("aria-current", String(current)),
  };
}
