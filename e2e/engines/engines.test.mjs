/**
 * The core of the page in engines of different make: `make test-engines`. Every engine is asked everything; one that is
 * not on this machine fails. ENGINES=Firefox,WebKitGTK asks these alone, CHECKS=own,crash asks this alone; RECORD=1
 * writes what came of it into docs/.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { WEIGHTS } from "../support/faults.mjs";
import { startHub } from "../support/hub.mjs";
import { ARTIFACTS, convertToI8 } from "../support/repo.mjs";
import { CHECKS } from "./checks.mjs";
import { driver as chromium } from "./chromium.mjs";
import { Unsupported } from "./engine.mjs";
import { driver as firefox } from "./firefox.mjs";
import { startSite } from "./site.mjs";
import { record, toTable } from "./table.mjs";
import { driver as webkitgtk } from "./webkitgtk.mjs";

/** @typedef {import("./engine.mjs").Engine} Engine */

const DRIVERS = chosen([chromium, firefox, webkitgtk], ({ name }) => name, process.env.ENGINES);
const ASKED = chosen(CHECKS, ({ id }) => id, process.env.CHECKS);

// The browsers are ended as the process ends, which a signal alone does not do.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** @type {import("./table.mjs").Outcomes} */
const outcomes = {};
/** @type {Awaited<ReturnType<typeof startHub>>} */
let hub;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("./checks.mjs").Bench} */
let bench;

before(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  hub = await startHub("T2=bare");
  site = await startSite();
  bench = { ...site, own: { safetensors: await convertToI8(WEIGHTS), pth: hub.files.t2 }, first: {} };
});

after(async () => {
  await hub?.stop();
  site?.stop();
  console.log(`\n${toTable(outcomes)}`);
  if (process.env.RECORD) record(outcomes);
});

for (const { name, start } of DRIVERS) {
  test(name, async (t) => {
    const engine = await start();
    outcomes[name] = { version: engine.version, checks: {} };
    try {
      for (const check of ASKED) {
        await t.test(`${name}: ${check.title}`, async (t) => {
          const { outcome, note, error } = await ask(engine, check);
          outcomes[name].checks[check.id] = note ? { outcome, note } : { outcome };
          if (note) t.diagnostic(`${outcome}: ${note}`);
          writeFileSync(path.join(ARTIFACTS, `engine-${name}-${check.id}.png`), await engine.screenshot());
          if (error) throw error;
        });
      }
    } finally {
      await engine.stop();
    }
  });
}

/**
 * @template T
 * @param {T[]} all
 * @param {(one: T) => string} nameOf
 * @param {string} [wish]  names with commas between them; without it all
 */
function chosen(all, nameOf, wish) {
  if (!wish) return all;
  return wish.split(",").map((name) => {
    const one = all.find((one) => nameOf(one) === name);
    if (!one) throw new Error(`there is no ${name}, but ${all.map(nameOf).join(", ")}`);
    return one;
  });
}

/**
 * @param {Engine} engine
 * @param {import("./checks.mjs").Check} check
 * @returns {Promise<import("./table.mjs").Outcome & {error?: unknown}>}
 */
async function ask(engine, { run, provoked }) {
  try {
    const note = (await run(engine, bench)) ?? undefined;
    const troubles = (await takeTroubles(engine)).filter((trouble) => !provoked?.test(trouble));
    if (troubles.length > 0) throw new Error(`on the console: ${troubles.join("; ")}`);
    return { outcome: "yes", note };
  } catch (error) {
    if (error instanceof Unsupported) return { outcome: "no", note: error.message };
    await takeTroubles(engine).catch(() => {});
    return { outcome: "failed", note: String(error).split("\n")[0], error };
  }
}

/**
 * What the engine and the page heard since the last time.
 * @param {Engine} engine
 */
async function takeTroubles(engine) {
  const own = await engine.evaluate(() => /** @type {string[]} */ (Reflect.get(window, "troubles") ?? []).splice(0));
  return [...engine.heard.splice(0), ...own];
}
