/** The language that the page speaks, and its words. */

import { en } from "./languages/en.js";

/** @typedef {"en" | "zh"} Language */
/** @typedef {typeof en} Words */

/**
 * Every language, in its own name. English is always there; another one is fetched when it is wanted.
 * @type {Record<Language, {name: string, load: () => Promise<Words>}>}
 */
export const LANGUAGES = {
  en: { name: "English", load: async () => en },
  zh: { name: "中文", load: async () => (await import("./languages/zh.js")).zh },
};

/** Under which the language that was chosen is kept. Other pages may share this one's storage. */
const KEPT = "mobilemamba.language";

let current = en;

/** The words of the language in use: a section for each panel. */
export function words() {
  return current;
}

/**
 * Rejects if the words cannot be fetched; the language before it stays in use.
 * @param {Language} language
 */
export async function changeLanguage(language) {
  current = await LANGUAGES[language].load();
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
 * @param {Language} language
 */
export function rememberLanguage(language) {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // The visitor wants nothing kept.
  }
  const url = new URL(location.href);
  if (!url.searchParams.has("lang")) return;
  url.searchParams.set("lang", language);
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
    const match = known.find((language) => wish?.toLowerCase().split("-")[0] === language);
    if (match) return match;
  }
  return "en";
}
