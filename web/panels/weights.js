/** Which of a model's files of weights is downloaded, where there are several. */

import { words } from "../language.js";
import { el } from "../page/dom.js";
import { formatBytes } from "../page/format.js";

/** @typedef {import("../protocol.js").WeightsFile} WeightsFile */

/** @type {import("../page/state.js").Panel} */
export function weightsPanel({ store, session }) {
  const say = words().model;
  const choices = el("div", { class: "segments" });
  const group = el(
    "fieldset",
    { class: "weights", "data-testid": "weights-choice" },
    el("legend", {}, say.weights),
    choices,
  );

  store.watch(
    (state) => state.models.find(({ id }) => id === state.chosen),
    (entry) => {
      const files = entry?.weights ?? [];
      group.hidden = files.length < 2;
      choices.replaceChildren(
        ...files.map((file) => {
          const size = say.sizes[sizeName(file, files)];
          const input = el("input", {
            type: "radio",
            name: "weights",
            value: file.dtype,
            onchange: () => entry && void session.chooseModel(entry.id, file.dtype),
          });
          const text = el("span", {}, el("strong", {}, size), ` ${formatBytes(file.bytes)} · ${file.dtype}`);
          return el("label", { class: "segment" }, input, text);
        }),
      );
      check(store.get().dtype);
    },
  );
  store.watch((state) => state.dtype, check);

  /** @param {string} dtype */
  function check(dtype) {
    for (const input of choices.querySelectorAll("input")) input.checked = input.value === dtype;
  }
  return group;
}

/**
 * @param {WeightsFile} file
 * @param {WeightsFile[]} files
 */
function sizeName(file, files) {
  const sizes = files.map(({ bytes }) => bytes);
  if (file.bytes === Math.max(...sizes)) return "full";
  return file.bytes === Math.min(...sizes) ? "small" : "medium";
}
