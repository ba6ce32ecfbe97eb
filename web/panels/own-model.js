/** A checkpoint of the user's own: opening it and its labels, and whether this browser remembers them. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";

/** @type {import("../page/state.js").Panel} */
export function ownModelPanel({ store, session }) {
  const say = words().model;
  const checkpoint = picker("checkpoint-input", ".pth,.pt,.safetensors,.txt,.tsv,.csv,.json", session.openFiles);
  const labels = picker("labels-input", ".txt,.tsv,.csv,.json", session.openFiles);
  const addLabels = el("button", { type: "button", onclick: () => labels.click() }, icon("file"), say.addLabels);
  const labelled = el("p", { class: "muted", "data-testid": "own-labels" });
  const keep = el("input", {
    type: "checkbox",
    "data-testid": "keep-own",
    onchange: () => void session.keepOwnModel(keep.checked),
  });
  const keeping = el("label", { class: "check" }, keep, say.keepOwn);

  store.watch(
    // Not yet while it is being loaded: only models of the site say whether they are kept.
    (state) => state.chosen === "" && state.info !== null && state.info.kept === undefined,
    (inUse) => (addLabels.hidden = keeping.hidden = !inUse),
  );
  store.watch(
    (state) => (state.chosen === "" ? state.ownLabels : ""),
    (name) => {
      labelled.hidden = name === "";
      labelled.textContent = say.ownLabels(name);
    },
  );
  // After every change, for a wish that could not be met takes the tick back.
  store.watch(
    (state) => [state.ownKept, state.notice].join(),
    () => (keep.checked = store.get().ownKept),
  );

  return el(
    "div",
    { class: "own" },
    el("p", { class: "muted" }, say.own),
    checkpoint,
    labels,
    el(
      "div",
      { class: "actions" },
      el("button", { type: "button", onclick: () => checkpoint.click() }, icon("file"), say.open),
      addLabels,
    ),
    labelled,
    keeping,
  );
}

/**
 * A hidden input of files; the button beside it is for everyone.
 * @param {string} testId
 * @param {string} accept
 * @param {(files: File[]) => Promise<void>} open
 */
function picker(testId, accept, open) {
  const input = el("input", {
    type: "file",
    accept,
    multiple: true,
    class: "visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    "data-testid": testId,
    onchange: () => {
      void open([...(input.files ?? [])]);
      // The same file can be chosen again.
      input.value = "";
    },
  });
  return input;
}
