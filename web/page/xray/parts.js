/** Reading FeatureMaps: single maps, by channel and plane. */

/** @typedef {import("../../protocol.js").FeatureMaps} FeatureMaps */

/**
 * One plane of one of the channels that are shown.
 * @param {FeatureMaps} part
 * @param {number} rank   which of the shown channels
 * @param {number} [plane]
 */
export function mapOf({ values, planes, height, width }, rank, plane = 0) {
  const n = height * width;
  const at = (rank * planes + plane) * n;
  return values.subarray(at, at + n);
}

/**
 * The parts by name.
 * @param {FeatureMaps[]} parts
 */
export function byName(parts) {
  return new Map(parts.map((part) => [part.name, part]));
}

/**
 * Whether what was drawn for one inspection can show another: only the numbers differ.
 * @param {FeatureMaps[]} a
 * @param {FeatureMaps[]} b
 */
export function sameShapes(a, b) {
  const shape = (/** @type {FeatureMaps} */ { name, planes, height, width, channels, shown }) =>
    [name, planes, height, width, channels, shown.length].join();
  return a.length === b.length && a.every((part, i) => shape(part) === shape(b[i]));
}
