/**
 * Colours for numbers. Both scales are even to the eye and for all kinds of colour vision, and the same on a light and
 * a dark page: what is drawn is data.
 */

/** Viridis (van der Walt and Smith, public domain), at equal steps. */
const VIRIDIS = ["440154", "482878", "3e4989", "31688e", "26828e", "1f9e89", "35b779", "6ece58", "b5de2b", "fde725"];

/** Blue over white to orange: equally dark at equal distances from the middle. */
const BLUE_ORANGE = ["1b3f8b", "3f6cc4", "7fa2e0", "bdd0f0", "f6f4ef", "f3cfa5", "e09a55", "b5651d", "7a3803"];

/** @typedef {Uint8ClampedArray} Ramp  256 colours of three bytes */

/** For values from least to most. */
export const SEQUENTIAL = ramp(VIRIDIS);

/** For values on both sides of zero, which is its middle. */
export const DIVERGING = ramp(BLUE_ORANGE);

/**
 * @param {string[]} stops
 * @returns {Ramp}
 */
function ramp(stops) {
  const colours = stops.map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  const out = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c++) out[3 * i + c] = colours[low][c] + (at - low) * (colours[low + 1][c] - colours[low][c]);
  }
  return out;
}

/**
 * Which numbers a ramp's ends stand for.
 * @typedef {object} Scale
 * @property {Ramp} ramp
 * @property {number} min
 * @property {number} max
 */

/**
 * @param {number} min
 * @param {number} max
 * @returns {Scale}
 */
export function sequential(min, max) {
  return { ramp: SEQUENTIAL, min, max };
}

/**
 * @param {number} extent  the largest distance from zero
 * @returns {Scale}
 */
export function diverging(extent) {
  return { ramp: DIVERGING, min: -extent, max: extent };
}

/**
 * The entry of a ramp for a value. Where all values are the same it is the middle.
 * @param {Scale} scale
 * @param {number} value
 */
export function entry({ min, max }, value) {
  return max > min ? Math.round((255 * (Math.min(Math.max(value, min), max) - min)) / (max - min)) : 128;
}

/**
 * Paints a map, a pixel a value, as RGBA.
 * @param {ArrayLike<number>} values
 * @param {Scale} scale
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function paint(values, scale) {
  const pixels = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i++) {
    const at = 3 * entry(scale, values[i]);
    pixels.set(scale.ramp.subarray(at, at + 3), 4 * i);
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/**
 * A ramp as a CSS gradient from left to right.
 * @param {Ramp} ramp
 */
export function gradient(ramp) {
  const stops = Array.from(
    { length: 9 },
    (_, i) =>
      `rgb(${ramp
        .subarray(3 * Math.round((i * 255) / 8))
        .slice(0, 3)
        .join(" ")})`,
  );
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

/**
 * The least and the largest of some values.
 * @param {Float32Array} values
 */
export function range(values) {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}
