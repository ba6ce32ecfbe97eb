/** The selective scan: Δ over the map and along the path, in both directions. */

import { el } from "../dom.js";
import { range, sequential } from "./colours.js";
import { nameOf } from "./figures.js";
import { mapOf } from "./parts.js";
import { chartPath, createChart, drawPath } from "./scanpath.js";
import { createLegend, createTile, formatValue } from "./tile.js";

/** @typedef {import("../../protocol.js").FeatureMaps} FeatureMaps */
/** @typedef {import("./figures.js").Say} Say */

/** How long the mark stays at a position, in milliseconds, and how often it goes the way. */
const STEP = 110;
const ROUNDS = 2;

/**
 * @param {FeatureMaps} part  to know the size of the map
 * @param {Say} say
 * @returns {import("./figures.js").Figure}
 */
export function createScan(part, say) {
  const directions = [false, true].map((backward) => createDirection(part, backward, say));
  const legend = createLegend("Δ");
  return {
    element: el("div", { class: "scan" }, ...directions.map((direction) => direction.element), legend.element),
    show(parts) {
      const delta = /** @type {FeatureMaps} */ (parts.get("delta-mean"));
      const keep = /** @type {FeatureMaps} */ (parts.get("keep"));
      const scale = sequential(delta.min, delta.max);
      legend.show(scale);
      directions.forEach((direction, k) => direction.show(mapOf(delta, 0, k), mapOf(keep, 0, k), scale));
    },
  };
}

/**
 * @param {FeatureMaps} part
 * @param {boolean} backward
 * @param {Say} say
 */
function createDirection({ width, height }, backward, say) {
  const direction = backward ? "backward" : "forward";
  const tile = createTile({ "data-part": "delta-mean", "data-direction": direction });
  const path = drawPath(width, height, backward);
  const frame = el("div", { class: "scan-map" }, tile.element, path);
  frame.style.setProperty("--aspect", String(width / height));
  const chart = createChart();
  const words = el("p", { class: "muted", "data-testid": `scan-${direction}` });
  walk(frame, width, height, backward);
  return {
    element: el(
      "figure",
      { class: "scan-direction" },
      el("figcaption", {}, say[direction]),
      frame,
      chart.element,
      el(
        "p",
        { class: "chart-axis muted", "aria-hidden": "true" },
        el("span", {}, say.firstStep),
        el("span", {}, say.lastStep),
      ),
      words,
    ),
    /**
     * @param {Float32Array} delta
     * @param {Float32Array} keep
     * @param {import("./colours.js").Scale} scale
     */
    show(delta, keep, scale) {
      tile.show(delta, width, height, scale, nameOf(say.deltaOf(say[direction]), delta, say), "");
      chart.bars.setAttribute("d", chartPath(delta, backward, scale.max));
      const { min, max } = range(delta);
      const place = (/** @type {number} */ value) => {
        const at = delta.indexOf(value);
        return say.position(formatValue(value), Math.floor(at / width) + 1, (at % width) + 1);
      };
      const kept = range(keep);
      const percent = (/** @type {number} */ share) => Math.round(100 * share);
      words.textContent = say.extremes(place(max), place(min), percent(kept.min), percent(kept.max));
    },
  };
}

/**
 * Sends a mark along the path, for those who like motion.
 * @param {HTMLElement} frame
 * @param {number} width
 * @param {number} height
 * @param {boolean} backward
 */
function walk(frame, width, height, backward) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || width * height > 64) return;
  const mark = el("span", { class: "scan-mark", "aria-hidden": "true" });
  frame.append(mark);
  const stops = Array.from({ length: width * height }, (_, i) => ({
    left: `${(100 * ((i % width) + 0.5)) / width}%`,
    top: `${(100 * (Math.floor(i / width) + 0.5)) / height}%`,
    easing: "steps(1, jump-end)",
  }));
  if (backward) stops.reverse();
  const animation = mark.animate([...stops, stops[stops.length - 1]], {
    duration: STEP * stops.length,
    iterations: ROUNDS,
  });
  animation.onfinish = () => mark.remove();
}
