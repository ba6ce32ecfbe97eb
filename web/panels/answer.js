/** The five likeliest classes, with bars. */

import { el, icon } from "../page/dom.js";
import { formatMs, formatPercent } from "../page/format.js";

/** @typedef {import("../protocol.js").Prediction} Prediction */

const TOP = 5;
/** Speech is slower than the camera: not more often than this, in milliseconds. */
const SPEECH_INTERVAL = 2000;

/** @type {import("../page/state.js").Panel} */
export function answerPanel({ store, session }) {
  const rows = Array.from({ length: TOP }, () => createRow(session.toggleExplanation));
  const list = el("ol", { class: "top5", "data-testid": "top5" });
  const empty = el(
    "p",
    { class: "muted empty" },
    "The five likeliest classes appear here, with how sure the model is of each.",
  );
  const about = el("p", { class: "muted answer-about" });
  const advice = el(
    "p",
    { class: "muted answer-about" },
    "Choose a class to see where in the picture its score comes from.",
  );
  const rate = el("span", { class: "muted" });
  const speech = el("p", { class: "visually-hidden", "aria-live": "polite" });
  const speak = announcer(speech);

  store.watch(
    (state) => state.answer,
    (answer) => {
      empty.hidden = answer !== null;
      advice.hidden = answer === null || answer.about === "camera";
      list.hidden = about.hidden = answer === null;
      if (!answer) {
        list.replaceChildren();
        delete list.dataset.about;
        return;
      }
      const { top, ms } = answer.result;
      // Rows stay where they are, so that the bars of the camera glide instead of jumping.
      rows.slice(0, top.length).forEach((row, rank) => row.show(top[rank], answer.about !== "camera"));
      if (list.childElementCount !== top.length)
        list.replaceChildren(...rows.slice(0, top.length).map((row) => row.element));
      list.dataset.about = answer.about;
      about.textContent = `${answer.about === "camera" ? "Camera" : answer.about} · network ${formatMs(ms.forward)} ms · all ${formatMs(ms.total)} ms`;
      speak(top[0]);
    },
  );
  store.watch(
    (state) => state.explanation?.index,
    (index) => {
      for (const row of rows) row.press(index);
    },
  );
  store.watch(
    (state) => (state.camera.phase === "on" ? Math.round(state.camera.fps) : 0),
    (fps) => (rate.textContent = fps ? `${fps} fps` : ""),
  );

  return el(
    "section",
    { class: "card", "aria-labelledby": "answer-title" },
    el("div", { class: "card-head" }, el("h2", { id: "answer-title" }, "What it sees"), rate),
    empty,
    list,
    advice,
    about,
    speech,
  );
}

/**
 * One class of the list, reused for whatever class takes its rank: a switch for its map.
 * @param {(index: number) => void} toggle
 */
function createRow(toggle) {
  let shown = -1;
  const label = el("span", { class: "prediction-label" });
  const percent = el("span", { class: "prediction-p" });
  const bar = el("span", { class: "bar-fill" });
  const button = el(
    "button",
    { type: "button", "data-testid": "explain-toggle", "aria-pressed": "false", onclick: () => toggle(shown) },
    label,
    percent,
    icon("map"),
    el("span", { class: "bar", "aria-hidden": "true" }, bar),
  );
  const element = el("li", { class: "prediction", "data-testid": "prediction" }, button);
  return {
    element,
    /**
     * @param {Prediction} prediction
     * @param {boolean} explicable
     */
    show({ index, id, label: name, p }, explicable) {
      shown = index;
      element.dataset.index = String(index);
      element.dataset.p = String(p);
      element.title = id;
      button.disabled = !explicable;
      label.textContent = name;
      percent.textContent = formatPercent(p);
      bar.style.setProperty("--share", String(p));
    },
    /** @param {number | undefined} index  of the class whose map is drawn */
    press: (index) => button.setAttribute("aria-pressed", String(index === shown)),
  };
}

/**
 * Speaks the best class when it changes, in its own time.
 * @param {HTMLElement} speech
 * @returns {(best: Prediction) => void}
 */
function announcer(speech) {
  /** @type {Prediction | null} */
  let latest = null;
  let spoken = -1;
  let resting = false;

  function speak() {
    resting = false;
    if (!latest || latest.index === spoken) return;
    spoken = latest.index;
    speech.textContent = `${latest.label}, ${formatPercent(latest.p)}`;
    resting = true;
    setTimeout(speak, SPEECH_INTERVAL);
  }

  return (best) => {
    latest = best;
    if (!resting) speak();
  };
}
