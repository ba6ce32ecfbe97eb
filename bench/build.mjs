// What the benchmark measures, and how it is built.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bench = dirname(fileURLToPath(import.meta.url));
export const root = dirname(bench);
export const outDir = join(root, 'build', 'bench');
export const siteDir = join(root, 'build', 'site');
export const nativeBinary = join(outDir, 'mobilemamba');

const resolutions = { T2: 192, T4: 192, S6: 224, B1: 256, B2: 384, B4: 512 };

// modelCase returns what a variant is called and where its files lie, below outDir.
export function modelCase(variant) {
  const size = resolutions[variant];
  if (!size) throw new Error(`no variant ${variant}; there are ${Object.keys(resolutions)}`);
  const name = `${variant}_${size}x${size}`;
  return { variant, size, name, web: `web/${name}.onnx`, native: `native/${name}.onnx`, weights: `${name}.safetensors` };
}

// buildAll builds the site's modules, the native command and the models' files.
export function buildAll(cases) {
  const go = (args, env = {}) =>
    execFileSync('go', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
  go(['run', '.', '-build']);
  go(['build', '-o', nativeBinary, './cmd/mobilemamba'], { GOEXPERIMENT: process.env.GOEXPERIMENT ?? 'simd' });
  const names = cases.map(({ name }) => name);
  for (const target of ['web', 'native']) {
    mkdirSync(join(outDir, target), { recursive: true });
    go(['run', './bench/synthetic', '-target', target, join(outDir, target), ...names]);
  }
  go(['run', './bench/synthetic', '-weights', outDir, ...names]);
}

// engines lists the browser engines, those whose artifact has not been built apart.
export function engines() {
  const ours = [
    { engine: 'mobilemamba-scalar', artifact: 'mobilemamba.wasm' },
    { engine: 'mobilemamba-simd', artifact: 'mobilemamba-simd.wasm' },
    { engine: 'mobilemamba-relaxed', artifact: 'mobilemamba-relaxed.wasm' },
  ].map((e) => ({ ...e, threads: 1 }));
  const built = ({ artifact }) => existsSync(join(siteDir, artifact));
  const theirs = [1, 2].map((threads) => ({ engine: 'onnxruntime-web', threads }));
  return { present: [...ours.filter(built), ...theirs], missing: ours.filter((e) => !built(e)) };
}
