/** One line that says what is going on, the progress of what takes long, and the kernels in use. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatBytes } from "../page/format.js";
import { isLoading } from "../page/state.js";

/** @typedef {import("../page/state.js").State} State */

/** @type {import("../page/state.js").Panel} */
export function statusPanel({ store }) {
  const say = words().status;
  const text = el("p", { role: "status", "data-testid": "status" });
  const numbers = el("span", { class: "muted", "data-testid": "progress" });
  const bar = el("progress", { max: "1", "aria-label": say.progress });
  const kernel = el("span", { "data-testid": "kernel" });
  const note = el("p", { class: "note", "data-testid": "kernel-note" });
  const notice = el("p", { class: "note", role: "status", "data-testid": "notice" });

  store.watch(describe, (sentence) => (text.textContent = sentence));
  store.watch(
    (state) => (isLong(state) ? (state.progress ?? "unknown") : null),
    (progress) => {
      bar.hidden = numbers.hidden = progress === null;
      numbers.textContent = "";
      // Without a value the bar shows that something goes on, not how much.
      bar.removeAttribute("value");
      if (progress === null || progress === "unknown") return;
      const { phase, done, total } = progress;
      // All bytes here, but the model not yet ready: it is being unpacked.
      if (phase === "bench" || done < total) bar.value = done / total;
      numbers.textContent =
        phase === "weights" ? say.bytes(formatBytes(done), formatBytes(total)) : say.runs(done, total);
    },
  );
  store.watch(
    (state) => state.kernel,
    (choice) => {
      kernel.textContent = choice ? choice.name : "…";
      note.textContent = choice?.unmet ? say[choice.unmet](choice.wish, choice.name) : "";
      note.hidden = !choice?.unmet;
    },
  );
  store.watch(
    (state) => state.notice,
    (message) => {
      notice.textContent = message;
      notice.hidden = !message;
    },
  );

  return el(
    "div",
    { class: "status" },
    el("div", { class: "status-line" }, text, numbers, el("span", { class: "chip" }, ...say.kernels(kernel))),
    bar,
    note,
    notice,
  );
}

/** @param {Readonly<State>} state */
function isLong(state) {
  return isLoading(state) || state.activity === "benchmarking";
}

/** @param {Readonly<State>} state */
function describe(state) {
  const { activity, live, answer, progress } = state;
  const say = words().status;
  switch (isLoading(state) ? "loading" : activity) {
    case "loading":
      if (!progress || progress.done >= progress.total) return say.preparing;
      return progress.from === "browser" ? say.reading : say.downloading;
    case "classifying":
      return say.classifying;
    case "benchmarking":
      return say.benchmarking;
    case "failed":
      return say.failed;
    case "idle":
      if (live.phase === "on" && live.source === "camera") return say.watching;
      if (live.phase === "on") return live.source === "screen" ? words().live.screen : words().live.film(live.name);
      if (answer?.live) return answer.about === "camera" ? say.cameraOff : words().live.over;
      return answer ? say.classified(answer.about) : say.ready;
  }
}
