/** What the page says in Simplified Chinese. */

/** @type {import("../language.js").Words["input"]} */
const input = {
  folder: "选择文件夹",
  emptyFolder: "这个文件夹里没有图片。",
  address: "图片网址",
  addressExample: "图片的网址 https://…",
  open: "打开",
  noAddress: "这不是图片网址；网址应以 https:// 开头。",
  shareScreen: "共享屏幕",
  stopScreen: "停止共享",
  onlyHttps: "这里只能打开 https:// 开头的网址",
  serverAnswered: (status) => `服务器返回 ${status}`,
  tooLarge: "文件超过 64 MB",
  notLoaded: (address, why) => `无法加载 ${address} 的图片：${why}。`,
  notLoadedHint: "图片所在的服务器必须允许其他网页读取（CORS）。请先保存图片，再拖放到这里。",
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
export const zh = { input, live, tools: { title: "工具", inside: "内部结构" } };
