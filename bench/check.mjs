// The independent check: ONNX Runtime, which shares no code with this project, must compute the logits of the
// reference data on our ONNX exports. Prints one line a network; exits with 1 if any is off.
//
//   node check.mjs [CASE…]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { input } from './input.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'build', 'bench');
const references = [join(root, '..', 'shared', 'reference', 'model'), join(root, 'testdata', 'reference', 'model')];
const tolerance = 1e-4; // of the largest logit

// The six variants; odd maps at every stage; few pixels; two heads.
const cases = process.argv.length > 2 ? process.argv.slice(2) : [
  'T2_192x192', 'T4_192x192', 'S6_224x224', 'B1_256x256', 'B2_384x384', 'B4_512x512',
  'T2_208x208', 'tiny_80x112', 'tiny_17x33', 'tiny_dist_64x64',
];

const ort = await import('onnxruntime-node').then((m) => m.default, (err) => {
  console.error(`onnxruntime-node does not load (${err.message}): run npm ci in bench/ first`);
  process.exit(1);
});

// difference returns the largest difference from the reference as a share of the largest logit.
async function difference(file, reference) {
  const { h, w } = reference.input;
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const { logits } = await session.run({ x: new ort.Tensor('float32', input(h, w), [1, 3, h, w]) });
  await session.release();
  const want = reference.logits.f64;
  if (logits.data.length !== want.length) throw new Error(`${file} has ${logits.data.length} logits, not ${want.length}`);
  const scale = Math.max(...want.map(Math.abs));
  // Math.max hands a NaN on, and a NaN is not within the tolerance.
  return Math.max(...want.map((v, i) => Math.abs(v - logits.data[i]))) / scale;
}

mkdirSync(out, { recursive: true });
let passed = 0, failed = 0, skipped = 0;
for (const name of cases) {
  const path = references.map((dir) => join(dir, `${name}.json`)).find(existsSync);
  if (!path) {
    console.log(`MISSING reference file model/${name}.json: ONNX Runtime on ${name} is NOT PROVEN by this run`);
    skipped++;
    continue;
  }
  const reference = JSON.parse(readFileSync(path));
  for (const target of ['web', 'native']) {
    execFileSync('go', ['run', './bench/synthetic', '-target', target, out, name], { cwd: root, stdio: 'inherit' });
    const error = await difference(join(out, `${name}.onnx`), reference);
    const ok = error <= tolerance;
    ok ? passed++ : failed++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${target}): ONNX Runtime is off by ${error.toExponential(1)} of the largest logit`);
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed ? 1 : 0);
