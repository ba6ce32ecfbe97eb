/** The way of the selective scan over a map: row by row from the top left, or all of it backwards. */

import { svg } from "../dom.js";

/**
 * The position that is visited at a step, as an index into the rows of the map.
 * @param {number} step
 * @param {number} length  of the path
 * @param {boolean} backward
 */
export function visited(step, length, backward) {
  return backward ? length - 1 - step : step;
}

/** Up to so many positions each step has an arrow of its own; then a row has one. */
const MARKED = 150;

/**
 * The path as lines through the middles of the cells: drawn along the rows, dotted from the end of one to the beginning
 * of the next, for that is no way over the map but a jump.
 * @param {number} width   of the map
 * @param {number} height
 * @param {boolean} backward
 * @returns {SVGSVGElement}
 */
export function drawPath(width, height, backward) {
  const drawing = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "scan-path",
    "aria-hidden": "true",
    preserveAspectRatio: "none",
  });
  const rows = [];
  const jumps = [];
  const heads = [];
  const direction = backward ? -1 : 1;
  const arrow = (/** @type {number} */ x, /** @type {number} */ y) =>
    `M${x - direction * 0.16} ${y - 0.14}L${x + direction * 0.08} ${y}L${x - direction * 0.16} ${y + 0.14}`;
  for (let row = 0; row < height; row++) {
    const y = row + 0.5;
    if (width > 1) rows.push(`M0.5 ${y}H${width - 0.5}`);
    if (row + 1 < height) jumps.push(`M${width - 0.5} ${y}L0.5 ${y + 1}`);
    const every = width * height <= MARKED ? 1 : width - 1 || 1;
    for (let x = 1; x < width; x += every) heads.push(arrow(x, y));
  }
  drawing.append(
    svg("path", { class: "halo", d: rows.join("") }),
    svg("path", { class: "jump", d: jumps.join("") }),
    svg("path", { class: "row", d: rows.join("") }),
    svg("path", { class: "head", d: heads.join("") }),
  );
  return drawing;
}

/** The size of a chart, in its own units. */
const CHART = { width: 240, height: 56 };

/**
 * Values along the path, in the order in which they are visited: a bar a step.
 * @param {Float32Array} values  by position
 * @param {boolean} backward
 * @param {number} most   the top of the chart
 * @returns {string} a path for an SVG of CHART's size
 */
export function chartPath(values, backward, most) {
  const step = CHART.width / values.length;
  const gap = values.length > 80 ? 0 : step * 0.2;
  return Array.from(values, (_, i) => {
    const height = (CHART.height * values[visited(i, values.length, backward)]) / most;
    return `M${(i * step + gap / 2).toFixed(2)} ${CHART.height}v${(-height).toFixed(2)}h${(step - gap).toFixed(2)}V${CHART.height}z`;
  }).join("");
}

/** @returns {{element: SVGSVGElement, bars: SVGPathElement}} */
export function createChart() {
  const bars = svg("path", { class: "bars" });
  const element = svg(
    "svg",
    {
      viewBox: `0 0 ${CHART.width} ${CHART.height}`,
      class: "chart",
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    bars,
  );
  return { element, bars };
}
