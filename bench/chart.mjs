import { unsteady } from './stats.mjs';

// The chart of a run for the README: an SVG that reads in light and in dark, with bars of milliseconds.
const labels = {
  'mobilemamba-relaxed': 'mobilemamba, relaxed SIMD', 'mobilemamba-simd': 'mobilemamba, SIMD',
  'mobilemamba-scalar': 'mobilemamba, scalar', 'onnxruntime-web': 'onnxruntime-web',
  'mobilemamba-native': 'mobilemamba, native', 'onnxruntime-node': 'onnxruntime-node',
};
const order = Object.keys(labels);

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .group { font-weight: 600 }
  .note, .value { fill: #59636e }
  .note { font-size: 11px }
  .ours { fill: #0969da }
  .theirs { fill: #9a6700 }
  .unsteady { opacity: 0.4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note, .value { fill: #9198a1 }
    .ours { fill: #4493f8 }
    .theirs { fill: #d29922 }
  }`;

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

// chart draws the rows but those of the scalar build, whose bars would dwarf all others.
export function chart({ machine, date, rows }) {
  const shown = rows.filter((r) => r.engine !== 'mobilemamba-scalar');
  const width = 760, left = 220, right = 170, barHeight = 16, gap = 5;
  const longest = Math.max(...shown.map((r) => r.median_ms));
  const parts = [];
  let y = 60;
  const text = (x, at, kind, content) => parts.push(`<text x="${x}" y="${at}" class="${kind}">${escape(content)}</text>`);
  text(16, 28, 'title', 'One picture through MobileMamba: milliseconds, shorter is better');
  for (const model of new Set(shown.map((r) => r.model))) {
    text(16, y, 'group', model);
    y += 10;
    const bars = shown.filter((r) => r.model === model);
    bars.sort((a, b) => order.indexOf(a.engine) - order.indexOf(b.engine) || a.threads - b.threads);
    for (const r of bars) {
      const length = Math.max(1, Math.round(((width - left - right) * r.median_ms) / longest));
      const kind = (r.engine.startsWith('mobilemamba') ? 'ours' : 'theirs') + (unsteady(r) ? ' unsteady' : '');
      text(16, y + 12, 'label', labels[r.engine] + (r.threads > 1 ? `, ${r.threads} threads` : ''));
      parts.push(`<rect x="${left}" y="${y}" width="${length}" height="${barHeight}" rx="2" class="${kind}"/>`);
      text(left + length + 6, y + 12, 'value', r.median_ms.toFixed(1) + (unsteady(r) ? ` unsteady, best ${r.min_ms.toFixed(1)}` : ''));
      y += barHeight + gap;
    }
    y += 24;
  }
  const [hardware, software] = machine.split('; ');
  text(16, y - 6, 'note', `${hardware}. One thread where none is named. ${date}`);
  text(16, y + 10, 'note', software);
  const height = y + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `aria-label="Milliseconds a picture by model and engine">\n<style>${style}\n</style>\n${parts.join('\n')}\n</svg>\n`;
}
