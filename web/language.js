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
  zh: { name: "简体中文", load: async () => (await import("./languages/zh.js")).zh },
};

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
