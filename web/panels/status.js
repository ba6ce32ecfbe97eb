/** One line that says what is going on, the progress of what takes long, and the kernels in use. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatBytes } from "../page/format.js";

/** @typedef {import("../page/state.js").State} State */

/** @type {import("../page/state.js").Panel} */
export function statusPanel({ store }) {
  const text = el("p", { role: "status", "data-testid": "status" });
  const numbers = el("span", { class: "muted", "data-testid": "progress" });
  const bar = el("progress", { max: "1", "aria-label": "Progress" });
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
        phase === "weights" ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total} runs`;
    },
  );
  store.watch(
    (state) => state.kernel,
    (choice) => {
      kernel.textContent = choice ? choice.name : "…";
      note.textContent = choice?.note ?? "";
      note.hidden = !choice?.note;
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
    el("div", { class: "status-line" }, text, numbers, el("span", { class: "chip" }, kernel, " kernels")),
    bar,
    note,
    notice,
  );
}

/** @param {Readonly<State>} state */
function isLong({ activity }) {
  return activity === "loading" || activity === "benchmarking";
}

/** @param {Readonly<State>} state */
function describe({ activity, live, answer, progress }) {
  switch (activity) {
    case "loading":
      return progress && progress.done < progress.total ? "Downloading the model" : "Preparing the model";
    case "classifying":
      return "Classifying";
    case "benchmarking":
      return "Measuring this device";
    case "failed":
      return "No model is loaded: choose one or open your own";
    case "idle":
      if (live.phase === "on" && live.source === "camera") return "Classifying what the camera sees";
      if (live.phase === "on") return live.source === "screen" ? words().live.screen : words().live.film(live.name);
      if (answer?.live) return answer.about === "camera" ? "The camera is off" : words().live.over;
      return answer ? `Classified ${answer.about}` : "Ready";
  }
}
