/** The result to take along: copied, downloaded, or as a link. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { saveText } from "../page/download.js";
import { toCsv, toJson, toLink } from "../page/report.js";

/** How long the page says that something was copied, in milliseconds. */
const SAID = 3000;

/** @type {import("../page/state.js").Panel} */
export function sharePanel({ store }) {
  const say = words().share;
  const said = el("span", { class: "muted", role: "status", "data-testid": "copied" });
  let timer = 0;

  /**
   * @param {string} text
   * @param {string} done  what is said then
   */
  async function copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = done;
    } catch {
      // Not a secure page, or not allowed.
      said.textContent = say.refused;
    }
    clearTimeout(timer);
    timer = setTimeout(() => (said.textContent = ""), SAID);
  }

  /**
   * @param {string} text
   * @param {string} type
   * @param {string} extension
   */
  function download(text, type, extension) {
    const name = (store.get().answer?.about ?? "").replace(/\.[^.]*$/, "") || "result";
    saveText(text, type, `${name}.${extension}`);
  }

  const copyLink = () => {
    const { picture, chosen, dtype, kernel } = store.get();
    if (!picture || !kernel) return;
    const link = toLink(location.href, { model: chosen, dtype, kernel: kernel.name, source: picture.source });
    void copy(link, say.linkCopied);
  };
  const link = button("copy-link", copyLink, icon("link"), say.link);
  const panel = el(
    "div",
    { class: "actions share-actions", role: "group", "aria-label": say.title },
    button("copy-json", () => void copy(toJson(store.get()), say.resultCopied), icon("copy"), say.copy("JSON")),
    button("copy-csv", () => void copy(toCsv(store.get()), say.resultCopied), icon("copy"), say.copy("CSV")),
    button("download-json", () => download(toJson(store.get()), "application/json", "json"), icon("download"), "JSON"),
    button("download-csv", () => download(toCsv(store.get()), "text/csv", "csv"), icon("download"), "CSV"),
    link,
    said,
  );

  store.watch(
    (state) => state.answer === null,
    (empty) => (panel.hidden = empty),
  );
  // A file of the user's own, picture or checkpoint, is nowhere that a link could lead to.
  store.watch(
    (state) => Boolean(state.picture?.source && state.chosen),
    (reachable) => (link.hidden = !reachable),
  );
  return panel;
}

/**
 * @param {string} testId
 * @param {() => void} onclick
 * @param {...(Node | string)} content
 */
function button(testId, onclick, ...content) {
  return el("button", { type: "button", "data-testid": testId, onclick }, ...content);
}
