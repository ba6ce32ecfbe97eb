/**
 * The network as a drawing that carries its times: every block with what it costs, the slowest by name, the inside of
 * a chosen block, and a tour through all of it. What shows the inside is fetched when it is first asked for.
 */

import { toolWords } from "../language.js";
import { calmly } from "../page/calm.js";
import { el, icon } from "../page/dom.js";
import { formatCount, formatMs, formatPercent } from "../page/format.js";
import { costs, slowest, sum } from "../page/xray/architecture.js";
import { BRANCHES } from "../page/xray/drawing.js";
import { needStyles } from "../page/styles.js";
import { createNetwork } from "../page/xray/network.js";
import { createBreakdown } from "./timings.js";

/** @typedef {import("../page/state.js").Timing} Timing */

/** @type {import("../page/state.js").Panel} */
export function xrayPanel({ store, session }) {
  const say = toolWords().xray;
  const place = el("div", { class: "network-place" });
  const verdict = el("p", { class: "verdict", "data-testid": "slowest" });
  const caption = el("p", { class: "muted", "data-testid": "timing-caption" });
  const table = el("details", { class: "numbers", "data-testid": "numbers" }, el("summary", {}, say.table));
  /** @type {ReturnType<typeof createNetwork> | null} */
  let network = null;
  /** @type {ReturnType<typeof createBreakdown> | null} */
  let breakdown = null;

  const inside = el("div", { class: "inside-place" });
  const guide = el("div");
  /** @type {ReturnType<typeof import("./inspector.js").createInspector> | null} */
  let inspector = null;
  /** What was asked for. @type {Set<string>} */
  const begun = new Set();
  /** What the tour points at: a part of the drawing, and a section of the inside. */
  let pointed = { target: "", section: "" };

  store.watch(
    (state) => state.info,
    (info) => {
      network = info && createNetwork(info, say, open);
      place.replaceChildren(network?.element ?? "");
      breakdown = info && createBreakdown(info.blocks);
      table.replaceChildren(table.children[0], ...(breakdown?.elements ?? []));
      network?.choose(store.get().inspected);
      inspector?.show();
      show();
    },
  );
  const showCalmly = calmly(show);
  store.watch(
    (state) => state.timing,
    (timing) => (timing && timing.passes > 1 ? showCalmly() : show()),
  );
  store.watch(
    (state) => state.inspected,
    (name) => {
      network?.choose(name);
      if (name) void need("inspector");
    },
  );
  store.watch(
    (state) => state.tour >= 0,
    (on) => on && void need("tour"),
  );

  const tourButton = el(
    "button",
    { type: "button", class: "primary", "data-testid": "tour-start", onclick: () => session.goTour(0) },
    icon("walk"),
    say.explain,
  );

  /** @param {"inspector" | "tour"} part  to be built, once */
  async function need(part) {
    if (begun.has(part)) return;
    begun.add(part);
    try {
      const make = { inspector: addInspector, tour: addTour }[part];
      await make();
    } catch (error) {
      begun.delete(part);
      session.report(error);
    }
  }

  async function addInspector() {
    const [{ createInspector }] = await Promise.all([import("./inspector.js"), needStyles("inspector")]);
    // Another language may have taken this panel's place.
    if (!inside.isConnected) return;
    inspector = createInspector({ store, session }, () => network?.plans ?? []);
    // What had the focus is gone; it goes back to where it came from.
    inspector.element.addEventListener("left", (event) => network?.focus(/** @type {CustomEvent} */ (event).detail));
    // A section that the tour points at may come only now.
    inspector.element.addEventListener("drawn", () => point(pointed.target, pointed.section));
    inside.replaceChildren(inspector.element);
    point(pointed.target, pointed.section);
  }

  async function addTour() {
    const [{ createTour }] = await Promise.all([import("./tour.js"), needStyles("tour")]);
    if (!guide.isConnected) return;
    const tour = createTour({ store, session }, point);
    tour.element.addEventListener("left", () => tourButton.focus());
    guide.replaceChildren(tour.element);
  }

  /** @param {string} name */
  function open(name) {
    const { inspected } = store.get();
    session.inspect(inspected === name ? "" : name);
    if (inspected !== name) requestAnimationFrame(() => reveal(inside));
  }

  function show() {
    const { timing } = store.get();
    network?.show(timing);
    table.hidden = verdict.hidden = timing === null;
    if (!timing) {
      caption.textContent = toolWords().timings.empty;
      return;
    }
    breakdown?.show(timing.blocks);
    caption.textContent = captionOf(timing);
    const name = slowest(timing.blocks);
    const cost = costs(timing.blocks).get(name);
    if (!cost) return;
    const link = el("button", { type: "button", class: "link", onclick: () => open(name) }, name);
    // Not replaced while it has the focus: the camera brings a new one many times a second.
    if (verdict.contains(document.activeElement) && verdict.dataset.name === name) return;
    verdict.dataset.name = name;
    verdict.replaceChildren(
      ...say.slowest(link, formatMs(cost.ms), formatPercent(cost.share), formatPercent(cost.arithmetic)),
    );
  }

  /**
   * @param {string} target  of the drawing
   * @param {string} section  of the inside
   */
  function point(target, section) {
    pointed = { target, section };
    const drawn = network?.point(target) ?? null;
    let found = null;
    for (const part of inside.querySelectorAll("[data-section]")) {
      const hit = section !== "" && /** @type {HTMLElement} */ (part).dataset.section === section;
      part.classList.toggle("pointed", hit);
      if (hit) found = part;
    }
    const shown = found ?? drawn;
    if (shown) requestAnimationFrame(() => reveal(shown));
  }

  return el(
    "section",
    { class: "card xray", "aria-labelledby": "xray-title" },
    el(
      "div",
      { class: "card-head" },
      el("h2", { id: "xray-title" }, say.title),
      el("div", { class: "actions" }, benchButton({ store, session }), tourButton),
    ),
    benchLine({ store, session }),
    el("p", { class: "muted" }, say.lead),
    legend(),
    caption,
    verdict,
    place,
    inside,
    table,
    guide,
  );
}

/** @param {Timing} timing */
function captionOf({ of, passes, total, blocks }) {
  const say = toolWords().timings;
  return say.caption({
    what: of === "answer" && passes > 1 ? say.passes(passes) : say.of[of],
    ms: formatMs(total),
    macs: formatCount(sum(blocks, (block) => block.macs)),
    blocks: blocks.length,
  });
}

/** @param {Element} element */
function reveal(element) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}

function legend() {
  const say = toolWords().xray;
  return el(
    "ul",
    { class: "legend-list muted" },
    ...BRANCHES.map((branch) =>
      el("li", {}, el("span", { class: `swatch ${branch}`, "aria-hidden": "true" }), say.branches[branch]),
    ),
    el("li", {}, el("span", { class: "swatch heat", "aria-hidden": "true" }), say.heat),
  );
}

/** @type {import("../page/state.js").Panel} */
function benchButton({ store, session }) {
  const say = toolWords().timings;
  const text = el("span");
  const button = el(
    "button",
    { type: "button", "data-testid": "bench", onclick: () => void session.benchmark() },
    icon("gauge"),
    text,
  );
  store.watch(
    (state) => state.activity !== "idle",
    (busy) => (button.disabled = busy),
  );
  store.watch(
    ({ activity, progress }) =>
      activity === "benchmarking" && progress?.phase === "bench"
        ? say.run(progress.done, progress.total)
        : say.benchmark,
    (label) => (text.textContent = label),
  );
  return button;
}

/** @type {import("../page/state.js").Panel} */
function benchLine({ store }) {
  const say = toolWords().timings;
  const line = el("p", { class: "bench", "data-testid": "bench-result" });
  store.watch(
    (state) => state.bench,
    (bench) => {
      line.hidden = bench === null;
      if (!bench) return;
      const { median, p10, p90, min, gflops, kernel, runs } = bench;
      const parts = say.bench({
        median: el("strong", {}, say.ms(formatMs(median))),
        runs,
        p10: formatMs(p10),
        p90: formatMs(p90),
        min: formatMs(min),
        gflops: gflops.toFixed(1),
        kernel,
      });
      line.replaceChildren(...parts);
    },
  );
  return line;
}
