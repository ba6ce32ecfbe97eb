/** A small line of the last values, for the eye; its figures stand beside it as text. */

import { svg } from "../page/dom.js";

const WIDTH = 240;
const HEIGHT = 40;

/**
 * @param {number} capacity  so many values fill its width
 */
export function createSparkline(capacity) {
  const line = svg("polyline", { class: "sparkline-line" });
  const middle = svg("line", { class: "sparkline-median", x1: "0", x2: String(WIDTH) });
  const element = svg(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
    middle,
    line,
  );
  return {
    element,
    /**
     * @param {number[]} values  from 0 on, the last one at the right
     * @param {number} median
     * @param {string} label     what they say, in words
     */
    show(values, median, label) {
      // The highest value touches the edge, so that a steady line lies where it can be seen to be steady.
      const top = Math.max(2 * median, ...values) || 1;
      const y = (/** @type {number} */ value) => (HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1);
      const x = (/** @type {number} */ i) => ((WIDTH * (capacity - values.length + i)) / (capacity - 1)).toFixed(1);
      line.setAttribute("points", values.map((value, i) => `${x(i)},${y(value)}`).join(" "));
      middle.setAttribute("y1", y(median));
      middle.setAttribute("y2", y(median));
      element.setAttribute("aria-label", label);
    },
  };
}
