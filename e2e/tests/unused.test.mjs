/** Nothing in the page's code that nothing uses: exports, classes and properties of the style sheets, texts. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { ROOT } from "../support/repo.mjs";

/** The files of a folder of the repository, with their contents. @param {string} folder @param {RegExp} name */
function read(folder, name) {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => name.test(file) && !/node_modules|artifacts/.test(file))
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(path.join(ROOT, folder, file), "utf8") }));
}

const scripts = read("web", /\.js$/);
const styles = read("web", /\.css$/).map(({ file, text }) => ({ file, text: text.replace(/\/\*[^]*?\*\//g, "") }));
const pages = read("web", /\.html$/);
const tests = [...read("e2e", /\.mjs$/), ...read("bench", /\.m?js$/)];

/** A name by itself, not as a part of another. @param {string} name */
const word = (name) => new RegExp(`(?<![\\w$-])${name.replaceAll("$", "\\$")}(?![\\w$-])`);

test("every export is imported by another file", () => {
  const unused = scripts.flatMap(({ file, text }) =>
    [...text.matchAll(/^export (?:async )?(?:function\*?|const|let|class) ([\w$]+)/gm)]
      .map(([, name]) => name)
      .filter(
        (name) => ![...scripts, ...pages, ...tests].some((other) => other.file !== file && word(name).test(other.text)),
      )
      .map((name) => `${file}: ${name}`),
  );
  assert.deepEqual(unused, []);
});

test("every class and property of the style sheets is used", () => {
  const page = [...scripts, ...pages].map(({ text }) => text).join("\n");
  const sheets = styles.map(({ text }) => text).join("\n");
  const unused = styles.flatMap(({ file, text }) => {
    const classes = [...text.matchAll(/\.(-?[a-zA-Z_][\w-]*)(?=[^{}]*\{)/g)].map(([, name]) => name);
    const properties = [...text.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name);
    return [
      ...classes.filter((name) => !word(name).test(page)).map((name) => `${file}: .${name}`),
      ...properties
        .filter((name) => !sheets.includes(`var(${name}`) && !page.includes(name))
        .map((n) => `${file}: ${n}`),
    ];
  });
  assert.deepEqual([...new Set(unused)], []);
});

test("every text is said somewhere", async () => {
  const page = [...scripts.filter(({ file }) => !file.startsWith("web/languages/")), ...pages];
  const code = page.map(({ text }) => text).join("\n");
  /** @type {string[]} */
  const unused = [];
  /**
   * @param {object} texts
   * @param {string} place
   */
  function search(texts, place) {
    // Where the code computes the key, any of them may be meant.
    const computed = new RegExp(`(?<![\\w$])${place.split(".").at(-1)}\\s*(\\?\\.)?\\[`).test(code);
    for (const [key, value] of Object.entries(texts)) {
      if (!computed && !word(key).test(code)) unused.push(`${place}.${key}`);
      if (value && typeof value === "object" && !Array.isArray(value)) search(value, `${place}.${key}`);
    }
  }
  for (const { file } of scripts.filter(({ file }) => /^web\/languages\/en\b.*\.js$/.test(file))) {
    const texts = await import(pathToFileURL(path.join(ROOT, file)).href);
    for (const [name, value] of Object.entries(texts)) search(value, name);
  }
  assert.deepEqual(unused, []);
});
