/** The tables of the comparison: the classes of both answers, the blocks of both networks. */

import { toolWords } from "../../language.js";
import { blocksOf, forwardOf, speedUp } from "../../page/compare/difference.js";
import { el } from "../../page/dom.js";
import { formatPercent } from "../../page/format.js";
import { formatDelta, formatTime, formatTimes } from "./format.js";

/** @typedef {import("../../page/compare/difference.js").Difference} Difference */
/** @typedef {import("../../page/compare/difference.js").Pair} Pair */
/** @typedef {import("../../page/compare/run.js").ComparisonState} ComparisonState */

/** The best five of either side, aligned by class. */
export function createClassTable() {
  const say = toolWords().compare;
  const body = el("tbody");
  /** @type {ReturnType<typeof createClassRow>[]} */
  const rows = [];
  return {
    element: el(
      "table",
      { class: "compare-classes" },
      el("caption", { class: "compare-caption" }, say.classes),
      headings(say.class, ...say.side, say.difference),
      body,
    ),
    /** @param {Difference} difference */
    show({ classes }) {
      while (rows.length < classes.length) rows.push(createClassRow());
      classes.forEach((one, i) => rows[i].show(one));
      // The same rows again, so that their bars glide from picture to picture.
      if (body.childElementCount !== classes.length) {
        body.replaceChildren(...rows.slice(0, classes.length).map(({ element }) => element));
      }
    },
  };
}

function createClassRow() {
  const label = el("th", { scope: "row" });
  const sides = [createBar(), createBar()];
  const difference = el("td", { class: "compare-delta" });
  const element = el("tr", { "data-testid": "compare-class" }, label, ...sides.map((bar) => bar.element), difference);
  return {
    element,
    /** @param {Difference["classes"][number]} one */
    show({ label: name, p }) {
      label.textContent = name;
      element.dataset.p = JSON.stringify(p);
      sides.forEach((bar, which) => bar.show(p[which]));
      const [a, b] = p;
      difference.textContent = a === null || b === null ? "–" : `${a < b ? "−" : "+"}${formatDelta(Math.abs(a - b))}`;
    },
  };
}

function createBar() {
  const text = el("span");
  const fill = el("span", { class: "bar-fill" });
  const element = el("td", { class: "compare-p" }, text, el("span", { class: "bar", "aria-hidden": "true" }, fill));
  return {
    element,
    /** @param {number | null} p */
    show(p) {
      text.textContent = p === null ? toolWords().compare.unknown : formatPercent(p);
      fill.style.setProperty("--share", String(p ?? 0));
    },
  };
}

/** Every block with its time on either side. */
export function createBlockTable() {
  const say = toolWords().compare;
  const body = el("tbody");
  const foot = createBlockRow(say.total);
  /** @type {Map<string, ReturnType<typeof createBlockRow>>} */
  let rows = new Map();
  return {
    element: el(
      "table",
      { class: "compare-blocks" },
      el("caption", { class: "compare-caption" }, say.blocks),
      headings(say.block, ...say.side.map(say.milliseconds), say.speedUp),
      body,
      el("tfoot", {}, foot.element),
    ),
    /** @param {ComparisonState} comparison */
    show(comparison) {
      const blocks = blocksOf(comparison);
      const slowest = Math.max(...blocks.flatMap(({ ms }) => ms.map((one) => one ?? 0)));
      if (blocks.map(({ name }) => name).join("\n") !== [...rows.keys()].join("\n")) {
        rows = new Map(blocks.map(({ name }) => [name, createBlockRow(name)]));
        body.replaceChildren(...[...rows.values()].map(({ element }) => element));
      }
      for (const { name, ms } of blocks) rows.get(name)?.show(ms, slowest);
      const [left, right] = comparison.sides;
      foot.show([forwardOf(left), forwardOf(right)], Infinity);
    },
  };
}

/** @param {string} name */
function createBlockRow(name) {
  const cells = [0, 1].map(() => el("td", { class: "share" }));
  const times = el("td");
  const element = el(
    "tr",
    { "data-testid": "compare-block", "data-name": name },
    el("th", { scope: "row" }, name),
    ...cells,
    times,
  );
  return {
    element,
    /**
     * @param {Pair} ms
     * @param {number} slowest  of all blocks: the full length of a bar
     */
    show(ms, slowest) {
      ms.forEach((time, which) => {
        cells[which].textContent = formatTime(time);
        cells[which].style.setProperty("--share", String((time ?? 0) / slowest));
      });
      element.dataset.ms = JSON.stringify(ms);
      const by = speedUp(ms);
      times.textContent = by === null ? "–" : `${formatTimes(by)}×`;
    },
  };
}

/** @param {...string} texts */
function headings(...texts) {
  return el("thead", {}, el("tr", {}, ...texts.map((text) => el("th", { scope: "col" }, text))));
}
