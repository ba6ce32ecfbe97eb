/** The switch for the earcons. */

import { words } from "../language.js";
import { el, icon } from "../page/dom.js";

/** @type {import("../page/state.js").Panel} */
export function soundPanel({ store, session }) {
  const say = words().sound;
  const button = el("button", {
    type: "button",
    class: "quiet sound",
    "data-testid": "sound-toggle",
    onclick: () => session.toggleSound(),
  });
  store.watch(
    (state) => state.sound,
    (sound) => {
      const wanted = sound !== "off";
      button.replaceChildren(icon(wanted ? "soundOn" : "soundOff"), el("span", {}, wanted ? say.on : say.off));
      button.setAttribute("aria-pressed", String(wanted));
      button.dataset.sound = sound;
    },
  );
  return button;
}
