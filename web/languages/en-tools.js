/** What the tools below the picture say in English. */

/** @typedef {import("../protocol.js").Info} Info */
/** @typedef {Record<import("../page/xray/stops.js").StopKey, {title: string, text: (info: Info) => string}>} TourSteps */

export const enTools = {
  compare: {
    title: "Side by side",
    about: "The same picture through two models, or through the same model with other kernels.",
    invitation: "Choose a picture above to compare two sides on it.",
    camera: "What the camera sees is not compared: choose a picture above.",
    side: ["A", "B"],
    sideTitle: (/** @type {string} */ side) => `Side ${side}`,
    model: "Model",
    kernel: "Kernels",
    loading: "Preparing the model",
    ready: (/** @type {string} */ ms, /** @type {number} */ passes) =>
      passes === 1 ? `${ms} ms, one pass` : `${ms} ms, median of ${passes} passes`,
    same: (/** @type {string} */ label) =>
      `They agree: ${label}, and the five likeliest are the same in the same order.`,
    agree: (/** @type {string} */ label) => `They agree: ${label}.`,
    disagree: (/** @type {string} */ a, /** @type {string} */ b) => `They disagree: A says ${a}, B says ${b}.`,
    most: (/** @type {string} */ delta, /** @type {string} */ label) =>
      `The largest difference in probability is ${delta}, for ${label}.`,
    identical: "All probabilities are the same.",
    strangers: "They have no class in common.",
    faster: (/** @type {string} */ side, /** @type {string} */ times) => `${side} is ${times} times as fast.`,
    even: "Both take the same time.",
    class: "Class",
    difference: "Difference",
    unknown: "unknown",
    classes: "The likeliest classes of both",
    blocks: "Block by block",
    block: "Block",
    milliseconds: (/** @type {string} */ side) => `${side}, ms`,
    speedUp: "Speed-up of A",
    total: "Network",
    copy: "Copy as JSON",
    copied: "Comparison copied",
    refused: "The browser does not allow copying here",
  },

  folder: {
    title: "A folder of pictures",
    choose: "Choose a folder",
    chooseFiles: "Choose pictures",
    invitation:
      "Drop a folder anywhere on this page, or choose one: hundreds of pictures are classified side by side, on this device.",
    empty: "There are no files in it.",
    gathering: (/** @type {number} */ found) =>
      found ? `Looking into the folder: ${found} files` : "Looking into the folder",
    loading: (/** @type {number} */ total) => `${total} files; preparing the model`,
    begun: (/** @type {{done: number, total: number, workers: number}} */ { done, total, workers }) =>
      `${done} of ${total} · ${workers} ${workers === 1 ? "worker" : "workers"}`,
    running: (
      /** @type {{done: number, total: number, workers: number, rate: string, left: number}} */ {
        done,
        total,
        workers,
        rate,
        left,
      },
    ) =>
      `${done} of ${total} · about ${duration(left)} left · ${rate} a second with ${workers} ${workers === 1 ? "worker" : "workers"}`,
    stopped: (/** @type {{done: number, total: number}} */ { done, total }) => `Stopped after ${done} of ${total}`,
    done: (/** @type {{total: number, failed: number, seconds: number}} */ { total, failed, seconds }) =>
      `${total} files in ${duration(seconds)}${failed ? `, ${failed} without an answer` : ""}`,
    progress: "Progress of the folder",
    stop: "Stop",
    resume: "Go on",
    accuracy: (/** @type {{n: number, top1: string, top5: string}} */ { n, top1, top5 }) =>
      `Top-1 ${top1}, top-5 ${top5} right, of ${n} pictures in folders named after their class.`,
    filter: "Filter",
    search: "Name or class",
    onlyClass: "Seen as",
    least: "At least",
    group: "Group by class",
    all: "Everything",
    counted: (/** @type {string} */ name, /** @type {number} */ count) => `${name} (${count})`,
    pictures: (/** @type {number} */ count) => (count === 1 ? "1 picture" : `${count} pictures`),
    failed: "No answer",
    waiting: "Waiting",
    table: "Pictures of the folder",
    opened: (/** @type {string} */ name) => `${name} is shown above.`,
    goThere: "Go there",
    columns: { thumbnail: "Picture", name: "File", class: "Class", p: "Probability", ms: "ms" },
    none: "No picture of the folder is like that.",
    shown: (/** @type {number} */ shown, /** @type {number} */ all) =>
      shown === all ? `All ${all} files` : `${shown} of ${all} files`,
    export: "Take the table along",
  },

  inspector: {
    title: (/** @type {string} */ block) => `Inside ${block}`,
    sizeAbout: (/** @type {number} */ h, /** @type {number} */ w, /** @type {number} */ c) =>
      `${h}×${w} positions, ${c} channels`,
    headAbout: (/** @type {number} */ classes) => `${classes} classes`,
    camera: "camera",
    previous: "The block before",
    next: "The next block",
    close: "Close the block",
    waiting: "Looking inside …",
    noPicture: "Classify a picture first: then this block shows what it made of it.",
    value: "Value",
    maps: "The liveliest channels",
    channel: (/** @type {number} */ channel) => `Channel ${channel}`,
    from: (/** @type {string} */ what, /** @type {string} */ min, /** @type {string} */ max) =>
      `${what}, from ${min} to ${max}`,
    input: "input",
    output: "output",
    globalTitle: (/** @type {number} */ channels, /** @type {number} */ of) =>
      `Long range: wavelet and Mamba · ${channels} of ${of} channels`,
    globalText:
      "Most channels take the long way, the paper’s wavelet-enhanced Mamba. One half keeps fine detail, the other lets every position know of all the others; both are added up. These are the channels that differ most from place to place. Choose one to follow it.",
    globalIn: "What comes in: a channel to follow",
    waveletTitle: "Wavelet: detail",
    waveletText:
      "The Haar transform cuts the map into a smaller picture (LL) and what that lacks: V, the difference between upper and lower neighbours, shows edges that lie; H, between left and right, edges that stand; D, slanting ones. Each band is filtered on its own, which reaches twice as far as the same kernel on the full map, and the inverse transform puts them together again. Nothing is lost on the way.",
    analysis: "Haar transform",
    perBand: (/** @type {number} */ k) => `${k}×${k} on every band`,
    synthesis: "inverse",
    waveletOut: "wavelet",
    bands: {
      LL: "Band LL, the picture at half size",
      V: "Band V, differences between rows",
      H: "Band H, differences between columns",
      D: "Band D, differences along the diagonals",
    },
    scanTitle: "Mamba: the selective scan",
    scanText: (/** @type {number} */ positions, /** @type {number} */ inner) =>
      positions === 1
        ? "The map has a single position, so there is no path: the scan takes one step each way."
        : `Each of ${inner} inner channels carries a memory along all ${positions} positions, once forward and once backward, so that every position hears of every other one. At each step the network itself chooses Δ: a large Δ forgets what was and takes in what is here, a small one walks past and remembers. Shown is its mean over the channels.`,
    forward: "Forward: row by row, from the top left",
    backward: "Backward: the same path from its end",
    firstStep: "first step",
    lastStep: "last",
    deltaOf: (/** @type {string} */ direction) => `Δ. ${direction}`,
    position: (/** @type {string} */ delta, /** @type {number} */ row, /** @type {number} */ column) =>
      `${delta} in row ${row}, column ${column}`,
    extremes: (
      /** @type {string} */ most,
      /** @type {string} */ least,
      /** @type {number} */ keptLeast,
      /** @type {number} */ keptMost,
    ) =>
      `Δ is largest, ${most}, and smallest, ${least}. From step to step the channels keep ${keptLeast === keptMost ? keptLeast : `${keptLeast} to ${keptMost}`} % of their memory on average, each at its own pace.`,
    scanOut: "Mamba",
    sum: "sum",
    localTitle: (/** @type {number} */ channels, /** @type {number} */ of) =>
      `Local: depthwise convolution · ${channels} of ${of} channels`,
    localText: (/** @type {number} */ k, /** @type {number} */ h, /** @type {number} */ w) =>
      `These channels look at their surroundings only: a ${k}×${k} kernel for each channel, which on this map of ${h}×${w} reaches ${k >= 2 * Math.max(h, w) - 1 ? "everywhere" : `${(k - 1) / 2} position${k > 3 ? "s" : ""} far`}. The three stages use kernels of different sides, the paper’s multi-kernel depthwise convolution.`,
    localIn: "What the local branch gets",
    localOut: "local",
    kernel: (/** @type {number} */ k) => `${k}×${k}`,
    identityTitle: (/** @type {number} */ channels, /** @type {number} */ of) =>
      `Identity: passed on · ${channels} of ${of} channels`,
    identityText:
      "Deep in the network many channels resemble each other. The paper spares the work on the rest of them: they go past both branches as they are, and mix with the others behind them.",
    identityIn: "What is passed on",
    stepsTitle: "One channel on its way through the block",
    stepsText:
      "MRFFI is the heart of the block. A depthwise convolution and a feed-forward network (FFN) stand before it and behind it; each adds to the map what it finds, and in the end the block adds its input once more.",
    outputIn: "What comes out: a channel to follow",
    steps: ["input", "+ depthwise", "+ FFN", "+ MRFFI", "+ depthwise", "+ FFN"],
    about: {
      stem: "Four convolutions, each of which halves the picture: edges and colours first, then corners and textures. Sixteen by sixteen pixels become one position with many channels, and everything behind this works on few positions. This is a large part of why the network is fast.",
      mix: "Neighbours mix by a depthwise 3×3 convolution, channels by a feed-forward network. One such block stands before the halving and one behind it.",
      merge:
        "Patch merging: four times as many channels, a depthwise 3×3 convolution that takes every other position, and squeeze-and-excite, which weighs the channels by what the whole picture holds. Then fewer channels again, more than before.",
      head: "What the last block sees of each channel is averaged over all positions; below each map is its mean. A linear layer makes the scores of the classes out of these means.",
      block: "",
    },
    partTitle: (
      /** @type {string} */ part,
      /** @type {number} */ h,
      /** @type {number} */ w,
      /** @type {number} */ c,
    ) => {
      /** @type {Record<string, string>} */
      const names = {
        conv1: "First convolution",
        conv2: "Second convolution",
        conv3: "Third convolution",
        depthwise: "Behind the depthwise convolution",
        expanded: "Four times as many channels",
        halved: "Half as high and wide",
        weighted: "Weighed by squeeze-and-excite",
        features: "The last maps",
        output: "Output",
      };
      return `${names[part] ?? part} · ${h}×${w}, ${c} channels`;
    },
    pooled: (/** @type {number} */ channel, /** @type {string} */ mean) => `ch ${channel}: ${mean}`,
    camTitle: "The class activation map",
    camOf: (/** @type {string} */ label) => `Where the score for ${label} comes from`,
    camSum: (
      /** @type {string} */ label,
      /** @type {string} */ map,
      /** @type {string} */ bias,
      /** @type {string} */ logit,
    ) =>
      `A mean and a linear layer can be swapped: so the score of a class is a sum over positions, exactly. For ${label} the map adds up to ${map}; with the bias ${bias} that is its score ${logit}. Choose a class in the answer to see its map over the picture.`,
  },
  performance: {
    title: "On this device",
    kernels: "Kernels",
    chosen: (/** @type {string} */ kernel, /** @type {string} */ artifact) =>
      `The “${kernel}” kernels run, from ${artifact}.`,
    fastest: "They are the fastest that this browser can run.",
    wished: "They were asked for in the address (?kernel=).",
    whats: {
      relaxed:
        "SIMD with fused multiply-add (relaxed SIMD): four numbers at once, multiplied and added in one instruction",
      simd: "SIMD128: four numbers at once",
      scalar: "one number at a time; runs wherever WebAssembly does",
    },
    runs: "runs here",
    fails: "does not run here",
    inUse: "in use",
    kernel: "Kernels",
    needs: "What they use",
    verdict: "Probe",
    timing: "Time",
    total: (/** @type {string} */ ms, /** @type {string} */ macs, /** @type {string} */ rate) =>
      `${ms} ms a pass: ${macs} multiply-accumulates, ${rate} GFLOP/s.`,
    noTimes: "Classify a picture or run the benchmark to see times.",
    device: "Device and browser",
    module: "WebAssembly memory",
    pages: (/** @type {string} */ bytes, /** @type {number} */ pages) => `${bytes} in ${pages} pages of 64 KiB`,
    heap: "Go heap",
    heapIn: (/** @type {string} */ heap, /** @type {string} */ reserved) => `${heap} of ${reserved} reserved`,
    collections: "Garbage collections",
    page: "JavaScript heap of the page",
    clock: "Step of the clock",
    clockStep: (/** @type {string} */ step, /** @type {boolean} */ isolated) =>
      isolated ? `${step}, cross-origin isolated` : `${step}, not cross-origin isolated: browsers blur the clock`,
    cores: "Processor cores",
    unknown: "not told by this browser",
    refresh: "Measure again",
    bench: "Benchmark this device",
    running: (/** @type {number} */ done, /** @type {number} */ of) => `Pass ${done} of ${of}`,
    benchAbout: "60 passes of a made-up picture: 10 to warm up, 50 that count. The times of blocks are medians.",
    median: "median",
    best: "best",
    copy: "Copy as JSON",
    copied: "Copied.",
    notCopied: "The browser does not allow copying here.",
  },
  timings: {
    title: "Where the time goes",
    empty: "Classify a picture, or run the benchmark, to see what each block of the network costs.",
    of: { answer: "The last pass", benchmark: "Medians of the benchmark" },
    passes: (/** @type {number} */ passes) => `Medians of the last ${passes} passes`,
    caption: (/** @type {{what: string, ms: string, macs: string, blocks: number}} */ { what, ms, macs, blocks }) =>
      `${what}: ${ms} ms for ${macs} MACs in ${blocks} blocks`,
    bench: (
      /** @type {{median: Node, runs: number, p10: string, p90: string, min: string, gflops: string, kernel: string}} */ {
        median,
        runs,
        p10,
        p90,
        min,
        gflops,
        kernel,
      },
    ) => [
      median,
      ` median of ${runs} runs · p10 ${p10} · p90 ${p90} · best ${min} ms`,
      ` · ${gflops} GFLOP/s with the ${kernel} kernels`,
    ],
    run: (/** @type {number} */ done, /** @type {number} */ total) => `Run ${done} of ${total}`,
    benchmark: "Benchmark",
    ms: (/** @type {string} */ ms) => `${ms} ms`,
    columns: { block: "Block", output: "Output", macs: "MACs", ms: "ms", share: "Share" },
    stages: { stem: "Stem", stage1: "Stage 1", stage2: "Stage 2", stage3: "Stage 3", head: "Head" },
  },

  tour: {
    back: "Back",
    next: "Next",
    done: "Done",
    close: "End the tour",
    keys: "← → and Esc work too",
    progress: (/** @type {number} */ step, /** @type {number} */ of) => `${step} of ${of}`,
    steps: /** @type {TourSteps} */ ({
      stem: {
        title: "A picture becomes a map",
        text: ({ height, width, blocks: [{ shape }] }) =>
          `The network sees ${width}×${height} pixels. Four small convolutions in the stem halve them four times: what is left are ${shape[0]}×${shape[1]} positions, each described by ${shape[2]} numbers, its channels. Here you see your picture get coarser and richer.`,
      },
      stages: {
        title: "Three stages",
        text: ({ stages }) =>
          `Then come three stages. Between them the map is halved again, and its channels grow: ${stages.map(({ channels }) => channels).join(", ")}. Other networks take four stages; three leave fewer positions to work on from the start, and that is what makes this one fast.`,
      },
      split: {
        title: "Every block splits in three",
        text: ({ stages: [{ channels, global, local }] }) =>
          `This is the paper’s idea, MRFFI: the channels of a block part. Here ${global} of ${channels} look far, ${local} look around${channels > global + local ? `, ${channels - global - local} are passed on` : ""}; then all are mixed. The bands of the drawing are as thick as these shares.`,
      },
      wavelet: {
        title: "The wavelet keeps the detail",
        text: () =>
          "Long range channels go two ways. First a Haar wavelet: a small picture and three kinds of edges, all of it at half size, so that a small kernel reaches far. Filtered and put together again, this brings back the fine detail that Mamba alone would blur.",
      },
      scan: {
        title: "Mamba walks over the map",
        text: () =>
          "Second, Mamba: a memory is carried along the arrows, forward and backward. At each position it chooses how much to forget: bright cells take in a lot, dark ones are walked past. So every position learns of the whole picture, and the cost grows with the number of positions only, not with its square as in attention.",
      },
      local: {
        title: "Some channels just look around",
        text: ({ stages }) =>
          `The local branch is a plain depthwise convolution: one kernel a channel, ${stages.map(({ kernel }) => `${kernel}×${kernel}`).join(", ")} in the three stages. It is cheap, and good at textures.`,
      },
      identity: {
        title: "Some do nothing",
        text: () =>
          "Deep channels resemble each other, so part of them is passed on untouched. What costs nothing is fast.",
      },
      head: {
        title: "From maps to an answer",
        text: ({ classes }) =>
          `At last each channel is averaged over the map, and one linear layer makes ${classes} scores of these means. Because it is that simple, the score can be split over the positions exactly: the class activation map shows where in your picture the answer comes from.`,
      },
    }),
  },
  xray: {
    title: "The network, block by block",
    lead: "Channels run from left to right, in bands as thick as they are many. Choose a block to see what it makes of your picture.",
    explain: "Explain it in five minutes",
    network: "The blocks of the network",
    stage: (/** @type {number} */ stage) => `Stage ${stage}`,
    map: (/** @type {number[]} */ [h, w, c]) => `${h}×${w} positions, ${c} channels`,
    mapLines: (/** @type {number[]} */ [h, w, c]) => [`${h}×${w} positions`, `${c} channels`],
    kinds: { stem: "stem", block: "MobileMamba block", mix: "mix", merge: "halve", head: "mean and scores" },
    branches: {
      global: "long range: wavelet and Mamba",
      local: "local: depthwise convolution",
      identity: "identity: passed on",
    },
    splitWords: (/** @type {{global: number, local: number, identity: number}} */ { global, local, identity }) =>
      `${global} channels long range, ${local} local, ${identity} passed on`,
    heat: "Share of the time",
    slowestBadge: "slowest",
    slowest: (
      /** @type {Node} */ block,
      /** @type {string} */ ms,
      /** @type {string} */ share,
      /** @type {string} */ arithmetic,
    ) => ["The slowest block is ", block, `: ${ms} ms, ${share} of the time for ${arithmetic} of the arithmetic.`],
    table: "All numbers as a table",
  },
};

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
