// Times onnxruntime-node with one thread, for run.mjs to start on one core:
//   node native-ort.mjs MODEL SIZE WARM-UPS RUNS   → {"median","min"} in milliseconds
import ort from 'onnxruntime-node';
import { input } from './input.mjs';
import { summary } from './stats.mjs';

const [model, size, warmUps, runs] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const session = await ort.InferenceSession.create(model, {
  executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 3,
});
const feeds = { x: new ort.Tensor('float32', input(size, size), [1, 3, size, size]) };
const times = [];
for (let i = 0; i < warmUps + runs; i++) {
  const start = performance.now();
  await session.run(feeds);
  if (i >= warmUps) times.push(performance.now() - start);
}
console.log(JSON.stringify(summary(times)));
