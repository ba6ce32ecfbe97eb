/** One side of the comparison: what it runs, and how it fares. */

import { toolWords, words } from "../../language.js";
import { el } from "../../page/dom.js";
import { forwardOf } from "../../page/compare/difference.js";
import { runnableKernels } from "../../page/compare/run.js";
import { formatMs } from "../../page/format.js";
import { titleOf } from "../../page/names.js";

/** @typedef {import("../../page/compare/run.js").Side} Side */
/** @typedef {import("../../page/state.js").PageStore} PageStore */
/** @typedef {import("../../page/session.js").Session} Session */

/**
 * @param {{store: PageStore, session: Session}} context
 * @param {import("../../page/compare/run.js").Which} which
 */
export function sidePanel({ store, session }, which) {
  const say = toolWords().compare;
  const letter = say.side[which];
  const model = el("select", {
    "data-testid": `compare-model-${letter}`,
    onchange: () => {
      const [id, dtype] = model.value.split(" ");
      void session.chooseSide(which, { model: id, dtype });
    },
  });
  const kernel = el(
    "select",
    {
      "data-testid": `compare-kernel-${letter}`,
      onchange: () => void session.chooseSide(which, { kernel: kernel.value }),
    },
    ...runnableKernels().map((name) => el("option", { value: name }, name)),
  );
  const state = el("p", { class: "muted compare-state", "data-testid": `compare-state-${letter}` });
  const element = el(
    "fieldset",
    { class: "compare-side", "data-side": letter },
    el("legend", {}, say.sideTitle(letter)),
    el("label", { class: "muted" }, say.model, model),
    el("label", { class: "muted" }, say.kernel, kernel),
    state,
  );

  const side = () => store.get().comparison?.sides[which];
  function showChoice() {
    const choice = side()?.choice;
    if (!choice) return;
    model.value = `${choice.model} ${choice.dtype}`;
    kernel.value = choice.kernel;
  }
  store.watch(
    ({ models, own, ownName }) => [models.length, own && ownName].join("\n"),
    () => {
      const { models, own, ownName } = store.get();
      const options = models.flatMap((entry) =>
        entry.weights.map(({ dtype }, _, { length }) =>
          el("option", { value: `${entry.id} ${dtype}` }, length > 1 ? `${titleOf(entry)} · ${dtype}` : titleOf(entry)),
        ),
      );
      model.replaceChildren(...options);
      if (own) model.append(el("option", { value: " " }, ownName));
      showChoice();
    },
  );
  store.watch(side, (current) => {
    element.disabled = !current;
    if (!current) return;
    showChoice();
    state.textContent = describe(current, store.get().comparison?.about !== "");
    state.classList.toggle("compare-failed", current.phase === "failed");
    state.dataset.phase = current.phase;
  });
  return element;
}

/**
 * @param {Side} side
 * @param {boolean} asked  there is a picture
 */
function describe(side, asked) {
  const say = toolWords().compare;
  const ms = forwardOf(side);
  if (side.fault) return `${words().errors[side.fault.code].title}: ${side.fault.message}`;
  if (ms !== null) return say.ready(formatMs(ms), side.passes.length);
  return asked ? say.loading : "";
}
