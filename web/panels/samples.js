/** Pictures that come with the page, for a first try. */

import { el } from "../page/dom.js";

const SAMPLES = ["orange", "seashore", "spider-web"];

/** @type {import("../page/state.js").Panel} */
export function samplesPanel({ session }) {
  const buttons = SAMPLES.map((name) => {
    const url = new URL(`../assets/samples/${name}.jpg`, import.meta.url).href;
    const label = name.replace("-", " ");
    return el(
      "button",
      { type: "button", class: "sample", title: `Try the ${label}`, onclick: () => void session.openUrl(url) },
      el("img", { src: url, alt: `Try the ${label}`, width: "48", height: "48", loading: "lazy" }),
    );
  });
  return el(
    "div",
    { class: "samples", "data-testid": "samples" },
    el("span", { class: "muted" }, "or try"),
    ...buttons,
  );
}
