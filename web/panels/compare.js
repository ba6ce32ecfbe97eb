/** The same picture through two sides, each a model and its kernels: what they answer and how long they take. */

import { toolWords } from "../language.js";
import { differenceOf, forwardOf, speedUp, toComparisonJson } from "../page/compare/difference.js";
import { el, icon } from "../page/dom.js";
import { formatDelta, formatTimes } from "./compare/format.js";
import { createBlockTable, createClassTable } from "./compare/tables.js";
import { sidePanel } from "./compare/side.js";
import { nameOf } from "../page/names.js";

/** @typedef {import("../page/compare/run.js").ComparisonState} ComparisonState */

/** Nearer than this, speeds count as the same. */
const EVEN = 0.03;

/** How long the page says that something was copied, in milliseconds. */
const SAID = 3000;

/** @type {import("../page/state.js").Panel} */
export function comparePanel({ store, session }) {
  const say = toolWords().compare;
  const verdict = el("p", { class: "verdict", role: "status", "data-testid": "compare-verdict" });
  const speed = el("p", { class: "muted", "data-testid": "compare-speed" });
  const invitation = el("p", { class: "muted", "data-testid": "compare-empty" });
  const classes = createClassTable();
  const blocks = createBlockTable();
  const said = el("span", { class: "muted", role: "status" });
  let timer = 0;

  async function copy() {
    const { comparison } = store.get();
    if (!comparison) return;
    try {
      await navigator.clipboard.writeText(toComparisonJson(comparison));
      said.textContent = say.copied;
    } catch {
      // Not a secure page, or not allowed.
      said.textContent = say.refused;
    }
    clearTimeout(timer);
    timer = setTimeout(() => (said.textContent = ""), SAID);
  }
  const copyButton = el(
    "button",
    { type: "button", "data-testid": "compare-copy", onclick: () => void copy() },
    icon("copy"),
    say.copy,
  );

  const results = el("div", { class: "compare-results" }, verdict, speed, classes.element, blocks.element);
  const panel = el(
    "section",
    { class: "card compare", "aria-labelledby": "compare-title", "data-testid": "compare" },
    el(
      "div",
      { class: "card-head" },
      el("h2", { id: "compare-title" }, say.title),
      el("div", { class: "actions compare-copy" }, said, copyButton),
    ),
    el("p", { class: "muted" }, say.about),
    el("div", { class: "compare-sides" }, sidePanel({ store, session }, 0), sidePanel({ store, session }, 1)),
    invitation,
    results,
  );

  store.watch(
    ({ picture, live }) => (picture ? "" : live.phase === "off" ? say.invitation : say.camera),
    (text) => {
      invitation.textContent = text;
      invitation.hidden = text === "";
    },
  );
  store.watch(
    (state) => state.comparison,
    (comparison) => {
      const difference = comparison && differenceOf(comparison);
      results.hidden = copyButton.hidden = !difference;
      panel.dataset.about = (difference && comparison?.about) || "";
      panel.dataset.measuring = String(Boolean(comparison?.measuring));
      if (!comparison || !difference) return;
      panel.dataset.most = String(difference.most?.delta);
      // Once a picture, not with every pass: it is spoken.
      const sentence = describe(comparison, difference);
      if (verdict.textContent !== sentence) verdict.textContent = sentence;
      speed.textContent = describeSpeed(comparison);
      classes.show(difference);
      blocks.show(comparison);
    },
  );
  return panel;
}

/**
 * @param {ComparisonState} comparison
 * @param {import("../page/compare/difference.js").Difference} difference
 */
function describe({ sides: [left, right] }, { agree, sameOrder, most }) {
  const say = toolWords().compare;
  const [a, b] = [nameOf(left.classes[0]), nameOf(right.classes[0])];
  const first = sameOrder ? say.same(a) : agree ? say.agree(a) : say.disagree(a, b);
  if (!most) return `${first} ${say.strangers}`;
  return `${first} ${most.delta === 0 ? say.identical : say.most(formatDelta(most.delta), most.label)}`;
}

/** @param {ComparisonState} comparison */
function describeSpeed({ sides: [left, right] }) {
  const say = toolWords().compare;
  const times = speedUp([forwardOf(left), forwardOf(right)]);
  if (times === null) return "";
  if (Math.abs(times - 1) < EVEN) return say.even;
  const [faster, by] = times > 1 ? [say.side[0], times] : [say.side[1], 1 / times];
  return say.faster(faster, formatTimes(by));
}
