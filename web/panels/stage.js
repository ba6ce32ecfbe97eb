/** The picture or the camera, and ways to bring one here: pick, start the camera, choose a sample. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { needStyles } from "../page/styles.js";
import { canShareScreen } from "../page/watching.js";
import { deferred } from "./deferred.js";
import { inputPanel } from "./input.js";
import { samplesPanel } from "./samples.js";

/** @type {import("../page/state.js").Panel} */
export function stagePanel({ store, session }) {
  const say = words().stage;
  const input = el("input", {
    type: "file",
    accept: "image/*,video/*,.bmp,.tif,.tiff,.pth,.pt,.safetensors",
    multiple: true,
    class: "visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    "data-testid": "file-input",
    onchange: () => {
      void session.openFiles([...(input.files ?? [])]);
      // The same file can be chosen again.
      input.value = "";
    },
  });
  const pick = () => input.click();

  const preview = el("img", { class: "stage-media", alt: "" });
  const placeholder = el("p", { class: "stage-note" }, say.noPreview);
  preview.addEventListener("error", () => show(placeholder));
  const invitation = el(
    "div",
    { class: "invitation" },
    waveletSquare(),
    el("p", { class: "invitation-title" }, say.invitation),
    el("p", { class: "muted" }, say.ways),
  );
  const ended = el("p");
  const endedNote = el(
    "div",
    { class: "stage-note", role: "status", "data-testid": "live-ended" },
    ended,
    el("button", { type: "button", class: "primary", onclick: () => startAgain() }, words().live.again),
  );
  const video = session.video;
  video.className = "stage-media";

  const view = el("div", { class: "stage-view" });
  const zone = el(
    "div",
    { class: "stage", "data-testid": "drop-zone" },
    view,
    deferred(
      { store, session },
      (state) => state.explanation !== null,
      async () => (await import("./overlay.js")).overlayPanel,
    ),
    el("p", { class: "drop-hint" }, say.drop),
  );
  // A convenience for the mouse: the button below does the same for everyone.
  zone.addEventListener("click", () => {
    if (zone.dataset.empty === "true") pick();
  });

  /** @param {HTMLElement} media */
  function show(media) {
    zone.dataset.empty = String(media === invitation);
    view.replaceChildren(media);
  }

  const cameraLabel = el("span");
  const cameraButton = el("button", {
    type: "button",
    "data-testid": "camera-toggle",
    onclick: () => session.toggleCamera(),
  });
  const screenButton = el("button", {
    type: "button",
    "data-testid": "screen-toggle",
    onclick: () => session.toggleScreen(),
  });
  screenButton.hidden = !canShareScreen();
  const turnButton = el(
    "button",
    { type: "button", "data-testid": "camera-turn", onclick: () => session.turnCamera() },
    icon("turn"),
    say.turn,
  );

  store.watch(
    ({ live, picture }) => picture ?? (live.phase === "on" || live.phase === "frozen" ? video : live.ended),
    () => {
      const { live, picture } = store.get();
      if (!picture) {
        if (live.phase === "on" || live.phase === "frozen") return show(video);
        ended.textContent = live.ended ? words().live.ended[live.ended] : "";
        return show(live.ended ? endedNote : invitation);
      }
      preview.src = picture.url;
      preview.alt = say.picture(picture.name);
      preview.classList.toggle("mirrored", picture.mirrored);
      show(preview);
    },
  );
  store.watch(
    (state) => state.explanation !== null,
    (explained) => {
      for (const media of [preview, video]) media.classList.toggle("explained", explained);
    },
  );
  store.watch(
    (state) => state.live.front,
    (front) => video.classList.toggle("mirrored", front),
  );
  store.watch(
    ({ live }) => (live.source !== "camera" ? "off" : live.phase === "frozen" ? "on" : live.phase),
    (phase) => {
      cameraLabel.textContent = say.camera[phase];
      cameraButton.replaceChildren(icon(phase === "off" ? "camera" : "stop"), cameraLabel);
      cameraButton.dataset.phase = phase;
    },
  );
  store.watch(
    ({ live }) => live.source === "screen" && live.phase !== "starting",
    (shared) => {
      const { shareScreen, stopScreen } = words().input;
      screenButton.replaceChildren(icon(shared ? "stop" : "screen"), shared ? stopScreen : shareScreen);
    },
  );
  // With two cameras there is one other; from more one is chosen by its name, below the picture.
  store.watch(
    ({ live }) => live.source === "camera" && live.devices.length === 2,
    (switchable) => (turnButton.hidden = !switchable),
  );

  function startAgain() {
    if (store.get().live.ended === "screen") session.toggleScreen();
    else session.toggleCamera();
  }

  store.watch(
    (state) => state.dragging,
    (dragging) => zone.classList.toggle("dragging", dragging),
  );

  return el(
    "section",
    { class: "card stage-card", "aria-label": say.title },
    zone,
    deferred(
      { store, session },
      (state) => state.live.phase !== "off",
      async () => (await Promise.all([import("./live.js"), needStyles("live")]))[0].livePanel,
    ),
    deferred(
      { store, session },
      (state) => state.explanation !== null,
      async () => (await import("./explain.js")).explainPanel,
    ),
    input,
    el(
      "div",
      { class: "actions" },
      el("button", { type: "button", class: "primary", onclick: pick }, icon("picture"), say.choose),
      cameraButton,
      turnButton,
      screenButton,
    ),
    inputPanel({ store, session }),
    samplesPanel({ store, session }),
    deferred(
      { store, session },
      (state) => state.history.length > 0,
      async () => (await import("./history.js")).historyPanel,
    ),
    el("p", { class: "privacy" }, say.privacy),
  );
}

/** The Haar transform's pyramid: a square halved into its bands, and the low band again. */
function waveletSquare() {
  const figure = el("div", { class: "wavelet", "aria-hidden": "true" });
  for (let band = 0; band < 10; band++) figure.append(el("span"));
  return figure;
}
