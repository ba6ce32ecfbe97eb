/** What is watched live: what it really gives, how fast it is answered, and how to make it stand still. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { formatMs } from "../page/format.js";
import { SMOOTHING } from "../page/loop.js";
import { REMEMBERED } from "../page/pulse.js";
import { createSparkline } from "./sparkline.js";

/** @type {import("../page/state.js").Panel} */
export function livePanel({ store, session }) {
  const say = words().live;

  const freeze = el("button", {
    type: "button",
    "data-testid": "freeze",
    "aria-keyshortcuts": "Space",
    onclick: () => void session.toggleFreeze(),
  });
  const save = el("a", { class: "button", "data-testid": "frame-save" }, icon("download"), say.save);
  const close = el(
    "button",
    { type: "button", "data-testid": "film-close", onclick: () => session.stopWatching() },
    icon("stop"),
    say.closeFilm,
  );
  const devices = el("select", {
    "aria-label": say.device,
    "data-testid": "camera-select",
    onchange: () => session.chooseCamera(devices.value),
  });
  const smooth = el("input", {
    type: "checkbox",
    "data-testid": "smooth",
    onchange: () => session.setSmooth(smooth.checked),
  });
  const source = el("p", { class: "muted", "data-testid": "live-source" });
  const sparkline = createSparkline(REMEMBERED);
  const figures = {
    rate: el("dd", { "data-testid": "live-rate" }),
    latency: el("dd", { "data-testid": "live-latency" }),
    passed: el("dd", { "data-testid": "live-passed" }),
    restarts: el("dd", { "data-testid": "live-restarts" }),
  };
  const lines = {
    rate: el("div", {}, el("dt", {}, say.rate), figures.rate),
    latency: el("div", {}, el("dt", {}, say.latency), figures.latency),
    passed: el("div", {}, el("dt", {}, say.passed), figures.passed),
    restarts: el("div", {}, el("dt", {}, say.restarts), figures.restarts),
  };
  const panel = el(
    "section",
    { class: "live", "aria-label": say.title, "data-testid": "live" },
    el(
      "div",
      { class: "actions live-actions" },
      freeze,
      save,
      close,
      devices,
      el("label", { class: "switch", title: say.smoothNote(SMOOTHING) }, smooth, say.smooth(SMOOTHING)),
    ),
    source,
    el("div", { class: "live-pulse" }, sparkline.element, el("dl", { class: "live-figures" }, ...Object.values(lines))),
  );

  store.watch(
    (state) => state.live.phase,
    (phase) => {
      panel.hidden = phase === "off";
      panel.dataset.phase = phase;
      freeze.disabled = phase === "starting";
      const frozen = phase === "frozen";
      freeze.replaceChildren(icon(frozen ? "play" : "pause"), frozen ? say.goOn : say.freeze, el("kbd", {}, say.space));
    },
  );
  store.watch(
    ({ live, picture }) => (live.phase === "frozen" ? picture : null),
    (picture) => {
      save.hidden = picture === null;
      if (picture) Object.assign(save, { href: picture.url, download: picture.name });
    },
  );
  store.watch(
    (state) => state.live.source,
    (kind) => (close.hidden = kind !== "film"),
  );
  store.watch(
    ({ live }) => (live.source === "camera" && live.devices.length > 2 ? live.devices : null),
    (list) => {
      devices.hidden = list === null;
      devices.replaceChildren(
        ...(list ?? []).map(({ id, name }, i) => el("option", { value: id }, name || say.deviceNumber(i + 1))),
      );
      devices.value = store.get().live.deviceId;
    },
  );
  store.watch(
    (state) => state.live.deviceId,
    (id) => (devices.value = id),
  );
  store.watch(
    (state) => state.live,
    ({ name, settings }) => {
      const size = settings && `${settings.width}×${settings.height}`;
      const fps = settings?.fps ? say.fps(Math.round(settings.fps)) : "";
      source.textContent = [name, size, fps].filter(Boolean).join(" · ");
    },
  );
  store.watch(
    (state) => state.smooth,
    (on) => (smooth.checked = on),
  );
  store.watch(
    (state) => state.pulse,
    ({ fps, latencies, median, answered, passed, restarts }) => {
      const most = formatMs(Math.max(0, ...latencies));
      figures.rate.textContent = fps ? fps.toFixed(fps < 10 ? 1 : 0) : "–";
      figures.latency.textContent = answered ? say.ms(formatMs(median)) : "–";
      lines.passed.hidden = passed === null;
      figures.passed.textContent = passed === null ? "" : say.passedOf(passed, passed + answered);
      lines.restarts.hidden = restarts === 0;
      figures.restarts.textContent = String(restarts);
      sparkline.show(latencies, median, say.sparkline(latencies.length, formatMs(median), most));
    },
  );
  return panel;
}
