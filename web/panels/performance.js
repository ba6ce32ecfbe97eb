/** How fast the network runs here, with which kernels and why, and in how much memory. */

import { KERNELS } from "../kernels.js";
import { toolWords, words } from "../language.js";
import { calmly } from "../page/calm.js";
import { benchmarkReport, surveyDevice } from "../page/device.js";
import { el, icon } from "../page/dom.js";
import { formatBytes, formatCount, formatMs, formatPercent } from "../page/format.js";
import { costs, sum } from "../page/xray/architecture.js";

/** @typedef {import("../page/device.js").Device} Device */
/** @typedef {import("../protocol.js").MemoryUse} MemoryUse */
/** @typedef {import("../page/state.js").Panel} Panel */

const PAGE_BYTES = 65536;

/** @type {Panel} */
export function performancePanel(page) {
  return el("div", { class: "performance" }, benchCard(page), kernelCard(page), timeCard(page), deviceCard(page));
}

/**
 * @param {string} id
 * @param {string} title
 * @param {...Node} children
 */
function card(id, title, ...children) {
  return el(
    "section",
    { class: "card", "aria-labelledby": id, "data-testid": id },
    el("h2", { id }, title),
    ...children,
  );
}

/** @type {Panel} */
function benchCard({ store, session }) {
  const say = toolWords().performance;
  const text = el("span");
  const said = el("span", { class: "muted", role: "status", "data-testid": "bench-copied" });
  const numbers = el("dl", { class: "figures", "data-testid": "bench-device-result" });
  const progress = el("progress", { "aria-label": say.bench });
  const run = el(
    "button",
    { type: "button", class: "primary", "data-testid": "bench-device", onclick: () => void session.benchmark() },
    icon("gauge"),
    text,
  );
  const copy = el(
    "button",
    { type: "button", "data-testid": "bench-copy", onclick: () => void copyReport() },
    icon("copy"),
    say.copy,
  );

  async function copyReport() {
    const { bench } = store.get();
    if (!bench) return;
    const memory = await session.memory().catch(() => null);
    try {
      await navigator.clipboard.writeText(benchmarkReport(bench, surveyDevice(), memory));
      said.textContent = say.copied;
    } catch {
      said.textContent = say.notCopied;
    }
  }

  store.watch(
    (state) => state.activity !== "idle",
    (busy) => (run.disabled = busy),
  );
  store.watch(
    ({ activity, progress }) => (activity === "benchmarking" ? progress : null),
    (value) => {
      progress.hidden = value?.phase !== "bench";
      text.textContent = value?.phase === "bench" ? say.running(value.done, value.total) : say.bench;
      if (value) [progress.value, progress.max] = [value.done, value.total];
    },
  );
  store.watch(
    (state) => state.bench,
    (bench) => {
      numbers.hidden = copy.hidden = bench === null;
      said.textContent = "";
      if (!bench) return;
      const rows = { [say.median]: bench.median, p10: bench.p10, p90: bench.p90, [say.best]: bench.min };
      numbers.replaceChildren(
        ...Object.entries(rows).map(([name, ms]) =>
          el("div", {}, el("dt", {}, name), el("dd", {}, toolWords().timings.ms(formatMs(ms)))),
        ),
        el("div", {}, el("dt", {}, "GFLOP/s"), el("dd", {}, bench.gflops.toFixed(1))),
      );
    },
  );
  return card(
    "bench-title",
    say.title,
    el("p", { class: "muted" }, say.benchAbout),
    progress,
    numbers,
    el("div", { class: "actions" }, run, copy, said),
  );
}

/** @type {Panel} */
function kernelCard({ store }) {
  const say = toolWords().performance;
  const reason = el("p", { "data-testid": "kernel-reason" });
  const rows = KERNELS.map(({ name, probe }) => {
    // The worker asked the same questions; here they are asked again, to be shown.
    const runs = probe === null || WebAssembly.validate(probe);
    const used = el("strong", {}, ` · ${say.inUse}`);
    const whats = /** @type {Record<string, string>} */ (say.whats);
    return {
      name,
      used,
      element: el(
        "tr",
        { "data-testid": "kernel-row", "data-name": name, "data-runs": String(runs) },
        el("th", { scope: "row" }, name),
        el("td", { class: "words" }, whats[name] ?? ""),
        el("td", {}, runs ? say.runs : say.fails, used),
      ),
    };
  });
  store.watch(
    (state) => state.kernel,
    (kernel) => {
      for (const row of rows) row.used.hidden = row.name !== kernel?.name;
      reason.textContent = "";
      if (!kernel) return;
      const { plain, unsupported, unknown } = words().status;
      const why = kernel.unmet
        ? { plain, unsupported, unknown }[kernel.unmet](kernel.wish, kernel.name)
        : kernel.wish === "auto"
          ? say.fastest
          : say.wished;
      reason.textContent = `${say.chosen(kernel.name, kernel.artifact)} ${why}`;
    },
  );
  const heading = (/** @type {string} */ text) => el("th", { scope: "col" }, text);
  return card(
    "kernels-title",
    say.kernels,
    reason,
    el(
      "table",
      { class: "kernel-table" },
      el("thead", {}, el("tr", {}, heading(say.kernel), heading(say.needs), heading(say.verdict))),
      el("tbody", {}, ...rows.map((row) => row.element)),
    ),
  );
}

/** @type {Panel} */
function timeCard({ store }) {
  const say = toolWords().performance;
  const caption = el("p", { class: "muted" });
  const list = el("ol", { class: "bars", "data-testid": "block-bars" });
  function show() {
    const { timing, tool } = store.get();
    if (tool !== "performance") return;
    list.hidden = timing === null;
    caption.textContent = say.noTimes;
    if (!timing) return;
    const macs = sum(timing.blocks, (block) => block.macs);
    caption.textContent = say.total(
      formatMs(timing.total),
      formatCount(macs),
      ((2 * macs) / timing.total / 1e6).toFixed(1),
    );
    const cost = costs(timing.blocks);
    const most = Math.max(...[...cost.values()].map(({ share }) => share));
    const rows = [...cost].map(([name, { ms, share }]) => {
      const bar = el("span", { class: "bar-length", "aria-hidden": "true" });
      bar.style.setProperty("--share", String(share / most));
      return el(
        "li",
        { "data-testid": "block-bar", "data-name": name, "data-ms": String(ms) },
        el("span", { class: "bar-name" }, name),
        bar,
        el("span", { class: "bar-text" }, `${toolWords().timings.ms(formatMs(ms))} · ${formatPercent(share)}`),
      );
    });
    list.replaceChildren(...rows);
  }
  for (const part of /** @type {const} */ (["timing", "tool"])) store.watch((state) => state[part], calmly(show));
  return card("times-title", say.timing, caption, list);
}

/** @type {Panel} */
function deviceCard({ store, session }) {
  const say = toolWords().performance;
  const facts = el("dl", { class: "device-facts", "data-testid": "device-facts" });

  async function measure() {
    const memory = await session.memory().catch(() => null);
    facts.replaceChildren(...rows(surveyDevice(), memory));
  }
  // A benchmark takes memory, and a model does; the first time this is called at once.
  store.watch(
    ({ bench, info }) => bench ?? info,
    (loaded) => loaded && void measure(),
  );
  return card(
    "device-title",
    say.device,
    facts,
    el(
      "div",
      { class: "actions" },
      el(
        "button",
        { type: "button", "data-testid": "device-refresh", onclick: () => void measure() },
        icon("turn"),
        say.refresh,
      ),
    ),
  );
}

/**
 * @param {Device} device
 * @param {MemoryUse | null} memory
 */
function rows(device, memory) {
  const say = toolWords().performance;
  const step =
    device.clockStep < 1
      ? `${Math.round(1000 * device.clockStep)} µs`
      : toolWords().timings.ms(device.clockStep.toFixed(1));
  /** @type {[string, string, string][]} */
  const facts = [
    ["module", say.module, memory ? say.pages(formatBytes(memory.module), memory.module / PAGE_BYTES) : say.unknown],
    ["heap", say.heap, memory ? say.heapIn(formatBytes(memory.heap), formatBytes(memory.reserved)) : say.unknown],
    ["collections", say.collections, memory ? String(memory.collections) : say.unknown],
    ["page", say.page, device.pageHeap === null ? say.unknown : formatBytes(device.pageHeap)],
    ["clock", say.clock, say.clockStep(step, device.isolated)],
    ["cores", say.cores, String(device.cores)],
  ];
  return facts.map(([key, name, value]) => el("div", { "data-fact": key }, el("dt", {}, name), el("dd", {}, value)));
}
