/** What the page says in Simplified Chinese. */

/** @type {import("../language.js").Words["input"]} */
const input = {
  folder: "选择文件夹",
  address: "图片网址",
  addressExample: "图片的网址 https://…",
  open: "打开",
  noAddress: "这不是图片网址；网址应以 https:// 开头。",
  shareScreen: "共享屏幕",
  stopScreen: "停止共享",
  onlyHttps: "这里只能打开 https:// 开头的网址。",
  badData: "无法读取网址中内嵌的图片数据。",
  badDataHint: "请先保存图片，再拖放到这里。",
  nothingDropped: "其中既没有图片，也没有图片网址。",
  nothingDroppedHint: "请拖放或粘贴图片、图片文件夹或图片网址。",
};

/** @type {import("../language.js").Words["live"]} */
const live = {
  title: "实时识别",
  freeze: "定格",
  goOn: "继续",
  space: "空格",
  save: "保存画面",
  closeFilm: "关闭视频",
  device: "摄像头",
  deviceNumber: (number) => `摄像头 ${number}`,
  smooth: (seconds) => `平滑 ${seconds} 秒`,
  smoothNote: (seconds) => `对所有概率按时间取加权平均，越新的画面权重越大，时间常数为 ${seconds} 秒。`,
  fps: (fps) => `${fps} 帧/秒`,
  rate: "每秒识别次数",
  latency: "延迟",
  ms: (ms) => `${ms} 毫秒`,
  passed: "跳过的帧",
  passedOf: (passed, all) => `${passed} / ${all}`,
  restarts: "引擎重启次数",
  sparkline: (count, median, most) => `最近 ${count} 次识别的延迟：中位数 ${median} 毫秒，最大 ${most} 毫秒`,
  hideMap: "隐藏热力图",
  screen: "正在识别屏幕画面",
  screenName: "屏幕",
  surfaces: { monitor: "整个屏幕", window: "窗口", browser: "标签页" },
  film: (name) => `正在识别播放中的 ${name}`,
  over: "实时识别已结束",
  ended: { camera: "页面被隐藏，摄像头已关闭。", screen: "页面已离开，屏幕共享已停止。" },
  again: "重新开始",
  unplugged: "摄像头已断开连接。",
  unpluggedHint: "请重新接上摄像头，再次启动。",
  screenDenied: "没有向本页面共享任何屏幕、窗口或标签页。",
  screenDeniedHint: "请再次启动并选择共享内容，或改为选择图片。",
  screenFailed: (why) => `无法共享屏幕：${why}。`,
  screenFailedHint: "请改为选择图片。",
  filmUnsupported: (name) => `${name} 中没有此浏览器能播放的画面。`,
  filmUnsupportedHint: "请转换为 MP4（H.264）或 WebM 格式，或换用其他浏览器。",
};

/** @type {import("../language.js").Words} */
export const zh = {
  answer: {
    title: "识别结果",
    empty: "这里将显示可能性最高的五个类别，以及模型对每一类的把握。",
    advice: "选择一个类别，即可查看它的得分来自图片的哪些位置。",
    camera: "摄像头",
    none: (percent) => `没有概率达到 ${percent} 的类别。`,
    times: (about, network, all) => `${about} · 网络 ${network} 毫秒 · 总计 ${all} 毫秒`,
    fps: (fps) => `${fps} 帧/秒`,
    spoken: (label, percent) => `${label}，${percent}`,
  },

  error: { dismiss: "关闭" },

  errors: {
    "not-an-image": { title: "这不是图片", hint: "请选择照片：JPEG、PNG、WebP、GIF、BMP 或 TIFF。" },
    "unsupported-image": { title: "不支持这种图片格式", hint: "请另存为 JPEG 或 PNG 后重试。" },
    "image-damaged": {
      title: "图片已损坏",
      hint: "请重新下载或导出这张图片；如果其他程序能打开它，请另存为 PNG 再试。",
    },
    "image-too-large": { title: "图片太大", hint: "请缩小图片后重试。" },
    "not-a-checkpoint": {
      title: "这不是模型权重文件",
      hint: "请选择 MobileMamba 的权重文件：官方训练得到的 .pth，或 .safetensors。",
    },
    truncated: { title: "权重文件不完整", hint: "请重新下载，并核对文件大小是否与来源一致。" },
    unsafe: { title: "已拒绝打开这个权重文件", hint: "除非信任其来源，否则也不要用其他程序打开它。" },
    corrupt: { title: "权重文件已损坏", hint: "请重新下载，或重新转换。" },
    "no-ema": { title: "权重文件中没有滑动平均权重", hint: "请改为加载未经滑动平均的权重。" },
    mismatch: { title: "权重与网络结构不符", hint: "只能加载 MobileMamba 网络；下面的信息列出了不符之处。" },
    labels: { title: "标签与模型不符", hint: "类别名称表应与模型的类别数一致：每行一个名称，或用表格、JSON。" },
    "no-model": { title: "没有这个模型", hint: "请从列表中选择一个模型。" },
    "no-picture": { title: "还没有图片", hint: "请先识别一张图片。" },
    "bad-request": { title: "无法执行此操作", hint: "请重新加载页面；如果问题再次出现，请向我们反馈。" },
    panic: { title: "引擎出现故障", hint: "引擎会自动重启，请重试。" },
    failed: { title: "操作未成功", hint: "请重试；如果问题再次出现，请向我们反馈。" },
    "download-failed": {
      title: "下载失败",
      hint: "请检查网络连接后重试。如果是其他网站的图片，对方可能不允许读取：请先保存，再把它拖到这里。",
    },
    "checkpoint-unreachable": {
      title: "无法从论文作者的服务器获取文件",
      hint: "请重试，或用其他方式下载该文件，再把它拖到本页上。",
    },
    "download-stalled": { title: "下载停滞", hint: "请重试。如果一直如此，可能是网络或服务器过于繁忙。" },
    "wrong-hash": { title: "下载的文件与预期不符", hint: "文件在传输中损坏或被替换。请重试：会重新下载。" },
    offline: { title: "设备已离线", hint: "请连接网络后重试。" },
    "no-wasm": { title: "此浏览器无法运行引擎", hint: "请使用较新的浏览器，或在设置中允许 WebAssembly。" },
    "worker-crashed": { title: "引擎已停止", hint: "引擎会自动重启，请重试。如果同一个文件反复出错，问题就在该文件。" },
    "out-of-memory": { title: "内存不足", hint: "请关闭其他标签页，或选择更小的模型或图片。" },
    "camera-denied": { title: "没有摄像头权限", hint: "请在浏览器设置中允许本页使用摄像头，然后重新开启。" },
    "camera-missing": { title: "找不到摄像头", hint: "请连接摄像头，或改为选择一张图片。" },
    "camera-busy": { title: "摄像头被占用", hint: "可能有其他程序正在使用它：请关闭该程序后重新开启。" },
    "camera-insecure": { title: "本页不能使用摄像头", hint: "请通过 https 打开，或在本机（localhost）上打开。" },
    "camera-failed": { title: "摄像头启动失败", hint: "请重新开启，或改为选择一张图片。" },
    "screen-denied": { title: "没有共享屏幕", hint: "请再次启动并选择共享内容。" },
    "screen-failed": { title: "无法共享屏幕", hint: "请改为选择图片。" },
    "film-unsupported": { title: "无法播放视频", hint: "请转换为 MP4（H.264）或 WebM 格式。" },
    "sound-failed": { title: "无法播放声音", hint: "没有声音也不影响使用。" },
  },

  explain: {
    title: "解释",
    about: (name) => ["“", name, "”的得分来自哪里；图上各处之和恰好等于得分。"],
    sum: ({ width, height, positions, bias, score }) =>
      `${width}×${height} 个位置合计 ${positions}，偏置 ${bias}：softmax 之前的得分为 ${score}。`,
    against: (value) => `反对 ${value}`,
    for: (value) => `${value} 支持`,
    opacity: "不透明度",
  },

  format: { locale: "zh-CN", percent: (number) => `${number}%` },

  history: { title: "最近", item: (picture, label, percent) => `${picture}：${label}，${percent}` },

  input,

  language: { title: "语言" },

  live,

  model: {
    title: "模型",
    open: "打开权重文件",
    own: "也可以使用您自己的 .pth 或 .safetensors 文件，并可附上类别名称表（.txt、.csv、.json）。它们都不会离开本设备。",
    addLabels: "添加类别名称",
    ownLabels: (name) => `类别名称来自 ${name}。`,
    keepOwn: "让此浏览器记住我的权重文件",
    kept: (size) => `此浏览器中已保存：${size}`,
    clear: "清除",
    weights: "下载版本",
    sizes: { full: "完整", medium: "中等", small: "精简" },
    compare: "比较各模型",
    name: "名称",
    use: (title) => `使用 ${title}`,
    pixels: (side) => `${side} 像素`,
    top1: "Top-1",
    notKept: {
      full: "浏览器的存储空间放不下这个权重文件，因此没有记住它。",
      unavailable: "此浏览器不为本页面保存任何内容（可能是隐私窗口、非安全页面或浏览器设置所致）。",
    },
    spareLabels: (name) => `${name} 将用于命名您接下来打开的权重文件的类别。`,
    params: "参数量",
    macs: "乘加运算量",
    input: "输入尺寸",
    classes: "类别数",
    variant: "型号",
    download: "下载大小",
    license: "许可证",
    accuracy: "准确率",
    measured: ({ top1, top5, images, dataset }) => `top-1 ${top1}%，top-5 ${top5}%（${dataset}，${images} 张图片）`,
  },

  names: { unnamed: (index) => `类别 ${index}` },

  offline: {
    ready: "现在可离线使用",
    install: "安装为应用",
    newVersion: "新版本已就绪。",
    reload: "重新加载",
    later: "稍后",
  },

  official: {
    title: "论文作者发布的模型",
    consent: (host) =>
      `这些是论文作者为 ImageNet 的 1000 个类别发布的权重（许可证：Apache-2.0），本站并未收录。只有当您按下下面的按钮时，浏览器才会向 ${host} 请求相应文件，该网站会转到自己的存储服务器（hf.co）。与任何下载一样，它们会看到您的网络地址，但看不到您的任何图片。文件只会被读取，绝不会被执行，并保存在此浏览器中。首次下载的内容会被记住：之后若有不同，将拒绝使用。`,
    about: (megabytes) => `约 ${megabytes} MB`,
    missing: (size, host) => `尚未下载：${size}，来自 ${host}`,
    kept: "已在此浏览器中",
    included: "本站已收录",
    facts: (side, top1) => `${side} 像素 · top-1 ${top1}%`,
    download: "下载",
    fetch: (title, host, size) => `从 ${host} 下载 ${title}，${size}`,
    use: (title) => `使用 ${title}`,
    useIt: "使用",
    inUse: "使用中",
    stop: "停止",
    cancel: (title) => `停止下载 ${title}`,
  },

  overlay: { about: (label) => `“${label}”的得分在图片中的来源` },

  page: {
    title: "浏览器中的 MobileMamba",
    where: "就在浏览器里",
    intro:
      "CVPR 2025 的轻量级视觉 Mamba，用 Go 编写并编译为 WebAssembly。它能识别图片和摄像头画面，也能加载您自己的权重，并逐块展示网络的耗时。",
    after: "实现自论文",
    local: "（CVPR 2025）。整个网络都在本设备上运行，没有任何服务器会收到您的数据。",
  },

  recovery: {
    retry: "重试",
    smaller: "改用更小的模型",
    reload: "重新加载页面",
    camera: "换一个摄像头",
    official: "从作者处下载",
    choose: "选择模型",
    secondTry: (name) => `引擎曾停止并已重新启动；${name} 已自动重试一次。`,
  },

  samples: {
    title: "或者试试",
    try: (name) => `试试${name}`,
    orange: "橙子",
    seashore: "海滨",
    "spider-web": "蜘蛛网",
  },

  search: {
    ask: (classes) => `在它的 ${classes} 个类别中，对其他类别有多大把握？`,
    example: "猫",
    found: "找到的类别",
    none: (query) => `这个模型没有名为“${query}”的类别。`,
  },

  share: {
    title: "保存结果",
    copy: (format) => `复制 ${format}`,
    link: "复制链接",
    resultCopied: "结果已复制",
    linkCopied: "链接已复制",
    refused: "浏览器不允许在此复制",
  },

  sound: { on: "声音已开", off: "声音已关" },

  stage: {
    title: "图片",
    invitation: "把图片拖到这里",
    ways: "也可以粘贴图片、选择文件或开启摄像头",
    drop: "松开即可识别",
    noPreview: "无法预览此文件。",
    picture: (name) => `正在识别的图片：${name}`,
    choose: "选择图片",
    camera: { off: "开启摄像头", starting: "正在开启…", on: "关闭摄像头" },
    turn: "切换摄像头",
    privacy: "图片不会离开本设备。",
  },

  status: {
    progress: "进度",
    bytes: (done, total) => `${done} / ${total}`,
    runs: (done, total) => `第 ${done} 次，共 ${total} 次`,
    kernels: (name) => [name, " 内核"],
    unsupported: (wish, name) => `此浏览器无法运行“${wish}”内核，已改用“${name}”内核。`,
    unknown: (wish, name) => `这里没有“${wish}”内核，已改用“${name}”内核。`,
    plain: () => "此浏览器不支持 WebAssembly SIMD，因此使用普通内核，速度会慢数倍。",
    reading: "正在从此浏览器读取模型",
    downloading: "正在下载模型",
    preparing: "正在准备模型",
    classifying: "正在识别",
    benchmarking: "正在测试本设备的性能",
    failed: "尚未加载模型：请选择一个，或打开您自己的权重文件",
    watching: "正在识别摄像头画面",
    cameraOff: "摄像头已关闭",
    classified: (name) => `已识别 ${name}`,
    ready: "就绪",
  },

  threshold: { title: "概率下限" },

  tools: { title: "工具", inside: "内部结构", performance: "性能", compare: "对比", folder: "文件夹" },
};
