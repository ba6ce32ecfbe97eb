/** What two answers about one picture have in common. */

import { median } from "../medians.js";
import { nameOf } from "../names.js";

/** @typedef {import("../../protocol.js").BlockTiming} BlockTiming */
/** @typedef {import("../../protocol.js").Prediction} Prediction */
/** @typedef {import("../../protocol.js").Result} Result */
/** @typedef {import("./run.js").ComparisonState} ComparisonState */
/** @typedef {import("./run.js").Side} Side */

/** @typedef {[number | null, number | null]} Pair  of the two sides; null: that side does not know it */

/**
 * @typedef {object} Difference
 * @property {{label: string, p: Pair}[]} classes  the best five of either side, the likeliest first
 * @property {boolean} agree      on the best class
 * @property {boolean} sameOrder  the same five classes in the same order
 * @property {{label: string, delta: number} | null} most  the class, of those that both know, whose probability differs most
 */

/** @typedef {{name: string, ms: Pair}} BlockPair */

const TOP = 5;

/**
 * Null as long as a side has no answer.
 * @param {Pick<ComparisonState, "sides">} comparison
 * @returns {Difference | null}
 */
export function differenceOf({ sides: [left, right] }) {
  if (left.classes.length === 0 || right.classes.length === 0) return null;
  const keyOf = commonKey(left.classes, right.classes);
  const [mine, theirs] = [left, right].map(
    ({ classes }) => new Map(classes.map((prediction) => [keyOf(prediction), prediction])),
  );
  const best = [left, right].map(({ classes }) => classes.slice(0, TOP).map(keyOf));
  const classes = [...new Set(best.flat())].map((key) => {
    const [a, b] = [mine.get(key), theirs.get(key)];
    const known = a ?? b;
    return { label: known ? nameOf(known) : "", p: /** @type {Pair} */ ([a?.p ?? null, b?.p ?? null]) };
  });
  /** @type {Difference["most"]} */
  let most = null;
  for (const [key, prediction] of mine) {
    const other = theirs.get(key);
    const delta = other ? Math.abs(prediction.p - other.p) : -1;
    if (other && !(delta <= (most?.delta ?? -1))) most = { label: nameOf(prediction), delta };
  }
  return {
    classes: classes.sort((a, b) => likeliest(b.p) - likeliest(a.p)),
    agree: best[0][0] === best[1][0],
    sameOrder: best[0].join("\n") === best[1].join("\n"),
    most,
  };
}

/**
 * By what the classes of one model are found in the other: by number if they name them alike, else by id, else by label.
 * @param {readonly Prediction[]} left
 * @param {readonly Prediction[]} right
 * @returns {(prediction: Prediction) => string}
 */
function commonKey(left, right) {
  const labels = new Map(right.map(({ index, label }) => [index, label]));
  if (left.length === right.length && left.every(({ index, label }) => labels.get(index) === label)) {
    return ({ index }) => String(index);
  }
  const identified = [left, right].every((classes) => classes.every(({ id }) => id !== ""));
  return identified ? ({ id }) => id : ({ label }) => label;
}

/** @param {Pair} p */
function likeliest([a, b]) {
  return Math.max(a ?? 0, b ?? 0);
}

/**
 * The blocks of both networks, aligned by their names, with the medians of their times.
 * @param {Pick<ComparisonState, "sides">} comparison
 * @returns {BlockPair[]}
 */
export function blocksOf({ sides }) {
  /** @type {Map<string, BlockPair>} */
  const pairs = new Map();
  sides.forEach(({ passes }, which) => {
    for (const [i, { name }] of (passes[0]?.blocks ?? []).entries()) {
      const pair = pairs.get(name) ?? { name, ms: [null, null] };
      pair.ms[which] = median(passes.map(({ blocks }) => blocks[i].ms));
      pairs.set(name, pair);
    }
  });
  return [...pairs.values()];
}

/**
 * The median time of the network, in milliseconds; null before the first pass.
 * @param {Side} side
 * @returns {number | null}
 */
export function forwardOf({ passes }) {
  return passes.length ? median(passes.map(({ ms }) => ms.forward)) : null;
}

/**
 * How many times as fast the first of a pair is; null where one is unknown or the clock saw no time pass.
 * @param {Pair} ms
 * @returns {number | null}
 */
export function speedUp([a, b]) {
  return a && b ? b / a : null;
}

/**
 * @param {ComparisonState} comparison
 * @returns {string}
 */
export function toComparisonJson(comparison) {
  const difference = differenceOf(comparison);
  const [left, right] = comparison.sides;
  return JSON.stringify(
    {
      file: comparison.about,
      sides: comparison.sides.map((side) => ({
        model: side.info?.model ?? side.choice.model,
        dtype: side.choice.dtype || undefined,
        kernel: side.info?.kernel ?? side.choice.kernel,
        passes: side.passes.length,
        forward: forwardOf(side),
        top: side.classes.slice(0, TOP),
        error: side.fault ?? undefined,
      })),
      agree: difference?.agree,
      sameOrder: difference?.sameOrder,
      maxDifference: difference?.most?.delta,
      speedUp: speedUp([forwardOf(left), forwardOf(right)]),
      blocks: blocksOf(comparison),
    },
    null,
    2,
  );
}
