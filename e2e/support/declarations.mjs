/**
 * Writes web/mobilemamba.d.ts, the types of the engine for pages in TypeScript, from the JSDoc of its modules. It is
 * one file, so that the modules' own comments stay the only place where types are written down.
 */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { format } from "prettier";
import { ROOT } from "./repo.mjs";

export const DECLARATIONS = path.join(ROOT, "web", "mobilemamba.d.ts");

/** What a page uses; the types that these mention come along. */
const PUBLIC = ["createClassifier", "ClassifierError"];

const SOURCES = ["mobilemamba.d.ts", "errors.d.ts", "protocol.d.ts"];

/** @returns {Promise<string>} */
export async function declare() {
  const folder = await mkdtemp(path.join(tmpdir(), "mobilemamba-types-"));
  try {
    const tsc = path.join(ROOT, "e2e", "node_modules", ".bin", "tsc");
    await promisify(execFile)(tsc, ["-p", path.join(ROOT, "e2e", "tsconfig.declarations.json"), "--outDir", folder]);
    const texts = await Promise.all(SOURCES.map((name) => readFile(path.join(folder, name), "utf8")));
    const statements = texts.flatMap(split);
    const wanted = reach(statements, PUBLIC);
    const header = "/** The engine's types, made from its modules by `npm run types`: do not edit. */";
    const body = statements
      .filter(({ name }) => wanted.has(name))
      // Types may lean on a constant that the module does not export.
      .map(({ text }) => text.replace(/^export declare const/m, "declare const"));
    return await format([header, ...body, "export {};"].join("\n\n"), {
      parser: "typescript",
      printWidth: 120,
      objectWrap: "collapse",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * The exported statements of a declaration file, with the comments before them.
 * @param {string} text
 */
function split(text) {
  const pattern =
    /^(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export (?:declare )?(?:type|const|function|class) (\w+)[^]*?(?:;|\n})$(?=\n(?:export|\/\*\*)|\n?$(?![^]))/gm;
  return [...text.matchAll(pattern)]
    .map(([statement, name]) => ({ name, text: statement.replaceAll('import("./protocol.js").', "") }))
    .filter(
      ({ name, text: statement }) =>
        statement !== `export type ${name} = ${name};` && !statement.endsWith(`\nexport type ${name} = ${name};`),
    );
}

/**
 * @param {{name: string, text: string}[]} statements
 * @param {string[]} roots
 */
function reach(statements, roots) {
  /** @type {Set<string>} */
  const reached = new Set(roots);
  // A set grows while it is walked.
  for (const name of reached) {
    for (const { text } of statements.filter((statement) => statement.name === name)) {
      for (const other of statements) {
        if (new RegExp(`\\b${other.name}\\b`).test(text.replace(/\/\*\*[^]*?\*\//g, ""))) reached.add(other.name);
      }
    }
  }
  return reached;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(DECLARATIONS, await declare());
