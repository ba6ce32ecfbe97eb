/** "How sure is it that this is a tabby?": any class by its name. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatInteger } from "../page/format.js";
import { createRow } from "./row.js";

/** @typedef {import("../protocol.js").Prediction} Prediction */

/** @type {import("../page/state.js").Panel} */
export function searchPanel({ store, session }) {
  const say = words().search;
  /** @type {ReturnType<typeof createRow>[]} */
  const rows = [];
  const list = el("ul", { class: "found", "aria-label": say.found, "data-testid": "found" });
  const none = el("p", { class: "muted", role: "status", "data-testid": "found-none" });
  const input = el("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: say.example,
    "data-testid": "class-search",
    // Letters on the way to a Chinese word are no word yet.
    oninput: (/** @type {Event} */ event) => {
      if (!(/** @type {InputEvent} */ (event).isComposing)) session.search(input.value);
    },
    oncompositionend: () => session.search(input.value),
  });
  input.value = store.get().query;
  const label = el("span");
  const panel = el("div", { class: "search" }, el("label", { class: "muted" }, label, input), list, none);

  store.watch(
    (state) => state.info,
    (info) => (label.textContent = say.ask(info ? formatInteger(info.classes) : "")),
  );
  store.watch(
    (state) => state.answer === null,
    (empty) => (panel.hidden = empty),
  );
  store.watch(
    (state) => state.found,
    (found) => {
      const classes = found ?? [];
      while (rows.length < classes.length) rows.push(createRow("found-class", session.toggleExplanation));
      const shown = rows.slice(0, classes.length);
      shown.forEach((row, i) => row.show(classes[i]));
      press(store.get().explanation?.index);
      if (list.childElementCount !== shown.length) list.replaceChildren(...shown.map((row) => row.element));
      none.hidden = found === null || found.length > 0;
      none.textContent = found ? say.none(store.get().query.trim()) : "";
    },
  );
  store.watch((state) => state.explanation?.index, press);

  /** @param {number | undefined} index */
  function press(index) {
    for (const row of rows) row.press(index);
  }

  return panel;
}
