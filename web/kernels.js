/**
 * The one table of kernel variants: which WebAssembly module carries them, and how to find out whether this
 * browser runs it. A module that holds one instruction unknown to the browser does not validate as a whole,
 * hence one artifact per variant.
 */

/** @typedef {import("./protocol.js").KernelChoice} KernelChoice */

/**
 * @typedef {object} KernelRow
 * @property {string} name       as in ?kernel=
 * @property {string} artifact   URL relative to the site
 * @property {Uint8Array<ArrayBuffer> | null} probe  a minimal module that validates only where the artifact does; null: everywhere
 */

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const TYPE_V128 = [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b]; // () → v128
const ONE_FUNCTION = [0x03, 0x02, 0x01, 0x00];

/** Minimal modules that use one instruction of a proposal. */
export const PROBES = {
  // i32.const 0, i8x16.splat, i8x16.popcnt
  simd: new Uint8Array([
    ...HEADER,
    ...TYPE_V128,
    ...ONE_FUNCTION,
    ...[0x0a, 0x0a, 0x01, 0x08, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x62, 0x0b],
  ]),
  // three times i32.const 0, f32x4 bits by i8x16.splat; then f32x4.relaxed_madd
  relaxed: new Uint8Array([
    ...HEADER,
    ...TYPE_V128,
    ...ONE_FUNCTION,
    ...[0x0a, 0x13, 0x01, 0x11, 0x00],
    ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f],
    ...[0xfd, 0x85, 0x02, 0x0b],
  ]),
};

/**
 * Fastest first; the last row runs everywhere.
 * @type {KernelRow[]}
 */
export const KERNELS = [
  { name: "relaxed", artifact: "mobilemamba-relaxed.wasm", probe: PROBES.relaxed },
  { name: "simd", artifact: "mobilemamba-simd.wasm", probe: PROBES.simd },
  { name: "scalar", artifact: "mobilemamba.wasm", probe: null },
];

/**
 * Chooses the fastest variant that this browser runs, or the one that was asked for. A wish that cannot be met is
 * no error: the choice says why another one runs instead.
 * @param {string} wish  "auto" or a name of the table
 * @param {KernelRow[]} table
 * @param {(module: Uint8Array<ArrayBuffer>) => boolean} validate
 * @returns {KernelChoice}
 */
export function chooseKernel(wish, table = KERNELS, validate = WebAssembly.validate) {
  const runs = (/** @type {KernelRow} */ row) => row.probe === null || validate(row.probe);
  const best = table.find(runs);
  if (!best) throw new Error("the table of kernels has no row that runs everywhere");

  const wished = table.find((row) => row.name === wish);
  const { name, artifact } = wished && runs(wished) ? wished : best;
  return { name, artifact, wish, unmet: unmet() };

  /** @returns {KernelChoice["unmet"]} */
  function unmet() {
    if (wish === name) return null;
    if (wish === "auto") return name === table.at(-1)?.name ? "plain" : null;
    return wished ? "unsupported" : "unknown";
  }
}
