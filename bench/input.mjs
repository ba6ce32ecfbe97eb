// The deterministic input of the reference data (section 3 of its README), [3, h, w] as [1, 3, h, w].
export function input(h, w) {
  const x = new Float32Array(3 * h * w);
  let i = 0;
  for (let c = 0; c < 3; c++) {
    for (let row = 0; row < h; row++) {
      for (let col = 0; col < w; col++) {
        x[i++] = 0.9 * Math.sin(0.11 * (c + 1) * col + 0.07 * row + 0.5 * c) +
          0.6 * Math.cos(0.05 * col - (0.13 + 0.02 * c) * row) + 0.3 * Math.sin(0.31 * (col + row) + c);
      }
    }
  }
  return x;
}
