/** What a drop or a paste carries: files, folders, or the address of a picture. */

/** @typedef {import("./folder/gather.js").Found} Found */
/** @typedef {{files: File[]} | {many: AsyncIterable<Found>} | {address: string}} Load  many: folders, and files beside them */

/**
 * Reads it at once, as it must be while its event is under way; folders are looked into afterwards.
 * @param {DataTransfer} transfer
 * @returns {Load | null}  null: it carries nothing for this page
 */
export function readTransfer(transfer) {
  const address = readAddress((type) => transfer.getData(type));
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const entries = items.flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  const files = items.flatMap((item) => item.getAsFile() ?? []);
  if (entries.some(({ isDirectory }) => isDirectory)) return { many: filesIn(entries) };
  // A picture of another tab comes as a file and as its address; the file is here already.
  if (files.length > 0) return { files };
  return address === null ? null : { address };
}

/**
 * @param {FileSystemEntry[]} entries
 * @returns {AsyncGenerator<Found>}
 */
async function* filesIn(entries) {
  const { walk } = await import("./folder/gather.js");
  yield* walk(entries);
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
