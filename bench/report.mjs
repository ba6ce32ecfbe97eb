// What a run of the benchmark says: ratios, sizes, the machine, a table.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bench, siteDir } from './build.mjs';
import { unsteady } from './stats.mjs';

const version = (name) => JSON.parse(readFileSync(join(bench, 'node_modules', name, 'package.json'))).version;

// machine describes where the numbers come from.
export function machine(browserVersion) {
  const cores = cpus();
  const go = execFileSync('go', ['env', 'GOVERSION'], { cwd: bench, encoding: 'utf8' }).trim();
  return `${cores[0].model.trim()}, ${cores.length} cores, ${process.platform} ${process.arch}; Chromium ${browserVersion}, ` +
    `${go}, onnxruntime-web and -node ${version('onnxruntime-web')}, Node ${process.versions.node}`;
}

// ratios pairs ours with theirs on every model: their time over ours, above 1 where we are faster.
export function ratios(rows) {
  const out = [];
  for (const ours of rows.filter((r) => r.engine.startsWith('mobilemamba'))) {
    const rival = ours.engine === 'mobilemamba-native' ? 'onnxruntime-node' : 'onnxruntime-web';
    for (const theirs of rows.filter((r) => r.model === ours.model && r.engine === rival)) {
      out.push({
        model: ours.model, ours: ours.engine, theirs: rival, threads: theirs.threads,
        ratio: Math.round((theirs.median_ms / ours.median_ms) * 100) / 100,
        steady: !unsteady(ours) && !unsteady(theirs),
      });
    }
  }
  return out;
}

// codeSizes measures what a page downloads before its first result, weights apart.
export function codeSizes(engines) {
  const ort = (name) => join(bench, 'node_modules', 'onnxruntime-web', 'dist', name);
  const files = ({ engine, artifact }) => engine === 'onnxruntime-web'
    ? ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'].map(ort)
    : [join(siteDir, artifact), join(siteDir, 'wasm_exec.js')];
  return engines.filter(({ engine, threads }) => engine !== 'onnxruntime-web' || threads === 1).map((e) => {
    const data = files(e).map((file) => readFileSync(file));
    const sum = (size) => data.reduce((total, bytes) => total + size(bytes), 0);
    return { engine: e.engine, raw: sum((b) => b.length), gzip: sum((b) => gzipSync(b, { level: 9 }).length) };
  });
}

// table prints the results for people.
export function table({ machine, rows, ratios, cold, code, memory, missing }) {
  const lines = [machine, ''];
  const print = (head, body) => {
    const all = [head, ...body].map((cells) => cells.map(String));
    const width = head.map((_, i) => Math.max(...all.map((cells) => cells[i].length)));
    for (const cells of all) lines.push(cells.map((c, i) => (i < 2 ? c.padEnd(width[i]) : c.padStart(width[i]))).join('  '));
    lines.push('');
  };
  print(['model', 'engine', 'threads', 'median ms', 'min ms', ''],
    rows.map((r) => [r.model, r.engine, r.threads, r.median_ms.toFixed(2), r.min_ms.toFixed(2), unsteady(r) ? 'unsteady' : '']));
  print(['model', 'faster than', 'threads', 'ours', 'by'],
    ratios.map((r) => [r.model, r.theirs, r.threads, r.ours, `${r.ratio.toFixed(2)}×${r.steady ? '' : ' (unsteady)'}`]));
  print(['model', 'navigation to first result', 'threads', 'median ms', 'min ms'],
    cold.map((c) => [c.model, c.engine, c.threads, c.median_ms, c.min_ms]));
  const mb = (bytes) => (bytes / 1e6).toFixed(2);
  print(['code', '', 'MB', 'MB gzip'], code.map((c) => [c.engine, '', mb(c.raw), mb(c.gzip)]));
  print(['model', 'wasm memory', 'threads', 'peak MB'], memory.map((m) => [m.model, m.engine, m.threads, mb(m.bytes)]));
  for (const engine of missing) lines.push(`NOT MEASURED: ${engine}`);
  return lines.join('\n');
}
