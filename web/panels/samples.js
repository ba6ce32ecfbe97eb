/** Pictures that come with the page, for a first try. */

import { words } from "../language.js";
import { el } from "../page/dom.js";

const SAMPLES = /** @type {const} */ (["orange", "seashore", "spider-web"]);

/** @type {import("../page/state.js").Panel} */
export function samplesPanel({ session }) {
  const say = words().samples;
  const buttons = SAMPLES.map((name) => {
    const url = new URL(`../assets/samples/${name}.jpg`, import.meta.url).href;
    const label = say.try(say[name]);
    return el(
      "button",
      { type: "button", class: "sample", title: label, onclick: () => void session.openUrl(url) },
      el("img", { src: url, alt: label, width: "48", height: "48", loading: "lazy" }),
    );
  });
  return el(
    "div",
    { class: "samples", "data-testid": "samples" },
    el("span", { class: "muted" }, say.title),
    ...buttons,
  );
}
