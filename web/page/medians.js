/** Times of many passes: a single one says little, since the clock of a browser is coarse and other programs interfere. */

/** @typedef {import("../protocol.js").BlockTiming} BlockTiming */

/** So many of the last passes count. */
const PASSES = 31;

/**
 * Remembers the last passes through one network.
 * @param {number} [size]
 */
export function createMedians(size = PASSES) {
  /** @type {{total: number, blocks: BlockTiming[]}[]} */
  let passes = [];
  return {
    forget() {
      passes = [];
    },
    /**
     * Adds a pass and returns the medians of the last ones. Medians do not add up as times do: of several passes the
     * total is the sum of the blocks' medians, so that shares are shares of it.
     * @param {number} total
     * @param {BlockTiming[]} blocks
     */
    add(total, blocks) {
      // The page hears of another network a moment after the engine has it.
      if (passes[0]?.blocks.length !== blocks.length) passes = [];
      passes = [...passes.slice(1 - size), { total, blocks }];
      if (passes.length === 1) return { passes: 1, total, blocks };
      const typical = blocks.map((block, i) => ({ ...block, ms: median(passes.map((pass) => pass.blocks[i].ms)) }));
      return { passes: passes.length, total: typical.reduce((sum, { ms }) => sum + ms, 0), blocks: typical };
    },
  };
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
