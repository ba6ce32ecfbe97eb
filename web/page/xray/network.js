/** The drawn network: a row a stage, a node a block. Every node is a button that carries what its block costs. */

import { toolWords } from "../../language.js";
import { el } from "../dom.js";
import { formatCount, formatMs, formatPercent } from "../format.js";
import { costs, planRows, slowest } from "./architecture.js";
import { BRANCHES, drawBlock, drawGrid } from "./drawing.js";

/** @typedef {import("./architecture.js").BlockPlan} BlockPlan */
/** @typedef {import("./architecture.js").Cost} Cost */
/** @typedef {import("../../protocol.js").BlockTiming} BlockTiming */
/** @typedef {import("../../language.js").ToolWords["xray"]} Say */

/**
 * @param {import("../../protocol.js").Info} info
 * @param {Say} say
 * @param {(name: string) => void} open  a block was chosen
 */
export function createNetwork(info, say, open) {
  const rows = planRows(info);
  const widest = Math.max(...rows.map((row) => row.shape[2]));
  const nodes = rows.flatMap((row) => row.blocks.map((plan) => createNode(plan, widest, say, open)));
  const element = el(
    "div",
    { class: "network", role: "group", "aria-label": say.network, "data-testid": "blocks" },
    ...rows.map((row) =>
      el(
        "section",
        { class: "stage-lane", "data-lane": `stage${row.stage}` },
        el(
          "div",
          { class: "stage-name" },
          drawGrid(row.shape),
          el("h3", {}, say.stage(row.stage)),
          el("p", { class: "muted" }, ...say.mapLines(row.shape).map((line) => el("span", {}, line))),
        ),
        el(
          "div",
          { class: "nodes" },
          ...nodes.filter(({ plan }) => row.blocks.includes(plan)).map((node) => node.element),
        ),
      ),
    ),
  );

  // One stop for the tab key; arrows go from block to block.
  element.addEventListener("keydown", (event) => {
    const at = nodes.findIndex((node) => node.element === document.activeElement);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: nodes.length - 1,
    };
    const next = nodes[to[/** @type {keyof typeof to} */ (event.key)]];
    if (at < 0 || !next) return;
    event.preventDefault();
    reach(next.plan.name);
    next.element.focus();
  });

  /** @param {string} name  of the block that the tab key goes to */
  function reach(name) {
    for (const node of nodes) node.element.tabIndex = node.plan.name === name ? 0 : -1;
  }
  reach(nodes[0].plan.name);

  return {
    element,
    plans: nodes.map((node) => node.plan),
    /** @param {import("../../page/state.js").Timing | null} timing */
    show(timing) {
      if (timing) element.dataset.forward = String(timing.total);
      else delete element.dataset.forward;
      const cost = timing && costs(timing.blocks);
      const most = timing ? slowest(timing.blocks) : "";
      const top = cost?.get(most)?.share ?? 1;
      for (const node of nodes) node.show(cost?.get(node.plan.name) ?? null, node.plan.name === most, top);
    },
    /** @param {string} name  of the block whose inside is shown; empty: none's */
    choose(name) {
      for (const node of nodes) node.element.setAttribute("aria-expanded", String(node.plan.name === name));
      if (name) reach(name);
    },
    /** @param {string} name */
    focus: (name) => nodes.find((node) => node.plan.name === name)?.element.focus(),
    /**
     * Points at a part of the drawing.
     * @param {string} target  a block, or "stages" for all of them; empty: nothing
     * @returns {Element | null}
     */
    point(target) {
      /** @type {Element | null} */
      let found = null;
      for (const part of element.querySelectorAll("[data-lane], [data-name]")) {
        const { lane, name } = /** @type {HTMLElement} */ (part).dataset;
        const hit =
          target !== "" && (lane === target || name === target || (lane !== undefined && target === "stages"));
        part.classList.toggle("pointed", hit);
        if (hit) found ??= part;
      }
      return found;
    },
  };
}

/**
 * @param {BlockPlan} plan
 * @param {number} widest
 * @param {Say} say
 * @param {(name: string) => void} open
 */
function createNode(plan, widest, say, open) {
  const { name, kind, macs, split, shape } = plan;
  const badge = el("span", { class: "node-badge" }, say.slowestBadge);
  const time = el("span", { class: "node-time" });
  const cost = el("span", { class: "node-cost" }, macs ? `${formatCount(macs)} MACs` : "");
  const rate = el("span", { class: "node-cost node-rate" });
  const element = el(
    "button",
    {
      type: "button",
      class: "node",
      "data-testid": "block-timing",
      "data-name": name,
      "data-kind": kind,
      "aria-expanded": "false",
      "aria-controls": "inspector",
      // The name is what is written on the block; this is what its drawing says.
      "aria-description": [say.map(shape), split ? say.splitWords(split) : ""].filter(Boolean).join(", "),
      onclick: () => open(name),
    },
    el("span", { class: "node-head" }, el("span", { class: "node-name" }, name), " ", badge, " "),
    el("span", { class: "node-kind" }, say.kinds[kind]),
    " ",
    drawBlock(plan, widest),
    el("span", { class: "node-split", "aria-hidden": "true" }, ...(split ? splitText(split, say) : [])),
    time,
    " ",
    cost,
    " ",
    rate,
  );
  return {
    plan,
    element,
    /**
     * @param {Cost | null} value
     * @param {boolean} isSlowest
     * @param {number} top  the largest share: the darkest
     */
    show(value, isSlowest, top) {
      badge.hidden = !isSlowest;
      element.classList.toggle("slowest", isSlowest);
      element.style.setProperty("--heat", String(value ? value.share / top : 0));
      time.hidden = value === null;
      if (value) {
        element.dataset.ms = String(value.ms);
        element.dataset.share = String(value.share);
        const ms = toolWords().timings.ms(formatMs(value.ms));
        time.replaceChildren(el("strong", {}, ms), " ", el("span", {}, formatPercent(value.share)));
      } else {
        delete element.dataset.ms;
        delete element.dataset.share;
      }
      rate.textContent = value?.gflops ? `${value.gflops.toFixed(1)} GFLOP/s` : "";
    },
  };
}

/**
 * The channels of the branches, each in its colour.
 * @param {import("./architecture.js").Split} split
 * @param {Say} say
 */
function splitText(split, say) {
  return BRANCHES.filter((branch) => split[branch] > 0).map((branch) =>
    el("span", { class: `count ${branch}`, title: say.branches[branch] }, String(split[branch])),
  );
}
