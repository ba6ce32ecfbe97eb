// Times this project beside ONNX Runtime on this machine: in one Chromium, and natively on one core.
//
//   node run.mjs [--models T2,S6,B1] [--rounds 3] [--runs 50] [--cold 5] [--out FOLDER]
//
// Engines take turns: a round is 10 warm-up and 50 timed passes of every engine, so that what else the machine
// does meets all of them. The result of an engine is the median of its rounds' medians. Writes results.json and
// chart.svg beside this file and prints a table.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bench, buildAll, engines, modelCase, outDir } from './build.mjs';
import { timeBrowser } from './browser.mjs';
import { chart } from './chart.mjs';
import { timeNative } from './native.mjs';
import { codeSizes, machine, ratios, table } from './report.mjs';

const { values: flags } = parseArgs({
  options: {
    models: { type: 'string', default: 'T2,S6,B1' },
    rounds: { type: 'string', default: '3' },
    runs: { type: 'string', default: '50' },
    cold: { type: 'string', default: '5' },
    out: { type: 'string', default: bench },
  },
});
const plan = {
  cases: flags.models.split(',').map(modelCase),
  warmUps: 10,
  rounds: Number(flags.rounds),
  runs: Number(flags.runs),
  cold: Number(flags.cold),
};

// Taking turns meets slow drifts; a program beside us that comes and goes still shows.
const load = loadavg()[0];
if (load > 1) {
  console.error(`\n*** Other programs keep this machine busy (load ${load.toFixed(1)}): these times are NOT fit to quote ***\n`);
}

for (const folder of [outDir, flags.out]) mkdirSync(folder, { recursive: true });
buildAll(plan.cases);
const { present, missing } = engines();
for (const { engine, artifact } of missing) {
  console.error(`\n*** MISSING ${artifact}: ${engine} is NOT MEASURED by this run ***\n`);
}
const browser = await timeBrowser(plan, present);
const native = timeNative(plan);

const results = {
  machine: machine(browser.version),
  date: new Date().toISOString().slice(0, 10),
  load: Math.round(load * 10) / 10,
  rows: [...browser.rows, ...native],
  ratios: ratios([...browser.rows, ...native]),
  cold: browser.cold,
  code: codeSizes(present),
  memory: browser.memory,
  missing: missing.map(({ engine }) => engine),
};
writeFileSync(join(flags.out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
writeFileSync(join(flags.out, 'chart.svg'), chart(results));
console.log(table(results));
