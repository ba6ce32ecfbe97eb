/** The browsers of the machine. */

import { accessSync, constants } from "node:fs";
import path from "node:path";

/**
 * The program that a variable of the environment names, or the first on PATH of some names.
 * @param {string} variable
 * @param {string[]} names
 * @param {string} install  how to get it, for people
 */
export function findProgram(variable, names, install) {
  const named = process.env[variable];
  if (named) return named;
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(folder, name);
      if (executable(file)) return file;
    }
  }
  throw new Error(`no ${names.join(", ")} found: ${install}, or set ${variable}=PATH`);
}

/** @param {string} file */
export function executable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
