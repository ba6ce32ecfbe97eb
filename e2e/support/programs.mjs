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

/** Chromium: CHROMIUM=PATH or the first known name on PATH; the same names as in install.sh. */
export function findChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return findProgram("CHROMIUM", names, "install Chromium with the package manager");
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
