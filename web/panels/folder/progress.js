/** How far the folder is, how long it takes, and the way to stop it. */

import { toolWords } from "../../language.js";
import { el, icon } from "../../page/dom.js";

/** @typedef {import("../../page/folder/run.js").FolderState} FolderState */

/** Before so many pictures nobody knows how long the rest takes. */
const KNOWN = 3;

/** @type {import("../../page/state.js").Panel} */
export function progressPanel({ store, session }) {
  const say = toolWords().folder;
  const name = el("strong", { class: "folder-name" });
  const text = el("p", { class: "muted", "data-testid": "folder-progress" });
  const bar = el("progress", { max: "1", "aria-label": say.progress });
  const spoken = el("p", { class: "visually-hidden", role: "status", "data-testid": "folder-spoken" });
  const stop = el(
    "button",
    { type: "button", "data-testid": "folder-stop", onclick: () => void session.stopFolder() },
    icon("stop"),
    say.stop,
  );
  const resume = el(
    "button",
    { type: "button", "data-testid": "folder-resume", onclick: () => void session.resumeFolder() },
    icon("turn"),
    say.resume,
  );
  const panel = el(
    "div",
    { class: "folder-progress" },
    el("div", { class: "folder-line" }, el("div", {}, name, text), stop, resume),
    bar,
    spoken,
  );

  store.watch(
    (state) => state.folder,
    (folder) => {
      panel.hidden = folder === null;
      if (!folder) return;
      const { phase, done, items } = folder;
      const busy = phase === "gathering" || phase === "loading" || phase === "running";
      panel.dataset.phase = phase;
      panel.dataset.done = String(done);
      name.textContent = folder.name;
      text.textContent = describe(folder);
      stop.hidden = !busy;
      resume.hidden = phase !== "stopped" || done === items.length;
      bar.hidden = !busy && phase !== "stopped";
      // Without a value the bar shows that something goes on, not how much.
      if (phase === "running" || phase === "stopped") bar.value = done / items.length;
      else bar.removeAttribute("value");
    },
  );
  // Said when something begins or ends; the numbers in between are there to be read.
  store.watch(
    (state) => state.folder?.phase ?? null,
    (phase) => {
      const { folder } = store.get();
      if (phase && folder) spoken.textContent = describe(folder);
    },
  );
  return panel;
}

/** @param {FolderState} folder */
function describe({ phase, found, items, done, failed, elapsed, workers }) {
  const say = toolWords().folder;
  const total = items.length;
  switch (phase) {
    case "gathering":
      return say.gathering(found);
    case "empty":
      return say.empty;
    case "loading":
      return say.loading(total);
    case "running": {
      if (done < KNOWN || elapsed === 0) return say.begun({ done, total, workers });
      const rate = (1000 * done) / elapsed;
      return say.running({ done, total, workers, rate: rate.toFixed(rate < 10 ? 1 : 0), left: (total - done) / rate });
    }
    case "stopped":
      return say.stopped({ done, total });
    case "done":
      return say.done({ total, failed, seconds: elapsed / 1000 });
  }
}
