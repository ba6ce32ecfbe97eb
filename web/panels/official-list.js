/** The authors' models: which are here, and a button for each that is not. No server is asked before it is pressed. */

import { words } from "../language.js";
import { CHECKPOINT_ORIGINS } from "../network.js";
import { el, icon } from "../page/dom.js";
import { formatBytes } from "../page/format.js";

/** @typedef {import("../page/state.js").State} State */
/** @typedef {import("../protocol.js").ModelEntry} ModelEntry */

/** @type {import("../page/state.js").Panel} */
export function officialList({ store, session }) {
  const say = words().official;
  const host = CHECKPOINT_ORIGINS.map((origin) => new URL(origin).host).join(", ");
  const rows = el("ul", { class: "fetchable" });

  store.watch(
    // Whether a model is here changes with the models; the rest of a row with what is being fetched.
    (state) => [state.official?.length, state.fetching, state.chosen, ...state.models.map(({ id }) => id)].join(),
    () => {
      const focused = focusedRow(rows);
      rows.replaceChildren(...(store.get().official ?? []).map(row));
      /** @type {HTMLElement | null} */ (rows.querySelector(`[data-id="${focused}"] button`))?.focus();
    },
  );

  /** @param {ModelEntry} entry */
  function row(entry) {
    const { models, fetching, chosen } = store.get();
    const { id, resolution, accuracy, weights } = entry;
    const here = models.find((model) => model.id === id);
    const [{ bytes, sha256 }] = weights;
    const size = sha256 ? formatBytes(bytes) : say.about(Math.round(bytes / 1e6));
    const state = here ? (here.official ? say.kept : say.included) : say.missing(size, host);
    return el(
      "li",
      { "data-id": id, "data-state": here ? "here" : fetching === id ? "fetching" : "missing" },
      el(
        "div",
        {},
        el("strong", {}, shortTitle(entry)),
        el("span", { class: "muted" }, say.facts(resolution, (accuracy?.top1 ?? 0).toFixed(1))),
        el("span", { class: "muted" }, state),
      ),
      fetching === id ? fetchingNow(entry) : button(entry, here !== undefined, chosen === id, size),
    );
  }

  /**
   * @param {ModelEntry} entry
   * @param {boolean} here
   * @param {boolean} inUse
   * @param {string} size
   */
  function button(entry, here, inUse, size) {
    const { id } = entry;
    const title = shortTitle(entry);
    if (here) {
      // Not disabled: the button that was pressed to fetch it keeps the focus.
      const choose = () => inUse || void session.chooseModel(id);
      return el(
        "button",
        { type: "button", "aria-label": say.use(title), "aria-disabled": String(inUse), onclick: choose },
        inUse ? say.inUse : say.useIt,
      );
    }
    return el(
      "button",
      { type: "button", "aria-label": say.fetch(title, host, size), onclick: () => void session.fetchOfficial(id) },
      icon("download"),
      say.download,
    );
  }

  /** @param {ModelEntry} entry */
  function fetchingNow(entry) {
    return el(
      "button",
      { type: "button", "aria-label": say.cancel(shortTitle(entry)), onclick: session.cancelLoad },
      icon("stop"),
      say.stop,
    );
  }

  return el("div", {}, el("p", { class: "muted", "data-testid": "official-consent" }, say.consent(host)), rows);
}

/**
 * All of them have the same classes.
 * @param {ModelEntry} entry
 */
function shortTitle({ title }) {
  return title.split(" · ")[0];
}

/** @param {Element} rows */
function focusedRow(rows) {
  return document.activeElement && rows.contains(document.activeElement)
    ? (document.activeElement.closest("li")?.dataset.id ?? "")
    : "";
}
