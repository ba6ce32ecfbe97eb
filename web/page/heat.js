/** Colours for a map of positive and negative values: how much each place speaks for a class or against it. */

/** @typedef {import("../protocol.js").Explanation} Explanation */

/**
 * Light yellow against dark blue: they differ in brightness too, on any picture and for any eyes.
 * @type {Record<"for" | "against", [number, number, number]>}
 */
export const HEAT = { for: [255, 214, 10], against: [58, 32, 230] };

/** @param {ArrayLike<number>} values */
export function largest(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** @param {Explanation} explanation */
export function total({ map, bias }) {
  return map.reduce((sum, value) => sum + value, bias);
}

/**
 * Interpolates between the centres of the map's cells; outside of the outermost centres it is level.
 * @param {Pick<Explanation, "map" | "width" | "height">} explanation
 * @param {number} u  0 (left edge) to 1
 * @param {number} v  0 (top edge) to 1
 */
export function valueAt({ map, width, height }, u, v) {
  const x = Math.min(Math.max(u * width - 0.5, 0), width - 1);
  const y = Math.min(Math.max(v * height - 0.5, 0), height - 1);
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const between = (/** @type {number} */ row) =>
    map[row * width + left] * (1 - x + left) + map[row * width + right] * (x - left);
  return between(top) * (1 - y + top) + between(bottom) * (y - top);
}

/**
 * Paints a map as RGBA: its sign is the colour, its size, relative to the largest, the opacity.
 * @param {Explanation} explanation
 * @param {number} width   in pixels
 * @param {number} height
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function paintHeat(explanation, width, height) {
  const pixels = new Uint8ClampedArray(4 * width * height);
  const most = largest(explanation.map) || 1;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const share = valueAt(explanation, (x + 0.5) / width, (y + 0.5) / height) / most;
      pixels.set(share > 0 ? HEAT.for : HEAT.against, i);
      pixels[i + 3] = 255 * Math.abs(share);
    }
  }
  return pixels;
}
