/** The page's URL parameters: ?model=ID&dtype=NAME&kernel=NAME&img=URL&bench=N&lang=TAG, and &shared. */

/** How weights are stored. */
const DTYPES = ["f32", "f16", "i8"];
/** A benchmark of more runs than this keeps a slow device busy for minutes. */
const MAX_RUNS = 1000;

/**
 * @typedef {object} Query
 * @property {string | undefined} model
 * @property {string | undefined} dtype  which of that model's downloads; the first for nothing
 * @property {string} kernel
 * @property {string | undefined} image  absolute URL
 * @property {string | null} language  tag
 * @property {number} runs  of the benchmark; 0: none was asked for
 * @property {boolean} shared  another app has shared pictures, see service-worker.js
 */

/**
 * @param {string} search  location.search
 * @param {string} base    what a relative picture URL is relative to
 * @returns {Query}
 */
export function parseQuery(search, base) {
  const parameters = new URLSearchParams(search);
  const image = parameters.get("img");
  const runs = Math.trunc(Number(parameters.get("bench") ?? 0));
  return {
    model: parameters.get("model") ?? undefined,
    dtype: DTYPES.find((dtype) => dtype === parameters.get("dtype")),
    kernel: parameters.get("kernel") ?? "auto",
    image: image && URL.canParse(image, base) ? new URL(image, base).href : undefined,
    language: parameters.get("lang"),
    runs: runs > 0 ? Math.min(runs, MAX_RUNS) : 0,
    shared: parameters.has("shared"),
  };
}
