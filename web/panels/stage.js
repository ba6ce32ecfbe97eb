/** The picture or the camera, and ways to bring one here: pick, start the camera, choose a sample. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";
import { explainPanel } from "./explain.js";
import { historyPanel } from "./history.js";
import { overlayPanel } from "./overlay.js";
import { samplesPanel } from "./samples.js";

/** @type {import("../page/state.js").Panel} */
export function stagePanel({ store, session }) {
  const say = words().stage;
  const input = el("input", {
    type: "file",
    accept: "image/*,.bmp,.tif,.tiff,.pth,.pt,.safetensors",
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
  const video = session.video;
  video.className = "stage-media";

  const view = el("div", { class: "stage-view" });
  const zone = el(
    "div",
    { class: "stage", "data-testid": "drop-zone" },
    view,
    overlayPanel({ store, session }),
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
  const turnButton = el(
    "button",
    { type: "button", "data-testid": "camera-turn", onclick: () => session.turnCamera() },
    icon("turn"),
    say.turn,
  );

  store.watch(
    (state) => (state.camera.phase === "on" ? video : state.picture),
    () => {
      const { camera, picture } = store.get();
      video.classList.toggle("mirrored", camera.front);
      if (camera.phase === "on") return show(video);
      if (!picture) return show(invitation);
      preview.src = picture.url;
      preview.alt = say.picture(picture.name);
      show(preview);
    },
  );
  store.watch(
    (state) => state.explanation !== null,
    (explained) => preview.classList.toggle("explained", explained),
  );
  store.watch(
    (state) => state.camera.phase,
    (phase) => {
      cameraLabel.textContent = say.camera[phase];
      cameraButton.replaceChildren(icon(phase === "off" ? "camera" : "stop"), cameraLabel);
      cameraButton.dataset.phase = phase;
    },
  );
  store.watch(
    (state) => state.camera.switchable,
    (switchable) => (turnButton.hidden = !switchable),
  );

  store.watch(
    (state) => state.dragging,
    (dragging) => zone.classList.toggle("dragging", dragging),
  );

  return el(
    "section",
    { class: "card stage-card", "aria-label": say.title },
    zone,
    explainPanel({ store, session }),
    input,
    el(
      "div",
      { class: "actions" },
      el("button", { type: "button", class: "primary", onclick: pick }, icon("picture"), say.choose),
      cameraButton,
      turnButton,
      samplesPanel({ store, session }),
    ),
    historyPanel({ store, session }),
    el("p", { class: "privacy" }, say.privacy),
  );
}

/** The Haar transform's pyramid: a square halved into its bands, and the low band again. */
function waveletSquare() {
  const figure = el("div", { class: "wavelet", "aria-hidden": "true" });
  for (let band = 0; band < 10; band++) figure.append(el("span"));
  return figure;
}
