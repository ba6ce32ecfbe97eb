/** What the page says in Simplified Chinese. */

/** @type {import("../language.js").Words} */
export const zh = {
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
    working: "正在识别",
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
    block: "模块",
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
    columns: { thumbnail: "图片", name: "文件", class: "类别", p: "概率", ms: "毫秒" },
    none: "文件夹里没有符合条件的图片。",
    shown: (shown, all) => (shown === all ? `全部 ${all} 个文件` : `${all} 个文件中的 ${shown} 个`),
    export: "导出表格",
  },

  tools: { title: "工具", inside: "内部结构", compare: "对比", folder: "文件夹" },
};

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} 秒`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} 分钟` : `${(seconds / 3600).toFixed(1)} 小时`;
}
