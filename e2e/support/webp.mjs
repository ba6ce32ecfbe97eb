/** What the container of a WebP says: https://developers.google.com/speed/webp/docs/riff_container. */

/**
 * The frames of an animated WebP.
 * @param {Buffer} bytes
 * @returns {{width: number, height: number, durations: number[]}}  of the canvas, in pixels; of the frames, in ms
 */
export function readAnimation(bytes) {
  const name = (/** @type {number} */ at) => bytes.toString("latin1", at, at + 4);
  if (name(0) !== "RIFF" || name(8) !== "WEBP" || bytes.readUInt32LE(4) + 8 !== bytes.length)
    throw new Error("this is no whole WebP");
  const animation = { width: 0, height: 0, durations: /** @type {number[]} */ ([]) };
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32LE(at + 4);
    const data = at + 8;
    if (name(at) === "VP8X") {
      animation.width = 1 + bytes.readUIntLE(data + 4, 3);
      animation.height = 1 + bytes.readUIntLE(data + 7, 3);
    }
    if (name(at) === "ANMF") animation.durations.push(bytes.readUIntLE(data + 12, 3));
    at = data + size + (size % 2);
  }
  return animation;
}
