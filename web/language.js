/** The language that the page speaks, and its words. */

import { en } from "./languages/en.js";

/** @typedef {keyof typeof LANGUAGES} Language  a tag in small letters */
/** @typedef {typeof en} Words */
/** @typedef {typeof import("./languages/en-tools.js").enTools} ToolWords */

/**
 * Every language, in its own name. English is always there; another one is fetched when it is wanted, and what the
 * tools say when the first of them is.
 * @satisfies {Record<string, {name: string, load: () => Promise<Words>, loadTools: () => Promise<ToolWords>}>}
 */
export const LANGUAGES = {
  en: {
    name: "English",
    load: async () => en,
    loadTools: async () => (await import("./languages/en-tools.js")).enTools,
  },
  zh: {
    name: "中文",
    load: async () => (await import("./languages/zh.js")).zh,
    loadTools: async () => (await import("./languages/zh-tools.js")).zhTools,
  },
};

/** Under which the language that was chosen is kept. Other pages may share this one's storage. */
const KEPT = "mobilemamba.language";

/** @type {Language} */
let language = "en";
let current = en;
/** Null until a tool is wanted. @type {{language: Language, words: ToolWords} | null} */
let ofTools = null;

export function currentLanguage() {
  return language;
}

/** The words of the language in use: a section for each panel. */
export function words() {
  return current;
}

/** The same for the tools, which wait for needToolWords. */
export function toolWords() {
  if (!ofTools) throw new Error("the words of the tools are not here yet");
  return ofTools.words;
}

/** Resolves when the tools can speak the language in use. */
export async function needToolWords() {
  while (ofTools?.language !== language) {
    const wanted = language;
    const words = await LANGUAGES[wanted].loadTools();
    // It may have been changed meanwhile.
    if (wanted === language) ofTools = { language, words };
  }
}

/**
 * Rejects if the words cannot be fetched; the language before it stays in use.
 * @param {Language} wanted
 */
export async function changeLanguage(wanted) {
  const { load, loadTools } = LANGUAGES[wanted];
  const [words, tools] = await Promise.all([load(), ofTools && loadTools()]);
  current = words;
  language = wanted;
  if (tools) ofTools = { language, words: tools };
  document.documentElement.lang = language;
}

/** The language that was chosen on a visit before; null if none was, or the browser keeps nothing. */
export function rememberedLanguage() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/**
 * For the next visit; and for the next reload, if the address asks for a language.
 * @param {Language} chosen
 */
export function rememberLanguage(chosen) {
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // The visitor wants nothing kept.
  }
  const url = new URL(location.href);
  if (!url.searchParams.has("lang")) return;
  url.searchParams.set("lang", chosen);
  history.replaceState(history.state, "", url);
}

/**
 * The first wish that the page can fulfil, or English.
 * @param {readonly (string | null)[]} wishes  language tags, the dearest first
 * @returns {Language}
 */
export function chooseLanguage(wishes) {
  const known = /** @type {Language[]} */ (Object.keys(LANGUAGES));
  for (const wish of wishes) {
    const tag = wish?.toLowerCase();
    // That of a country or a script, if the page has it, or of its language.
    const match = [tag, tag?.split("-")[0]].flatMap((wanted) => known.filter((candidate) => candidate === wanted));
    if (match.length > 0) return match[0];
  }
  return "en";
}
