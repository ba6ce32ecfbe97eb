/** Puts the page together. */

import { changeLanguage, chooseLanguage, rememberedLanguage, words } from "./language.js";
import { createClassifier } from "./mobilemamba.js";
import { openEntrances } from "./page/entrances.js";
import { parseQuery } from "./page/query.js";
import { createSession } from "./page/session.js";
import { createPageStore } from "./page/state.js";
import { needStyles } from "./page/styles.js";
import { answerPanel } from "./panels/answer.js";
import { errorPanel } from "./panels/error.js";
import { languagePanel } from "./panels/language.js";
import { modelPanel } from "./panels/model.js";
import { offlinePanel } from "./panels/offline.js";
import { soundPanel } from "./panels/sound.js";
import { stagePanel } from "./panels/stage.js";
import { statusPanel } from "./panels/status.js";
import { toolsPanel } from "./panels/tools.js";

const query = parseQuery(location.search, document.baseURI);
const wanted = chooseLanguage([query.language, rememberedLanguage(), ...navigator.languages]);
// A page that cannot fetch its words speaks English.
const spoken = changeLanguage(wanted).then(
  () => wanted,
  () => /** @type {const} */ ("en"),
);
const store = createPageStore("en");
const classifier = createClassifier({
  kernel: query.kernel,
  onProgress: (progress) => store.update({ progress }),
  onKernel: (kernel) => store.update({ kernel }),
});
const session = createSession({ store, classifier });

/** Each panel takes the place of the element in index.html that has its name. */
const PANELS = {
  language: languagePanel,
  sound: soundPanel,
  status: statusPanel,
  error: errorPanel,
  stage: stagePanel,
  answer: answerPanel,
  model: modelPanel,
  tools: toolsPanel,
  offline: offlinePanel,
};
/** @type {Map<string, Element>} */
const mounted = new Map(Object.keys(PANELS).map((name) => [name, placeOf(name)]));
/** @type {ReturnType<typeof store.scope> | null} */
let scope = null;

/** Builds the panels, in the place of those in another language. */
function mount() {
  scope?.end();
  scope = store.scope();
  // The one that has the focus is replaced by its like, which gets it.
  const focused = document.activeElement?.getAttribute("data-testid");
  writePage();
  const page = { store: scope, session };
  // All of them, or none: half a page would hide what index.html says if there is none.
  const elements = Object.entries(PANELS).map(([name, panel]) => /** @type {const} */ ([name, panel(page)]));
  for (const [name, element] of elements) {
    mounted.get(name)?.replaceWith(element);
    mounted.set(name, element);
  }
  if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`[data-testid="${focused}"]`))?.focus();
}

/** What of the page is not a panel, but stands in index.html. */
function writePage() {
  /** @type {Record<string, string>} */
  const say = words().page;
  document.title = say.title;
  for (const element of document.querySelectorAll("[data-text]"))
    element.textContent = say[element.getAttribute("data-text") ?? ""];
}

/** @param {string} name */
function placeOf(name) {
  const place = document.querySelector(`[data-panel="${name}"]`);
  if (!place) throw new Error(`index.html has no place for the panel ${name}`);
  return place;
}

store.update({ language: await spoken });
openEntrances(store, session);
const started = session.start(query);
// What is on its way needs no panels, and the browser gets a moment between the modules' work and theirs.
await new Promise((resolve) => setTimeout(resolve));
store.watch((state) => state.language, mount);
await started;
// Whose connection is gone by now does without.
const launch = await import("./page/launch.js").catch(() => null);
await launch?.receiveFiles(session, query.shared);
const offline = await Promise.all([import("./page/offline.js"), needStyles("offline")]).catch(() => null);
await offline?.[0].keepOffline(store);
