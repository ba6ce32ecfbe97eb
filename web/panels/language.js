/** The languages to choose from, each in its own. */

import { LANGUAGES, words } from "../language.js";
import { el } from "../page/dom.js";

/** @typedef {import("../language.js").Language} Language */

/** @type {import("../page/state.js").Panel} */
export function languagePanel({ store, session }) {
  const choices = Object.entries(LANGUAGES).map(([key, { name }]) => {
    const language = /** @type {Language} */ (key);
    return el(
      "button",
      {
        type: "button",
        lang: language,
        "aria-pressed": String(language === store.get().language),
        "data-testid": `language-${language}`,
        onclick: () => void session.speak(language),
      },
      name,
    );
  });
  return el("div", { class: "languages", role: "group", "aria-label": words().language.title }, ...choices);
}
