/**
 * SHA-256 (FIPS 180-4) of bytes that come in pieces. The browser's own wants them all at once, which for a checkpoint
 * can be hundreds of megabytes.
 */

const BLOCK = 64;

/** The fractional parts of the cube roots of the first 64 primes, and of the square roots of the first eight. */
const [ROUND, INITIAL] = constants();

/** @returns {{update(bytes: Uint8Array): void, hex(): string}} hex ends it */
export function sha256() {
  const state = Int32Array.from(INITIAL);
  const words = new Int32Array(64);
  const rest = new Uint8Array(BLOCK);
  let length = 0;

  return {
    update(bytes) {
      let from = 0;
      const open = length % BLOCK;
      length += bytes.length;
      if (open > 0) {
        from = Math.min(BLOCK - open, bytes.length);
        rest.set(bytes.subarray(0, from), open);
        if (open + from < BLOCK) return;
        compress(state, words, rest, 0);
      }
      for (; from + BLOCK <= bytes.length; from += BLOCK) compress(state, words, bytes, from);
      rest.set(bytes.subarray(from));
    },
    hex() {
      const open = length % BLOCK;
      const padding = new Uint8Array((open < 56 ? BLOCK : 2 * BLOCK) - open);
      padding[0] = 0x80;
      const view = new DataView(padding.buffer);
      view.setUint32(padding.length - 8, Math.floor(length / 2 ** 29));
      view.setUint32(padding.length - 4, length << 3);
      this.update(padding);
      return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    },
  };
}

/**
 * @param {Int32Array} state
 * @param {Int32Array} words  scratch
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function compress(state, words, bytes, at) {
  for (let i = 0; i < 16; i++, at += 4)
    words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15];
    const late = words[i - 2];
    const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
  }
  // Not by destructuring: iterators take longer than the rounds.
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function constants() {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (/** @type {number} */ root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  return [
    Int32Array.from(primes, (n) => fraction(Math.cbrt(n))),
    Int32Array.from(primes.slice(0, 8), (n) => fraction(Math.sqrt(n))),
  ];
}
