/** What the page says in Simplified Chinese. */

/** @type {import("../language.js").Words} */
export const zh = {
  model: {
    title: "模型",
    open: "打开权重文件",
    own: "也可以使用你自己的 .pth 或 .safetensors 文件，并可附上类别名称表（.txt、.csv、.json）。两者都只留在本设备上。",
    addLabels: "添加类别名称",
    ownLabels: (name) => `类别名称来自 ${name}。`,
    keepOwn: "让此浏览器记住我的权重文件",
    kept: (size) => `此浏览器中已保存：${size}`,
    clear: "清除",
    weights: "下载",
    sizes: { full: "完整", medium: "中等", small: "精简" },
    compare: "比较各模型",
    name: "名称",
    use: (title) => `使用 ${title}`,
    pixels: (side) => `${side} 像素`,
    top1: "Top-1",
    percent: (value) => `${value}%`,
    params: "参数量",
    macs: "乘加运算量",
    input: "输入",
    classes: "类别数",
    variant: "型号",
    download: "下载",
    license: "许可证",
    accuracy: "准确率",
    measured: ({ top1, top5, images, dataset }) =>
      `在 ${dataset} 的 ${images} 张图片上：top-1 ${top1}%，top-5 ${top5}%`,
  },

  models: {
    notKept: {
      full: "浏览器的存储空间放不下这个权重文件，因此没有记住它。",
      unavailable: "此浏览器不为本页面保存任何内容（可能是隐私窗口、非安全页面或浏览器设置所致）。",
    },
    spareLabels: (name) => `${name} 将用于命名你接下来打开的权重文件的类别。`,
  },

  recovery: {
    retry: "重试",
    smaller: "改用更小的模型",
    reload: "重新加载页面",
    secondTry: (name) => `引擎曾停止并已重新启动；${name} 已自动重试一次。`,
  },

  tools: { title: "工具", inside: "内部结构" },
};
