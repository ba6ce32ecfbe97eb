/** Which files of a folder are looked at, and in which order. */

/**
 * A file with its path below what was dropped or picked, of which a dropped File itself knows nothing.
 * @typedef {object} Found
 * @property {File} file
 * @property {string} path
 */

/** A folder that is dropped with so many files is dropped by mistake. */
const MOST = 100_000;

/** What systems leave in folders of pictures. */
const LITTER = /^(\.|thumbs\.db$|desktop\.ini$|__macosx$)/i;

const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * The files of dropped entries and of the folders below them. Entries have to be taken from a drop at once, before
 * anything is awaited: webkitGetAsEntry() answers only as long as the event lasts.
 * @param {Iterable<FileSystemEntry>} entries
 * @returns {AsyncGenerator<Found>}
 */
export async function* walk(entries) {
  for (const entry of entries) {
    if (isLitter(entry.fullPath)) continue;
    if (isFile(entry)) {
      const file = await fileOf(entry);
      if (file) yield { file, path: entry.fullPath.slice(1) };
    } else if (isFolder(entry)) {
      yield* walk(await listOf(entry));
    }
  }
}

/**
 * Collects files, without what systems leave behind, in the order of their names: 2 before 10.
 * @param {Iterable<File | Found> | AsyncIterable<File | Found>} files
 * @param {AbortSignal} [signal]  stops it early
 * @param {(count: number) => void} [onCount]
 * @returns {Promise<Found[]>}
 */
export async function gather(files, signal, onCount) {
  /** @type {Found[]} */
  const found = [];
  for await (const item of files) {
    if (signal?.aborted) break;
    const { file, path } = item instanceof File ? { file: item, path: item.webkitRelativePath || item.name } : item;
    if (isLitter(path)) continue;
    found.push({ file, path });
    if (found.length === MOST) break;
    onCount?.(found.length);
  }
  return found.sort((a, b) => order.compare(a.path, b.path));
}

/**
 * What the files were found in; empty if that are several folders, or none.
 * @param {Found[]} found
 * @returns {string}
 */
export function nameOf(found) {
  const names = new Set(found.map(({ path }) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "")));
  return names.size === 1 ? [...names][0] : "";
}

/** @param {string} path */
function isLitter(path) {
  return path.split("/").some((name) => LITTER.test(name));
}

/**
 * @param {FileSystemEntry} entry
 * @returns {entry is FileSystemFileEntry}
 */
function isFile(entry) {
  return entry.isFile;
}

/**
 * @param {FileSystemEntry} entry
 * @returns {entry is FileSystemDirectoryEntry}
 */
function isFolder(entry) {
  return entry.isDirectory;
}

/**
 * Null for one that has gone, or may not be read.
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File | null>}
 */
function fileOf(entry) {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)));
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<FileSystemEntry[]>}
 */
async function listOf(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const entries = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    // It gives a hundred at a time, and an empty list at the end.
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}
