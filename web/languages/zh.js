/** What the page says in Simplified Chinese. */

/** @type {import("../language.js").Words} */
export const zh = {
  offline: {
    ready: "现在可离线使用",
    install: "安装为应用",
    newVersion: "新版本已就绪。",
    reload: "重新加载",
    later: "稍后",
  },
  tools: { title: "工具", inside: "内部结构" },
};
