/** Where the time goes, in numbers: every block of the network, grouped by stage. */

import { toolWords } from "../language.js";
import { el } from "../page/dom.js";
import { formatCount, formatMs, formatPercent, formatShape } from "../page/format.js";
import { sum } from "../page/xray/architecture.js";

/** @typedef {import("../protocol.js").BlockTiming} BlockTiming */

/**
 * A ribbon of the stages and a table of the blocks, for passes through one model.
 * @param {BlockTiming[]} model
 */
export function createBreakdown(model) {
  const { columns } = toolWords().timings;
  const groups = [...new Set(model.map((block) => block.stage))].map((stage) => createGroup(stage, model));
  const table = el(
    "table",
    {},
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        heading(columns.block),
        heading(columns.output),
        heading(columns.macs),
        heading(columns.ms),
        heading("GFLOP/s", "col", "rate"),
        heading(columns.share),
      ),
    ),
    ...groups.map((group) => group.body),
  );
  return {
    elements: [el("div", { class: "ribbon", "aria-hidden": "true" }, ...groups.map((group) => group.ribbon)), table],
    /** @param {BlockTiming[]} blocks */
    fits: (blocks) => blocks.length === model.length && blocks.every((block, i) => sameBlock(block, model[i])),
    /** @param {BlockTiming[]} blocks */
    show(blocks) {
      const total = sum(blocks, (block) => block.ms);
      for (const group of groups) group.show(blocks, total);
    },
  };
}

/**
 * One stage: its part of the ribbon and its rows.
 * @param {string} stage
 * @param {BlockTiming[]} model
 */
function createGroup(stage, model) {
  const name = stageName(stage);
  const ribbon = el("span", { "data-stage": stage }, el("span", {}, name));
  const cells = createCells();
  const head = el(
    "tr",
    { class: "stage-row", "data-stage": stage },
    heading(name, "rowgroup"),
    el("td"),
    el("td"),
    ...cells.elements,
  );
  const rows = new Map(model.filter((block) => block.stage === stage).map((block) => [block.name, createRow(block)]));
  return {
    ribbon,
    body: el("tbody", {}, head, ...[...rows.values()].map((row) => row.element)),
    /**
     * @param {BlockTiming[]} blocks
     * @param {number} total
     */
    show(blocks, total) {
      const mine = blocks.filter((block) => block.stage === stage);
      const ms = sum(mine, (block) => block.ms);
      cells.show(
        ms,
        total,
        sum(mine, (block) => block.macs),
      );
      ribbon.style.flexGrow = String(ms / total);
      for (const block of mine) rows.get(block.name)?.show(block, total);
    },
  };
}

/** @param {string} stage */
function stageName(stage) {
  /** @type {Record<string, string>} */
  const names = toolWords().timings.stages;
  return names[stage] ?? stage;
}

/** @param {BlockTiming} block */
function createRow({ name, shape, macs }) {
  const cells = createCells();
  const element = el(
    "tr",
    { "data-testid": "block-row", "data-name": name },
    el("th", { scope: "row" }, name),
    el("td", {}, formatShape(shape)),
    el("td", {}, macs ? formatCount(macs) : "–"),
    ...cells.elements,
  );
  return {
    element,
    /**
     * @param {BlockTiming} block
     * @param {number} total
     */
    show({ ms }, total) {
      element.dataset.ms = String(ms);
      cells.show(ms, total, macs);
    },
  };
}

/** The cells that change with every pass: milliseconds, arithmetic a second and share. */
function createCells() {
  const time = el("td");
  const rate = el("td", { class: "rate" });
  const percent = el("span");
  const share = el("td", { class: "share" }, percent);
  return {
    elements: [time, rate, share],
    /**
     * @param {number} ms
     * @param {number} total
     * @param {number} macs
     */
    show(ms, total, macs) {
      time.textContent = formatMs(ms);
      // A multiply-accumulate counts as two operations. A coarse clock may see no time pass.
      rate.textContent = ms > 0 && macs > 0 ? ((2 * macs) / ms / 1e6).toFixed(1) : "–";
      percent.textContent = formatPercent(ms / total);
      share.style.setProperty("--share", String(ms / total));
    },
  };
}

/**
 * @param {string} text
 * @param {string} scope
 * @param {string} kind  a class
 */
function heading(text, scope = "col", kind = "") {
  return el("th", { scope, class: kind }, text);
}

/**
 * @param {BlockTiming} a
 * @param {BlockTiming} b
 */
function sameBlock(a, b) {
  return a.name === b.name && a.macs === b.macs && formatShape(a.shape) === formatShape(b.shape);
}
