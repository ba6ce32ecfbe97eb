/** The five likeliest classes, with bars, and what can be done with the answer. */

import { words } from "../language.js";
import { el, write } from "../page/dom.js";
import { formatMs, formatPercent } from "../page/format.js";
import { nameOf } from "../page/names.js";
import { deferred } from "./deferred.js";
import { createRow } from "./row.js";

/** @typedef {import("../page/state.js").State} State */
/** @typedef {import("../protocol.js").Prediction} Prediction */

const TOP = 5;
/** Speech is slower than the camera: not more often than this, in milliseconds. */
const SPEECH_INTERVAL = 2000;

/** @type {import("../page/state.js").Panel} */
export function answerPanel({ store, session }) {
  const say = words().answer;
  const rows = Array.from({ length: TOP }, () => createRow("prediction", session.toggleExplanation));
  const list = el("ol", { class: "top5", "data-testid": "top5" });
  const empty = el("p", { class: "muted empty" }, say.empty);
  const none = el("p", { class: "muted", "data-testid": "none-likely" });
  const about = el("p", { class: "muted answer-about" });
  const advice = el("p", { class: "muted answer-about" }, say.advice);
  const rate = el("span", { class: "muted" });
  const speech = el("p", { class: "visually-hidden", "aria-live": "polite" });
  const speak = announcer(speech);

  store.watch(
    (state) => state.answer,
    (answer) => {
      about.hidden = answer === null;
      advice.hidden = answer === null;
      if (!answer) {
        delete list.dataset.about;
        return;
      }
      const { top, ms } = answer.result;
      list.dataset.about = answer.about;
      write(about, say.times(sourceOf(answer), formatMs(ms.forward), formatMs(ms.total)));
      speak(top[0]);
    },
  );
  for (const part of /** @type {const} */ (["answer", "threshold"])) store.watch((state) => state[part], showRows);
  // The answer before stays, pale, until the next one is there, so that its bars glide instead of being drawn anew.
  store.watch(
    ({ answer, activity }) =>
      answer ? "fresh" : activity === "classifying" && list.hasChildNodes() ? "stale" : "none",
    (answers) => {
      list.hidden = answers === "none";
      empty.hidden = answers !== "none";
      list.inert = answers === "stale";
      list.classList.toggle("stale", answers === "stale");
    },
  );
  store.watch(
    (state) => state.explanation?.index,
    (index) => {
      for (const row of rows) row.press(index);
    },
  );
  store.watch(
    (state) => (state.live.phase === "on" ? Math.round(state.pulse.fps) : 0),
    (fps) => (rate.textContent = fps ? say.fps(fps) : ""),
  );

  function showRows() {
    const { answer, threshold } = store.get();
    none.hidden = true;
    if (!answer) return;
    const top = answer.result.top.filter(({ p }) => p >= threshold);
    // Rows stay where they are, so that the bars of the camera glide instead of jumping.
    const shown = rows.slice(0, top.length);
    shown.forEach((row, rank) => row.show(top[rank]));
    if (list.childElementCount !== shown.length) list.replaceChildren(...shown.map((row) => row.element));
    none.hidden = top.length > 0;
    write(none, say.none(formatPercent(threshold)));
  }

  return el(
    "section",
    { class: "card", "aria-labelledby": "answer-title" },
    el("div", { class: "card-head" }, el("h2", { id: "answer-title" }, say.title), rate),
    empty,
    list,
    none,
    advice,
    about,
    ...[
      async () => (await import("./threshold.js")).thresholdPanel,
      async () => (await import("./share.js")).sharePanel,
      async () => (await import("./search.js")).searchPanel,
    ].map((load) => deferred({ store, session }, hasModel, load)),
    speech,
  );
}

/** An answer is soon to come, and then what can be done with it is there at once. @param {Readonly<State>} state */
const hasModel = ({ info }) => info !== null;

/** @param {import("../page/state.js").Answer} answer */
function sourceOf({ about, live }) {
  if (live && about === "camera") return words().answer.camera;
  return live && about === "screen" ? words().live.screenName : about;
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
  const say = words().answer;

  function speak() {
    resting = false;
    if (!latest || latest.index === spoken) return;
    spoken = latest.index;
    speech.textContent = say.spoken(nameOf(latest), formatPercent(latest.p));
    resting = true;
    setTimeout(speak, SPEECH_INTERVAL);
  }

  return (best) => {
    latest = best;
    if (!resting) speak();
  };
}
