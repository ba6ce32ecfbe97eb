/** The guided tour: a few words at a time, and each time the page shows what they are about. */

import { toolWords } from "../language.js";
import { el, icon } from "../page/dom.js";
import { stops } from "../page/xray/stops.js";

/**
 * @param {Parameters<import("../page/state.js").Panel>[0]} page
 * @param {(target: string, section: string) => void} point  at a part of the drawing, or of a block's inside
 */
export function createTour({ store, session }, point) {
  const say = toolWords().tour;
  const progress = el("p", { class: "muted", "data-testid": "tour-progress" });
  const title = el("h3", { id: "tour-title", tabindex: "-1" });
  const text = el("p", { class: "tour-text" });
  const back = button(say.back, () => go(-1), "tour-back");
  const next = el("button", { type: "button", class: "primary", "data-testid": "tour-next", onclick: () => go(1) });
  const element = el(
    "div",
    { class: "tour", role: "dialog", "aria-labelledby": "tour-title", "data-testid": "tour" },
    el(
      "div",
      { class: "tour-head" },
      progress,
      el(
        "button",
        { type: "button", class: "quiet", "aria-label": say.close, "data-testid": "tour-close", onclick: () => end() },
        icon("close"),
      ),
    ),
    el("div", { "aria-live": "polite" }, title, text),
    el("div", { class: "tour-actions" }, back, el("span", { class: "muted tour-keys" }, say.keys), next),
  );

  /**
   * @param {string} label
   * @param {() => void} act
   * @param {string} testId
   */
  function button(label, act, testId) {
    return el("button", { type: "button", "data-testid": testId, onclick: act }, label);
  }

  /** @param {number} by */
  function go(by) {
    const { tour, info } = store.get();
    const last = info ? stops(info).length - 1 : 0;
    if (tour + by > last) return end();
    if (tour + by >= 0) session.goTour(tour + by);
  }

  function end() {
    session.goTour(-1);
    element.dispatchEvent(new CustomEvent("left"));
  }

  element.addEventListener("keydown", (event) => {
    const act = { ArrowRight: () => go(1), ArrowLeft: () => go(-1), Escape: end }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  store.watch(
    (state) => (state.info ? state.tour : -1),
    (tour) => {
      const { info } = store.get();
      const shown = !element.hidden && element.isConnected;
      element.hidden = tour < 0 || !info;
      if (element.hidden || !info) return point("", "");
      const list = stops(info);
      const stop = list[Math.min(tour, list.length - 1)];
      const step = say.steps[stop.key];
      element.dataset.step = stop.key;
      progress.textContent = say.progress(tour + 1, list.length);
      title.textContent = step.title;
      text.textContent = step.text(info);
      back.disabled = tour === 0;
      next.textContent = tour === list.length - 1 ? say.done : say.next;
      session.inspect(stop.block);
      point(stop.target, stop.section);
      if (!shown) requestAnimationFrame(() => title.focus({ preventScroll: true }));
    },
  );
  return { element };
}
