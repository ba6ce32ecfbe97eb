/** What the tools below the picture say in Simplified Chinese. */

/** @type {typeof import("./en-tools.js").enTools} */
export const zhTools = {
  compare: {
    title: "并排对比",
    about: "让同一张图片分别经过两个模型，或用不同的内核运行同一个模型。",
    invitation: "请先在上方选择一张图片，再进行对比。",
    camera: "摄像头画面不参与对比：请在上方选择一张图片。",
    side: ["A", "B"],
    sideTitle: (side) => `${side} 侧`,
    model: "模型",
    kernel: "内核",
    loading: "正在准备模型",
    ready: (ms, passes) => (passes === 1 ? `${ms} 毫秒（运行一次）` : `${ms} 毫秒（${passes} 次的中位数）`),
    same: (label) => `结果一致：${label}，前五个类别及其顺序也完全相同。`,
    agree: (label) => `结果一致：${label}。`,
    disagree: (a, b) => `结果不同：A 认为是 ${a}，B 认为是 ${b}。`,
    most: (delta, label) => `概率相差最大的类别是 ${label}，相差 ${delta}。`,
    identical: "所有概率完全相同。",
    strangers: "两个模型没有共同的类别。",
    faster: (side, times) => `${side} 的速度是另一侧的 ${times} 倍。`,
    even: "两侧用时相同。",
    class: "类别",
    difference: "差值",
    unknown: "未知",
    classes: "两侧最可能的类别",
    blocks: "逐块对比",
    block: "块",
    milliseconds: (side) => `${side}（毫秒）`,
    speedUp: "A 的加速比",
    total: "整个网络",
    copy: "复制为 JSON",
    copied: "已复制对比结果",
    refused: "浏览器不允许在此复制",
  },

  folder: {
    title: "整个文件夹",
    choose: "选择文件夹",
    chooseFiles: "选择多张图片",
    invitation: "把文件夹拖到页面任意位置，或点击选择：成百上千张图片会在本机上并行识别。",
    empty: "里面没有文件。",
    gathering: (found) => (found ? `正在查看文件夹：已找到 ${found} 个文件` : "正在查看文件夹"),
    loading: (total) => `共 ${total} 个文件，正在准备模型`,
    begun: ({ done, total, workers }) => `${done} / ${total} · ${workers} 个线程`,
    running: ({ done, total, workers, rate, left }) =>
      `${done} / ${total} · 大约还需 ${duration(left)} · ${workers} 个线程，每秒 ${rate} 张`,
    stopped: ({ done, total }) => `已停止：完成 ${done} / ${total}`,
    done: ({ total, failed, seconds }) =>
      `${total} 个文件，用时 ${duration(seconds)}${failed ? `，其中 ${failed} 个没有结果` : ""}`,
    progress: "文件夹进度",
    stop: "停止",
    resume: "继续",
    accuracy: ({ n, top1, top5 }) =>
      `在 ${n} 张所在文件夹以类别命名的图片中：Top-1 正确率 ${top1}，Top-5 正确率 ${top5}。`,
    filter: "筛选",
    search: "文件名或类别",
    onlyClass: "识别为",
    least: "概率不低于",
    group: "按类别分组",
    all: "全部",
    counted: (name, count) => `${name}（${count}）`,
    pictures: (count) => `${count} 张图片`,
    failed: "没有结果",
    waiting: "等待中",
    table: "文件夹中的图片",
    opened: (name) => `${name} 已显示在上方。`,
    goThere: "前往查看",
    columns: { thumbnail: "图片", name: "文件", class: "类别", p: "概率", ms: "毫秒" },
    none: "文件夹里没有符合条件的图片。",
    shown: (shown, all) => (shown === all ? `全部 ${all} 个文件` : `${all} 个文件中的 ${shown} 个`),
    export: "导出表格",
  },

  inspector: {
    title: (block) => `${block} 内部`,
    sizeAbout: (h, w, c) => `${h}×${w} 个位置，${c} 个通道`,
    headAbout: (classes) => `${classes} 个类别`,
    camera: "摄像头",
    previous: "上一块",
    next: "下一块",
    close: "关闭此块",
    waiting: "正在查看内部……",
    noPicture: "请先识别一张图片，这里就会显示这一块从图片中得到了什么。",
    value: "数值",
    maps: "最活跃的通道",
    channel: (channel) => `通道 ${channel}`,
    from: (what, min, max) => `${what}，从 ${min} 到 ${max}`,
    input: "输入",
    output: "输出",
    globalTitle: (channels, of) => `长程分支：小波与 Mamba · ${of} 个通道中的 ${channels} 个`,
    globalText:
      "大多数通道走长程分支，即论文中的小波变换增强 Mamba（WTE-Mamba）。其中一半负责保留细节，另一半让每个位置都能了解所有其他位置，最后二者相加。这里显示的是各位置之间差异最大的通道，选择一个即可跟踪它。",
    globalIn: "输入：选择要跟踪的通道",
    waveletTitle: "小波：保留细节",
    waveletText:
      "Haar 变换把特征图分成一张缩小的图（LL）以及它所缺少的细节：V 是上下相邻之差，显示水平边缘；H 是左右相邻之差，显示竖直边缘；D 显示斜向边缘。每个子带各自卷积，同样大小的卷积核在这里看到的范围是原图上的两倍；随后逆变换把它们拼合起来。变换本身不丢失任何信息。",
    analysis: "Haar 变换",
    perBand: (k) => `各子带 ${k}×${k} 卷积`,
    synthesis: "逆变换",
    waveletOut: "小波",
    bands: { LL: "子带 LL，一半大小的图", V: "子带 V，行间差异", H: "子带 H，列间差异", D: "子带 D，对角差异" },
    scanTitle: "Mamba：选择性扫描",
    scanText: (positions, inner) =>
      positions === 1
        ? "特征图只有一个位置，没有路径可走：扫描在每个方向上只走一步。"
        : `${inner} 个内部通道各自带着记忆走过全部 ${positions} 个位置，正向一次、反向一次，因此每个位置都能得知其他所有位置的信息。每一步的 Δ 由网络自己决定：Δ 大，就忘掉过去、吸收当前位置；Δ 小，就略过此处、保持记忆。图中显示的是 Δ 在各通道上的平均值。`,
    forward: "正向：从左上角开始，逐行扫描",
    backward: "反向：从终点沿同一路径返回",
    firstStep: "第一步",
    lastStep: "最后一步",
    deltaOf: (direction) => `Δ。${direction}`,
    position: (delta, row, column) => `${delta}（第 ${row} 行第 ${column} 列）`,
    extremes: (most, least, keptLeast, keptMost) =>
      `Δ 最大为 ${most}，最小为 ${least}。每走一步，各通道平均保留 ${keptLeast === keptMost ? keptLeast : `${keptLeast}–${keptMost}`}% 的记忆，快慢各不相同。`,
    scanOut: "Mamba",
    sum: "相加",
    localTitle: (channels, of) => `局部分支：深度卷积 · ${of} 个通道中的 ${channels} 个`,
    localText: (k, h, w) =>
      `这些通道只看周围：每个通道一个 ${k}×${k} 卷积核，在这张 ${h}×${w} 的特征图上${k >= 2 * Math.max(h, w) - 1 ? "可以看到全图" : `向四周看 ${(k - 1) / 2} 个位置`}。三个阶段的卷积核大小各不相同，即论文中的多核深度卷积（MK-DeConv）。`,
    localIn: "局部分支的输入",
    localOut: "局部",
    kernel: (k) => `${k}×${k}`,
    identityTitle: (channels, of) => `恒等分支：直接传递 · ${of} 个通道中的 ${channels} 个`,
    identityText:
      "网络深处的许多通道彼此相似。论文省去了对其余通道的计算：它们原样绕过前两个分支，之后再与其他通道混合。",
    identityIn: "直接传递的通道",
    stepsTitle: "一个通道在块中的旅程",
    stepsText:
      "MRFFI 是这一块的核心。它的前后各有一个深度卷积和一个前馈网络（FFN），每一步都把自己的发现加到特征图上；最后，整个块再加上一次自己的输入。",
    outputIn: "输出：选择要跟踪的通道",
    steps: ["输入", "+ 深度卷积", "+ FFN", "+ MRFFI", "+ 深度卷积", "+ FFN"],
    about: {
      stem: "四个卷积，每个都把图片缩小一半：先是边缘和颜色，然后是角点和纹理。16×16 个像素变成一个拥有许多通道的位置，之后的一切都只在少量位置上计算。这是网络速度快的重要原因。",
      mix: "3×3 深度卷积混合相邻位置，前馈网络混合通道。缩小之前和之后各有一个这样的块。",
      merge:
        "图块合并：通道数先增加到四倍，再用步长为 2 的 3×3 深度卷积隔点取样，然后由 squeeze-and-excite 根据整张图片给各通道加权，最后把通道数减下来，但比之前更多。",
      head: "最后一块的每个通道在所有位置上取平均，每张图下方的数字就是它的平均值。一个线性层根据这些平均值算出各类别的得分。",
      block: "",
    },
    partTitle: (part, h, w, c) => {
      /** @type {Record<string, string>} */
      const names = {
        conv1: "第一个卷积",
        conv2: "第二个卷积",
        conv3: "第三个卷积",
        depthwise: "深度卷积之后",
        expanded: "四倍通道",
        halved: "高宽减半",
        weighted: "squeeze-and-excite 加权之后",
        features: "最后的特征图",
        output: "输出",
      };
      return `${names[part] ?? part} · ${h}×${w}，${c} 个通道`;
    },
    pooled: (channel, mean) => `通道 ${channel}：${mean}`,
    camTitle: "类激活图",
    camOf: (label) => `${label} 的得分来自哪里`,
    camSum: (label, map, bias, logit) =>
      `求平均和线性层可以交换次序，因此一个类别的得分恰好等于各位置贡献之和。对于 ${label}，图中数值之和为 ${map}，加上偏置 ${bias}，就是它的得分 ${logit}。在识别结果中选择一个类别，可以在图片上查看它的激活图。`,
  },
  performance: {
    title: "在本设备上",
    kernels: "内核",
    chosen: (kernel, artifact) => `正在使用“${kernel}”内核，来自 ${artifact}。`,
    fastest: "它是此浏览器能够运行的最快内核。",
    wished: "它由网址参数（?kernel=）指定。",
    whats: {
      relaxed: "带融合乘加的 SIMD（relaxed SIMD）：一条指令对四个数同时乘加",
      simd: "SIMD128：一次处理四个数",
      scalar: "一次处理一个数；凡支持 WebAssembly 的地方都能运行",
    },
    runs: "可以运行",
    fails: "无法运行",
    inUse: "使用中",
    kernel: "内核",
    needs: "所用指令",
    verdict: "检测",
    timing: "时间",
    total: (ms, macs, rate) => `每次推理 ${ms} 毫秒：${macs} 次乘加，${rate} GFLOP/s。`,
    noTimes: "识别一张图片或运行基准测试，即可查看时间。",
    device: "设备与浏览器",
    module: "WebAssembly 内存",
    pages: (bytes, pages) => `${bytes}，共 ${pages} 页，每页 64 KiB`,
    heap: "Go 堆",
    heapIn: (heap, reserved) => `${heap}，已预留 ${reserved}`,
    collections: "垃圾回收次数",
    page: "页面的 JavaScript 堆",
    clock: "时钟精度",
    clockStep: (step, isolated) => (isolated ? `${step}，已跨源隔离` : `${step}，未跨源隔离：浏览器会降低时钟精度`),
    cores: "处理器核心数",
    unknown: "此浏览器不提供",
    refresh: "重新测量",
    bench: "测试本设备的性能",
    running: (done, of) => `第 ${done} 次，共 ${of} 次`,
    benchAbout: "对一张合成图片推理 60 次：10 次预热，50 次计入。各块的时间为中位数。",
    median: "中位数",
    best: "最快",
    copy: "复制为 JSON",
    copied: "已复制。",
    notCopied: "浏览器不允许在此复制。",
  },
  timings: {
    title: "时间花在哪里",
    empty: "识别一张图片，或运行基准测试，即可查看网络中每一块的耗时。",
    of: { answer: "最近一次推理", benchmark: "基准测试的中位数" },
    passes: (passes) => `最近 ${passes} 次推理的中位数`,
    caption: ({ what, ms, macs, blocks }) => `${what}：${blocks} 个块、${macs} 次乘加，共 ${ms} 毫秒`,
    bench: ({ median, runs, p10, p90, min, gflops, kernel }) => [
      median,
      ` ${runs} 次的中位数 · p10 ${p10} · p90 ${p90} · 最快 ${min} 毫秒`,
      ` · ${kernel} 内核 ${gflops} GFLOP/s`,
    ],
    run: (done, total) => `第 ${done} 次，共 ${total} 次`,
    benchmark: "基准测试",
    ms: (ms) => `${ms} 毫秒`,
    columns: { block: "块", output: "输出", macs: "乘加", ms: "毫秒", share: "占比" },
    stages: { stem: "Stem", stage1: "阶段 1", stage2: "阶段 2", stage3: "阶段 3", head: "分类头" },
  },

  tour: {
    back: "上一步",
    next: "下一步",
    done: "完成",
    close: "结束导览",
    keys: "也可使用 ← → 和 Esc 键",
    progress: (step, of) => `第 ${step} 步，共 ${of} 步`,
    steps: {
      stem: {
        title: "图片变成特征图",
        text: ({ height, width, blocks: [{ shape }] }) =>
          `网络看到的是 ${width}×${height} 个像素。Stem 中的四个小卷积把它缩小四次，每次一半：最后剩下 ${shape[0]}×${shape[1]} 个位置，每个位置用 ${shape[2]} 个数（通道）描述。这里可以看到您的图片如何变得更粗略、也更丰富。`,
      },
      stages: {
        title: "三个阶段",
        text: ({ stages }) =>
          `接下来是三个阶段。阶段之间特征图再缩小一半，通道数随之增加：${stages.map(({ channels }) => channels).join("、")}。其他网络通常有四个阶段；三个阶段从一开始就只需处理较少的位置，所以更快。`,
      },
      split: {
        title: "每一块兵分三路",
        text: ({ stages: [{ channels, global, local }] }) =>
          `这就是论文的核心思想——多感受野特征交互（MRFFI）：把一块的通道分开。这里 ${channels} 个通道中，${global} 个看远处，${local} 个看周围${channels > global + local ? `，${channels - global - local} 个直接传递` : ""}，然后再混合在一起。图中色带的粗细就是它们的比例。`,
      },
      wavelet: {
        title: "小波保留细节",
        text: () =>
          "长程通道走两条路。第一条是 Haar 小波：一张小图加上三种边缘，尺寸都减半，因此小卷积核也能看得很远。滤波之后再拼合起来，就能找回单靠 Mamba 会模糊掉的细节。",
      },
      scan: {
        title: "Mamba 走遍全图",
        text: () =>
          "第二条是 Mamba：记忆沿着箭头传递，正向、反向各一次。在每个位置上它自己决定忘掉多少：亮的格子吸收得多，暗的格子一走而过。这样每个位置都能了解整张图片，而计算量只随位置数线性增长，不像注意力机制那样按平方增长。",
      },
      local: {
        title: "有些通道只看周围",
        text: ({ stages }) =>
          `局部分支是普通的深度卷积：每个通道一个卷积核，三个阶段分别为 ${stages.map(({ kernel }) => `${kernel}×${kernel}`).join("、")}。它计算量小，擅长捕捉纹理。`,
      },
      identity: {
        title: "有些通道什么也不做",
        text: () => "深层的通道彼此相似，因此其中一部分原样传递。不用计算，自然就快。",
      },
      head: {
        title: "从特征图到答案",
        text: ({ classes }) =>
          `最后，每个通道在整张图上取平均，一个线性层由这些平均值得出 ${classes} 个得分。正因为如此简单，得分可以精确地分解到各个位置：类激活图显示答案来自图片的哪些地方。`,
      },
    },
  },
  xray: {
    title: "逐块查看网络",
    lead: "通道从左向右流动，色带越粗，通道越多。选择一块，看看它从您的图片中得到了什么。",
    explain: "五分钟看懂",
    network: "网络的各个块",
    stage: (stage) => `阶段 ${stage}`,
    map: ([h, w, c]) => `${h}×${w} 个位置，${c} 个通道`,
    mapLines: ([h, w, c]) => [`${h}×${w} 个位置`, `${c} 个通道`],
    kinds: { stem: "Stem", block: "MobileMamba 块", mix: "混合", merge: "缩小", head: "平均与打分" },
    branches: { global: "长程：小波与 Mamba", local: "局部：深度卷积", identity: "恒等：直接传递" },
    splitWords: ({ global, local, identity }) => `长程 ${global} 个通道，局部 ${local} 个，直接传递 ${identity} 个`,
    heat: "时间占比",
    slowestBadge: "最慢",
    slowest: (block, ms, share, arithmetic) => [
      "最慢的块是 ",
      block,
      `：${ms} 毫秒，占时间的 ${share}，占计算量的 ${arithmetic}。`,
    ],
    table: "以表格显示全部数字",
  },
};

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} 秒`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} 分钟` : `${(seconds / 3600).toFixed(1)} 小时`;
}
