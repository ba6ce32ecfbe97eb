// The worker of one engine. Messages: open starts it, run times it; see index.html.
import { input } from '../input.mjs';

const memories = rememberMemories();
let engine;

onmessage = async ({ data }) => {
  try {
    if (data.type === 'open') {
      const start = performance.now();
      engine = await (data.engine === 'onnxruntime-web' ? openORT(data) : openOurs(data));
      postMessage({ ms: performance.now() - start });
    } else {
      const times = await engine.run(data.warmUps, data.runs);
      // A wasm memory never shrinks, so that its size is its peak.
      postMessage({ ...times, bytes: Math.max(0, ...memories().map((memory) => memory.buffer.byteLength)) });
    }
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
};

// openORT starts onnxruntime-web on its wasm backend, as its documentation says to.
async function openORT({ threads, model, size }) {
  const ort = await import('/ort/ort.wasm.min.mjs');
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = '/ort/';
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  const feeds = { x: new ort.Tensor('float32', input(size, size), [1, 3, size, size]) };
  return {
    async run(warmUps, runs) {
      const times = [];
      for (let i = 0; i < warmUps + runs; i++) {
        const start = performance.now();
        await session.run(feeds);
        if (i >= warmUps) times.push(performance.now() - start);
      }
      return { times };
    },
  };
}

// openOurs starts the Go module, as the site's worker does.
async function openOurs({ artifact, weights, size }) {
  await import('/site/wasm_exec.js');
  const go = new globalThis.Go();
  const ready = new Promise((resolve) => (globalThis.onMobileMambaReady = resolve));
  const [{ instance }, bytes] = await Promise.all([
    WebAssembly.instantiateStreaming(fetch(artifact), go.importObject),
    fetch(weights).then((response) => response.arrayBuffer()),
  ]);
  go.run(instance);
  await ready;
  const { load, bench, room, classify } = globalThis.mobilemamba;
  await load({ weights: new Uint8Array(bytes), kernel: 'auto', resolution: size });
  return {
    async run(warmUps, runs) {
      if (warmUps === 0) { // bench always warms up: a first result is a picture's
        const picture = { width: size, height: size };
        const pixels = new Uint8ClampedArray(4 * size * size).fill(128);
        const start = performance.now();
        const address = await room(picture);
        new Uint8ClampedArray(instance.exports.mem.buffer).set(pixels, address);
        await classify({ ...picture, top: 5 });
        return { times: [performance.now() - start] };
      }
      const { kernel, median, min } = await bench({ runs });
      return { kernel, median, min };
    },
  };
}

// rememberMemories catches every WebAssembly.Memory of this worker, imported or exported, and returns a function
// that lists them.
function rememberMemories() {
  const found = new Set();
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, args) {
      const memory = new target(...args);
      found.add(memory);
      return memory;
    },
  });
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const result = await original.apply(WebAssembly, args);
      const { exports } = result.instance ?? result;
      for (const value of Object.values(exports)) if (value instanceof Memory) found.add(value);
      return result;
    };
  }
  return () => [...found];
}
