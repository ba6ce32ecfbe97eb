// Times the page's pool of workers: pictures a second with one worker and with several, in turns.
//
//   node pool.mjs [--workers 1,2] [--pictures 200] [--width 1600] [--rounds 5] [--kernel auto]
//
// The pictures are JPEGs of 4:3, drawn here and all different; a worker reads, decodes and classifies them, as in the
// page's tool for folders. The smaller they are, the more of the time goes into handing them over. The clock runs from when all workers have their model and have answered a few times.
// The result is the median over the rounds of the ratio within a round, so that what else the machine does meets both.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { findChromium } from '../e2e/support/programs.mjs';
import { startSite } from '../e2e/support/site.mjs';
import { median } from './stats.mjs';

const { values: flags } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2' },
    pictures: { type: 'string', default: '200' },
    width: { type: 'string', default: '1600' },
    rounds: { type: 'string', default: '5' },
    kernel: { type: 'string', default: 'auto' },
  },
});
const teams = flags.workers.split(',').map(Number);

const load = loadavg()[0];
if (load > 1) {
  console.error(`\n*** Other programs keep this machine busy (load ${load.toFixed(1)}): these ratios are NOT fit to quote ***\n`);
}

const site = await startSite();
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const page = await browser.newPage();
// A page of the site that does nothing by itself.
await page.goto(`${site.url}assets/models/index.json`);
await page.evaluate(drawPictures, [Number(flags.pictures), Number(flags.width)]);

const ratios = teams.map(() => []);
for (let round = 1; round <= Number(flags.rounds); round++) {
  const rates = [];
  for (const workers of teams) rates.push(await page.evaluate(measure, { url: `${site.url}pool.js`, workers, kernel: flags.kernel }));
  rates.forEach((rate, i) => ratios[i].push(rate / rates[0]));
  console.error(`round ${round}: ${rates.map((rate, i) => `${teams[i]} workers ${rate.toFixed(1)} a second`).join(', ')}`);
}
await browser.close();
site.stop();

teams.forEach((workers, i) => {
  if (i > 0) console.log(`${workers} workers: ${median(ratios[i]).toFixed(2)} × the throughput of ${teams[0]} (load ${load.toFixed(1)} at the start)`);
});

// drawPictures runs in the page.
async function drawPictures([count, width]) {
  const height = Math.round(width * 0.75);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  window.pictures = [];
  for (let i = 0; i < count; i++) {
    const sky = context.createLinearGradient(0, 0, width, height);
    sky.addColorStop(0, `hsl(${(i * 37) % 360} 70% 70%)`);
    sky.addColorStop(1, `hsl(${(i * 91) % 360} 60% 30%)`);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    for (let shape = 0; shape < 60; shape++) {
      context.fillStyle = `hsl(${(i * 13 + shape * 29) % 360} 80% ${20 + (shape % 60)}%)`;
      context.beginPath();
      const [x, y] = [(i * 71 + shape * 131) % width, (i * 53 + shape * 97) % height];
      context.arc(x, y, width * (0.006 + 0.001 * ((i + shape * 7) % 60)), 0, 2 * Math.PI);
      context.fill();
    }
    window.pictures.push(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 }));
  }
}

// measure runs in the page and returns pictures a second.
async function measure({ url, workers, kernel }) {
  const { classifyAll } = await import(url);
  const warmUps = 8 * workers;
  let ready = 0;
  let warm = 0;
  const times = [];
  await classifyAll(window.pictures, {
    workers,
    kernel,
    onReady: (_, count) => (ready = count),
    onResult() {
      if (ready === workers && warm++ >= warmUps) times.push(performance.now());
    },
    onError: (_, error) => {
      throw error;
    },
  });
  return ((times.length - 1) / (times.at(-1) - times[0])) * 1000;
}
