/** The network as a drawing needs it: its blocks in rows, how each shares its channels, and what each costs. */

/** @typedef {import("../../protocol.js").BlockTiming} BlockTiming */
/** @typedef {import("../../protocol.js").Info} Info */

/**
 * The channels of a MobileMamba block's branches.
 * @typedef {object} Split
 * @property {number} global    wavelet-enhanced Mamba
 * @property {number} local     multi-kernel depthwise convolution
 * @property {number} identity  passed on as they are
 * @property {number} kernel    side of the depthwise kernels
 * @property {number} inner     channels of the selective scan
 */

/** @typedef {"stem" | "block" | "mix" | "merge" | "head"} Kind */

/**
 * @typedef {object} BlockPlan
 * @property {string} name
 * @property {string} stage
 * @property {Kind} kind
 * @property {number[]} from   [height, width, channels] of its input
 * @property {number[]} shape  of its output
 * @property {number} macs
 * @property {Split | null} split  of a MobileMamba block
 */

/**
 * A stage, with the stem before the first and the head behind the last.
 * @typedef {object} Row
 * @property {number} stage  1, 2 or 3
 * @property {number[]} shape  that its MobileMamba blocks work on
 * @property {BlockPlan[]} blocks
 */

/**
 * @param {Info} info
 * @returns {Row[]}
 */
export function planRows(info) {
  let from = [info.height, info.width, 3];
  const rows = info.stages.map((_, i) => ({ stage: i + 1, shape: from, blocks: /** @type {BlockPlan[]} */ ([]) }));
  for (const { name, stage, shape, macs } of info.blocks) {
    const number = rowOf(stage, rows.length);
    const row = rows[number - 1];
    const kind = kindOf(name);
    const split = kind === "block" ? splitOf(info.stages[number - 1]) : null;
    if (kind === "block") row.shape = shape;
    row.blocks.push({ name, stage, kind, from, shape, macs, split });
    from = shape;
  }
  return rows;
}

/**
 * The stem stands in the first row, the head in the last.
 * @param {string} stage
 * @param {number} last
 */
function rowOf(stage, last) {
  if (stage === "stem") return 1;
  return stage === "head" ? last : Number(stage.slice("stage".length));
}

/**
 * From the second stage on, the blocks 0 to 2 halve the map: what mixes before, the patch merging, what mixes after.
 * @param {string} name
 * @returns {Kind}
 */
export function kindOf(name) {
  const [, stage, child] = /^blocks(\d+)\.(\d+)$/.exec(name) ?? [];
  if (!stage) return name === "head" ? "head" : "stem";
  if (stage === "1" || Number(child) > 2) return "block";
  return child === "1" ? "merge" : "mix";
}

/** @param {import("../../protocol.js").StageInfo} stage */
function splitOf({ channels, global, local, kernel, inner }) {
  return { global, local, identity: channels - global - local, kernel, inner };
}

/**
 * @typedef {object} Cost
 * @property {number} ms
 * @property {number} share       of the time of all blocks
 * @property {number} arithmetic  share of all multiply-accumulates
 * @property {number} gflops      0 where the clock saw no time pass
 */

/**
 * What each block costs, by name.
 * @param {BlockTiming[]} blocks
 * @returns {Map<string, Cost>}
 */
export function costs(blocks) {
  const total = sum(blocks, ({ ms }) => ms) || 1;
  const macs = sum(blocks, (block) => block.macs) || 1;
  return new Map(
    blocks.map((block) => [
      block.name,
      {
        ms: block.ms,
        share: block.ms / total,
        arithmetic: block.macs / macs,
        // A multiply-accumulate counts as two operations.
        gflops: block.ms > 0 ? (2 * block.macs) / block.ms / 1e6 : 0,
      },
    ]),
  );
}

/**
 * The block that takes the most time.
 * @param {BlockTiming[]} blocks
 */
export function slowest(blocks) {
  return blocks.reduce((worst, block) => (block.ms > worst.ms ? block : worst)).name;
}

/**
 * @template T
 * @param {T[]} list
 * @param {(item: T) => number} value
 */
export function sum(list, value) {
  return list.reduce((total, item) => total + value(item), 0);
}
