/** What went wrong and what to do about it, until it is dismissed or something works again. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { formatSentence } from "../page/format.js";

/** @type {import("../page/state.js").Panel} */
export function errorPanel({ store, session }) {
  const say = words();
  const { language } = store.get();
  const title = el("strong");
  const hint = el("p", { class: "error-hint" });
  const message = el("p");
  const remedies = el("div", { class: "remedies" });
  const body = el("div");
  const panel = el(
    "div",
    { class: "error", role: "alert", "data-testid": "error" },
    body,
    el(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": say.error.dismiss,
        "data-testid": "error-dismiss",
        onclick: () => session.dismissError(),
      },
      icon("close"),
    ),
  );
  store.watch(
    (state) => state.error,
    (fault) => {
      panel.hidden = fault === null;
      delete panel.dataset.code;
      if (!fault) return;
      panel.dataset.code = fault.code;
      // The engine speaks English. Elsewhere the title and the hint are those of the code, and what it says the detail.
      const { language: spoken = "en" } = fault;
      const foreign = spoken !== language;
      title.textContent = say.errors[fault.code].title;
      const { picture, ownName, ownLabels, live } = store.get();
      message.textContent = formatSentence(fault.message, [picture?.name ?? "", ownName, ownLabels, live.name]);
      message.lang = spoken;
      message.className = foreign ? "error-detail" : "";
      hint.textContent = formatSentence((!foreign && fault.hint) || say.errors[fault.code].hint);
      body.replaceChildren(title, ...(foreign ? [hint, message] : [message, hint]), remedies);
      remedies.replaceChildren(
        ...store
          .get()
          .remedies.map((remedy) =>
            el(
              "button",
              { type: "button", "data-testid": `remedy-${remedy}`, onclick: () => void session.remedy(remedy) },
              say.recovery[remedy],
            ),
          ),
      );
    },
  );
  return panel;
}
