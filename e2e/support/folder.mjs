/** A folder of pictures on disk, some of them none. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { drawScene, encodePng, hugePng } from "./pictures.mjs";

/**
 * Writes files into a folder of the system's for temporary ones.
 * @param {Map<string, Buffer>} files  by their path below it
 * @param {string} [name]              of the folder
 */
export function makeFolder(files, name = "holiday") {
  const parent = mkdtempSync(path.join(tmpdir(), "mobilemamba-folder-"));
  const folder = path.join(parent, name);
  for (const [file, content] of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }
  return { folder, remove: () => rmSync(parent, { recursive: true }) };
}

/**
 * Pictures that differ, in subfolders of a hundred, and among them what is broken or no picture.
 * @param {number} count
 * @returns {{files: Map<string, Buffer>, broken: Map<string, string>}}  broken: the error's code by path
 */
export function manyPictures(count) {
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (let i = 0; i < count; i++) {
    const scene = drawScene(48 + (i % 37), 40 + ((i * 7) % 41));
    files.set(`part ${Math.floor(i / 100)}/picture ${i}.png`, encodePng(scene));
  }
  const whole = encodePng(drawScene(90, 70));
  files.set("part 0/notes.txt", Buffer.from("Remember the milk.\n".repeat(30)));
  files.set("part 0/empty.png", Buffer.alloc(0));
  files.set("part 1/cut off.png", whole.subarray(0, whole.length / 2));
  files.set("part 1/huge.png", hugePng());
  // What systems leave behind is not even looked at.
  files.set("part 0/.DS_Store", Buffer.from("Bud1"));
  files.set("part 1/Thumbs.db", Buffer.from("thumbs"));
  const broken = new Map([
    ["part 0/notes.txt", "not-an-image"],
    ["part 0/empty.png", "not-an-image"],
    ["part 1/cut off.png", "image-damaged"],
    ["part 1/huge.png", "image-too-large"],
  ]);
  return { files, broken };
}
