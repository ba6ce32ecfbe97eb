/** Maps as pictures: one canvas a map, with the number of its channel; and the scale that reads them. */

import { el } from "../dom.js";
import { DIVERGING, gradient, paint, SEQUENTIAL } from "./colours.js";

/** @typedef {import("./colours.js").Scale} Scale */

/**
 * @typedef {object} Tile
 * @property {HTMLElement} element
 * @property {HTMLCanvasElement} canvas
 * @property {(values: Float32Array, width: number, height: number, scale: Scale, name: string, caption?: string) => void} show
 */

/**
 * A map, to be given its values again and again.
 * @param {Record<string, string>} [attributes]  of the canvas
 * @returns {Tile}
 */
export function createTile(attributes = {}) {
  const canvas = el("canvas", { role: "img", ...attributes });
  const text = el("figcaption");
  return {
    element: el("figure", { class: "tile" }, canvas, text),
    canvas,
    show(values, width, height, scale, name, caption = name) {
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
        canvas.style.setProperty("--aspect", String(width / height));
      }
      canvas.getContext("2d")?.putImageData(new ImageData(paint(values, scale), width, height), 0, 0);
      canvas.setAttribute("aria-label", name);
      text.textContent = caption;
      text.hidden = caption === "";
    },
  };
}

/**
 * A scale with its numbers.
 * @param {string} meaning
 */
export function createLegend(meaning) {
  const [least, most] = [el("span"), el("span")];
  const bar = el("span", { class: "ramp", "aria-hidden": "true" });
  const element = el(
    "p",
    { class: "legend muted", "data-testid": "legend" },
    el("span", {}, meaning),
    least,
    bar,
    most,
  );
  return {
    element,
    /** @param {Scale} scale */
    show({ ramp, min, max }) {
      if (bar.dataset.ramp !== (ramp === DIVERGING ? "diverging" : "sequential")) {
        bar.dataset.ramp = ramp === SEQUENTIAL ? "sequential" : "diverging";
        bar.style.backgroundImage = gradient(ramp);
      }
      least.textContent = formatValue(min);
      most.textContent = formatValue(max);
    },
  };
}

/**
 * Three digits, with a minus as wide as a digit.
 * @param {number} value
 */
export function formatValue(value) {
  const size = Math.abs(value);
  const digits = size >= 100 ? size.toFixed(0) : size >= 10 ? size.toFixed(1) : size.toFixed(2);
  return `${value < 0 && Number(digits) !== 0 ? "−" : ""}${digits}`;
}
