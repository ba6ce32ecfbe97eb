// The benchmark's browser part: every engine in a worker of its own, all in one Chromium.
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../e2e/support/programs.mjs';
import { bench, outDir, siteDir } from './build.mjs';
import { serve } from './server.mjs';
import { median } from './stats.mjs';

// timeBrowser returns {version, rows, cold, memory}.
export async function timeBrowser(plan, engines) {
  const server = await serve({
    '/bench/': bench, '/site/': siteDir, '/models/': outDir, '/ort/': join(bench, 'node_modules', 'onnxruntime-web', 'dist'),
  });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const rows = [], memory = [];
    for (const model of plan.cases) {
      const timed = await timeModel(browser, server.origin, plan, engines, model);
      rows.push(...timed.rows);
      memory.push(...timed.memory);
    }
    const cold = await timeCold(browser, server.origin, plan, engines);
    return { version: browser.version(), rows, cold, memory };
  } finally {
    await browser.close();
    server.close();
  }
}

// setup says what a worker opens.
const setup = ({ engine, threads, artifact }, model) => ({
  engine, threads, artifact: `/site/${artifact}`, model: `/models/${model.web}`, weights: `/models/${model.weights}`, size: model.size,
});

const keyOf = ({ engine, threads }) => `${engine}/${threads}`;

// timeModel times all engines on one model in turns.
async function timeModel(browser, origin, plan, engines, model) {
  const page = await openPage(browser, `${origin}/bench/page/index.html`);
  for (const e of engines) await page.evaluate((s) => window.open_(s), { key: keyOf(e), ...setup(e, model) });
  const rounds = new Map(engines.map((e) => [e, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const e of engines) {
      const got = await page.evaluate(([key, w, r]) => window.run_(key, w, r), [keyOf(e), plan.warmUps, plan.runs]);
      const time = got.times ? { median: median(got.times), min: Math.min(...got.times) } : got;
      rounds.get(e).push({ ...time, bytes: got.bytes });
      console.error(`${model.variant} round ${round + 1}: ${keyOf(e)} ${time.median.toFixed(2)} ms`);
    }
  }
  await page.context().close();
  const rows = [], memory = [];
  for (const [{ engine, threads }, times] of rounds) {
    rows.push(row(model.variant, engine, threads, times));
    memory.push({ model: model.variant, engine, threads, bytes: Math.max(...times.map((t) => t.bytes)) });
  }
  return { rows, memory };
}

// row sums up the rounds of one engine.
export const row = (model, engine, threads, rounds) => ({
  model, engine, threads,
  median_ms: round3(median(rounds.map((t) => t.median))),
  min_ms: round3(Math.min(...rounds.map((t) => t.min))),
});

const round3 = (x) => Math.round(x * 1000) / 1000;

// timeCold measures, on the first model, from navigation to the first logits, each time in a fresh profile.
async function timeCold(browser, origin, plan, engines) {
  const model = plan.cases[0];
  const times = new Map(engines.map((e) => [e, []]));
  for (let i = 0; i < plan.cold; i++) {
    for (const e of engines) {
      const query = new URLSearchParams({ cold: JSON.stringify(setup(e, model)) });
      const page = await openPage(browser, `${origin}/bench/page/index.html?${query}`);
      times.get(e).push((await page.evaluate(() => window.cold)).ms);
      await page.context().close();
    }
  }
  if (plan.cold === 0) return [];
  return [...times].map(([{ engine, threads }, ms]) => ({
    model: model.variant, engine, threads, median_ms: Math.round(median(ms)), min_ms: Math.round(Math.min(...ms)),
  }));
}

async function openPage(browser, url) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.open_ !== undefined);
  return page;
}
