// The benchmark's native part: both programs on the same single core.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { bench, nativeBinary, outDir } from './build.mjs';
import { row } from './browser.mjs';

// onOneCore starts a program on the last core, where the system has a way to, and returns the JSON that it prints.
function onOneCore(command, args) {
  const pinned = process.platform === 'linux' ? ['taskset', '-c', String(cpus().length - 1), command, ...args] : [command, ...args];
  const env = { ...process.env, GOMAXPROCS: '1' };
  return JSON.parse(execFileSync(pinned[0], pinned.slice(1), { cwd: bench, env, stdio: ['ignore', 'pipe', 'ignore'] }));
}

// timeNative returns the rows of the native engines.
export function timeNative(plan) {
  const rows = [];
  for (const model of plan.cases) {
    const ours = [], theirs = [];
    for (let round = 0; round < plan.rounds; round++) {
      ours.push(onOneCore(nativeBinary, ['bench', '--variant', model.variant, '--runs', String(plan.runs), '--json']));
      theirs.push(onOneCore(process.execPath, [
        join(bench, 'native-ort.mjs'), join(outDir, model.native), String(model.size), String(plan.warmUps), String(plan.runs),
      ]));
      console.error(`${model.variant} round ${round + 1}: native ${ours.at(-1).median.toFixed(2)} ms, ` +
        `onnxruntime-node ${theirs.at(-1).median.toFixed(2)} ms`);
    }
    rows.push(row(model.variant, 'mobilemamba-native', 1, ours), row(model.variant, 'onnxruntime-node', 1, theirs));
  }
  return rows;
}
