/** What can be done besides classifying: a tab for each tool, which is fetched when it is first wanted. */

import { needToolWords, words } from "../language.js";
import { el } from "../page/dom.js";
import { fetchPart } from "../page/once.js";
import { needStyles } from "../page/styles.js";

/** @typedef {import("../page/state.js").Panel} Panel */
/** @typedef {import("../page/state.js").Tool} Tool */

/** What each needs: its panel and its style sheets. @type {Record<Tool, [() => Promise<Panel>, string[]]>} */
const TOOLS = {
  inside: [async () => (await import("./xray.js")).xrayPanel, ["timings", "xray"]],
  performance: [async () => (await import("./performance.js")).performancePanel, ["timings", "performance"]],
  compare: [async () => (await import("./compare.js")).comparePanel, ["timings", "xray", "compare"]],
  folder: [async () => (await import("./folder.js")).folderPanel, ["folder"]],
};

/** @type {Panel} */
export function toolsPanel({ store, session }) {
  const say = words().tools;
  const names = /** @type {Tool[]} */ (Object.keys(TOOLS));

  const tabs = names.map((name) =>
    el(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `tool-${name}`,
        "data-testid": `tab-${name}`,
        onclick: () => session.chooseTool(name),
      },
      say[name],
    ),
  );
  const sheets = names.map((name) =>
    el("div", { role: "tabpanel", id: `tool-${name}`, "aria-labelledby": `tab-${name}` }),
  );
  const list = el("div", { role: "tablist", "aria-label": say.title, class: "tabs" }, ...tabs);
  list.hidden = names.length === 1;
  // As in the pattern of the ARIA practices: one stop for the tab key, arrows between the tabs.
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (names.indexOf(store.get().tool) + step + names.length) % names.length;
    session.chooseTool(names[next]);
    tabs[next].focus();
  });

  /** @type {Set<Tool>} */
  const begun = new Set();
  /** @param {Tool} name */
  async function fill(name) {
    if (begun.has(name)) return;
    begun.add(name);
    try {
      const [load, styles] = TOOLS[name];
      const [panel] = await Promise.all([fetchPart(load), fetchPart(needToolWords), needStyles(...styles)]);
      sheets[names.indexOf(name)].replaceChildren(panel({ store, session }));
    } catch (error) {
      begun.delete(name);
      session.report(error, () => fill(name));
    }
  }

  store.watch(
    (state) => state.tool,
    (tool) => {
      names.forEach((name, i) => {
        const chosen = name === tool;
        tabs[i].setAttribute("aria-selected", String(chosen));
        tabs[i].tabIndex = chosen ? 0 : -1;
        sheets[i].hidden = !chosen;
      });
    },
  );
  // The one that is in front at first has nothing to show before there is a model, which its code would only hold up.
  store.watch(
    ({ tool, info, activity }) => (tool !== names[0] || info || activity === "failed" ? tool : null),
    (tool) => tool && void fill(tool),
  );

  return el("div", { class: "tools" }, list, ...sheets);
}
