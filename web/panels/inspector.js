/** The inside of the chosen block, for the picture at hand. */

import { toolWords, words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { createMrffi } from "../page/xray/branches.js";
import { byName, sameShapes } from "../page/xray/parts.js";
import { createHead, createSimple } from "../page/xray/simple.js";

/** @typedef {import("../page/state.js").Inspection} Inspection */
/** @typedef {import("../page/xray/architecture.js").BlockPlan} BlockPlan */
/** @typedef {import("../page/xray/simple.js").Head} Inside */

/**
 * @param {Parameters<import("../page/state.js").Panel>[0]} page
 * @param {() => BlockPlan[]} plans  of the loaded network
 */
export function createInspector({ store, session }, plans) {
  const say = toolWords().inspector;
  const title = el("h3", { id: "inspector-title", tabindex: "-1" });
  const about = el("p", { class: "muted", "data-testid": "inspector-about" });
  const body = el("div", { class: "inspector-body" });
  const previous = step(say.previous, "back", -1);
  const next = step(say.next, "forward", 1);
  const close = el(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-label": say.close,
      "data-testid": "inspector-close",
      onclick: () => leave(),
    },
    icon("close"),
  );
  const element = el(
    "section",
    { class: "inspector", id: "inspector", "aria-labelledby": "inspector-title", "data-testid": "inspector" },
    el("div", { class: "inspector-head" }, el("div", {}, title, about), previous, next, close),
    body,
  );
  /** @type {Inside | null} */
  let inside = null;
  /** @type {Inspection | null} */
  let drawn = null;

  /**
   * @param {string} label
   * @param {"back" | "forward"} symbol
   * @param {number} by
   */
  function step(label, symbol, by) {
    const go = () => {
      const list = plans();
      const at = list.findIndex(({ name }) => name === store.get().inspected);
      session.inspect(list[(at + by + list.length) % list.length].name);
    };
    return el("button", { type: "button", class: "quiet", "aria-label": label, onclick: go }, icon(symbol));
  }

  function leave() {
    const { inspected } = store.get();
    session.inspect("");
    element.dispatchEvent(new CustomEvent("left", { detail: inspected }));
  }
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });

  /** @param {BlockPlan} plan */
  function name(plan) {
    title.textContent = say.title(plan.name);
    const [h, w, c] = plan.shape;
    about.textContent = plan.kind === "head" ? say.headAbout(c) : say.sizeAbout(h, w, c);
  }

  function show() {
    const { inspection, inspected } = store.get();
    const plan = plans().find((one) => one.name === inspected);
    element.hidden = !plan;
    if (!plan) return;
    name(plan);
    if (inspection?.block !== inspected) {
      inside = drawn = null;
      delete element.dataset.block;
      return body.replaceChildren(el("p", { class: "muted" }, store.get().answer ? say.waiting : say.noPicture));
    }
    const parts = byName(inspection.parts);
    // Drawn once a block; the next picture brings other numbers only, and the focus stays where it is.
    if (!inside || drawn?.block !== inspection.block || !sameShapes(drawn.parts, inspection.parts)) {
      inside = build(plan, parts);
      body.replaceChildren(inside.element);
      queueMicrotask(() => element.dispatchEvent(new Event("drawn")));
    }
    drawn = inspection;
    inside.show(parts, inspection.explanation);
    element.dataset.block = inspected;
    about.textContent += ` · ${sourceOf(inspection.about)}`;
  }

  /** @param {string} about  as in the Answer */
  function sourceOf(about) {
    if (about === "camera") return say.camera;
    return about === "screen" ? words().live.screenName : about;
  }

  /**
   * @param {BlockPlan} plan
   * @param {ReturnType<typeof byName>} parts
   * @returns {Inside}
   */
  function build({ kind, split }, parts) {
    const changed = () => inside && drawn && inside.show(byName(drawn.parts), drawn.explanation);
    if (kind === "head") return createHead(parts, say, changed);
    return split ? createMrffi(split, parts, say, changed) : createSimple(kind, parts, say, changed);
  }

  for (const select of /** @type {const} */ (["inspection", "inspected"])) store.watch((state) => state[select], show);
  store.watch((state) => state.answer === null, show);

  return {
    element,
    /** Shows the block anew: there is another network. */
    show,
  };
}
