/** What a drop or a paste carries: files, folders, or the address of a picture. */

/** @typedef {{files: File[]} | {address: string}} Load */

/** Of a folder only these are taken; whatever a folder of pictures holds besides is not worth an error. */
const PICTURE = /\.(avif|bmp|gif|hei[cf]|jpe?g|png|tiff?|webp)$/i;

/** @param {string} name */
export const isPictureName = (name) => PICTURE.test(name);

/**
 * Reads it at once, as it must be while its event is under way, and looks into folders afterwards.
 * @param {DataTransfer} transfer
 * @returns {Promise<Load | null>}  null: it carries nothing for this page
 */
export async function readTransfer(transfer) {
  const address = readAddress((type) => transfer.getData(type));
  const contents = [...transfer.items]
    .filter(({ kind }) => kind === "file")
    .map((item) => {
      const entry = item.webkitGetAsEntry?.();
      return entry?.isDirectory ? readFolder(/** @type {FileSystemDirectoryEntry} */ (entry)) : item.getAsFile();
    });
  const files = (await Promise.all(contents)).flat().filter((file) => file !== null);
  // A picture of another tab comes as a file and as its address; the file is here already.
  if (files.length > 0) return { files };
  return address === null ? null : { address };
}

/**
 * The address of a picture. A picture that is a link as well comes with the address of that link in its list; its own
 * is in the markup.
 * @param {(type: string) => string} read  by MIME type; "" where there is none of it
 * @returns {string | null}
 */
export function readAddress(read) {
  const [first] = read("text/uri-list")
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"));
  const address = imageIn(read("text/html")) ?? first ?? read("text/plain").trim();
  return /^(https?:\/\/|data:image\/)\S+$/i.test(address) ? address : null;
}

/**
 * The source of the first picture in a piece of markup, which is searched as text: nothing of it is ever rendered.
 * @param {string} markup
 * @returns {string | null}
 */
function imageIn(markup) {
  const match = /<img\b[^>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(markup);
  const source = match?.[1] ?? match?.[2] ?? match?.[3];
  return source?.trim().replaceAll("&amp;", "&") || null;
}

/**
 * The pictures in a folder and those below it, in the order of their names.
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<File[]>}
 */
async function readFolder(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const entries = [];
  for (;;) {
    // A reader hands out its entries in batches, the last of which is empty.
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) break;
    entries.push(...batch);
  }
  entries.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  /** @type {File[]} */
  const files = [];
  for (const entry of entries) {
    if (entry.isDirectory) files.push(...(await readFolder(/** @type {FileSystemDirectoryEntry} */ (entry))));
    else if (PICTURE.test(entry.name)) {
      const file = /** @type {FileSystemFileEntry} */ (entry);
      files.push(await new Promise((resolve, reject) => file.file(resolve, reject)));
    }
  }
  return files;
}
