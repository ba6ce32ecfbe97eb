/** What went wrong and what to do about it, until it is dismissed or something works again. */

import { el, icon } from "../page/dom.js";

/** @type {Record<import("../protocol.js").ErrorCode, string>} */
const TITLES = {
  "not-an-image": "That is not a picture",
  "unsupported-image": "This kind of picture is not supported",
  "image-damaged": "The picture is damaged",
  "image-too-large": "The picture is too large",
  "not-a-checkpoint": "That is not a checkpoint",
  truncated: "The checkpoint is cut off",
  unsafe: "The checkpoint was refused",
  corrupt: "The checkpoint is damaged",
  "no-ema": "The checkpoint has no averaged weights",
  mismatch: "The checkpoint does not fit",
  labels: "The labels do not fit",
  "no-model": "There is no such model",
  "no-picture": "There is no picture",
  "bad-request": "That cannot be done",
  panic: "The engine had a fault",
  failed: "That did not work",
  "download-failed": "The download failed",
  "wrong-hash": "The download is not what it should be",
  offline: "You are offline",
  "no-wasm": "This browser cannot run the engine",
  "worker-crashed": "The engine stopped",
  "out-of-memory": "Out of memory",
  "camera-denied": "The camera is not allowed",
  "camera-missing": "No camera",
  "camera-busy": "The camera is busy",
  "camera-insecure": "No camera on this page",
  "camera-failed": "The camera failed",
  "screen-denied": "No screen is shared",
  "screen-failed": "The screen cannot be shared",
  "film-unsupported": "The film cannot be played",
  "sound-failed": "No sound",
};

/** @type {import("../page/state.js").Panel} */
export function errorPanel({ store, session }) {
  const title = el("strong");
  const message = el("p");
  const hint = el("p", { class: "error-hint" });
  const panel = el(
    "div",
    { class: "error", role: "alert", "data-testid": "error" },
    el("div", {}, title, message, hint),
    el(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": "Dismiss",
        "data-testid": "error-dismiss",
        onclick: () => session.dismissError(),
      },
      icon("close"),
    ),
  );
  store.watch(
    (state) => state.error,
    (fault) => {
      panel.hidden = fault === null;
      delete panel.dataset.code;
      if (!fault) return;
      panel.dataset.code = fault.code;
      title.textContent = TITLES[fault.code];
      message.textContent = fault.message;
      hint.textContent = fault.hint;
    },
  );
  return panel;
}
