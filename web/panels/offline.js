/** That the page works without a network, that it can be installed, and that there is a newer version of it. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";

/** @type {import("../page/state.js").Panel} */
export function offlinePanel({ store }) {
  const say = words().offline;
  const ready = el("span", { class: "offline-ready", "data-testid": "offline" }, icon("check"), say.ready);
  const install = el(
    "button",
    { type: "button", class: "link", "data-testid": "install", onclick: () => store.get().install?.() },
    say.install,
  );
  const line = el("p", { class: "offline", role: "status" }, ready, install);

  const prompt = el(
    "div",
    { class: "toast", role: "status", "data-testid": "new-version" },
    el("p", {}, say.newVersion),
    el(
      "div",
      {},
      el(
        "button",
        { type: "button", class: "primary", "data-testid": "reload", onclick: () => store.get().newVersion?.reload() },
        say.reload,
      ),
      el(
        "button",
        { type: "button", class: "quiet", "data-testid": "later", onclick: () => store.get().newVersion?.later() },
        say.later,
      ),
    ),
  );

  store.watch(isOffline, (offline) => (ready.hidden = !offline));
  store.watch(
    (state) => state.install,
    (action) => (install.hidden = action === null),
  );
  store.watch(
    (state) => state.newVersion,
    (offer) => (prompt.hidden = offer === null),
  );
  return el("div", {}, line, prompt);
}

/**
 * All that is in use is on this device. A model of the site says whether it was kept; nothing is any more once the user
 * has cleared what was.
 * @param {Readonly<import("../page/state.js").State>} state
 */
function isOffline({ siteKept, info, ownKept, keptBytes }) {
  if (!siteKept || info === null || keptBytes === 0) return false;
  return info.kept === undefined ? ownKept : info.kept === "kept";
}
