/** Parts of a document that a program writes: from `<!-- NAME: written by COMMAND -->` to `<!-- NAME end -->`. */

/**
 * What a part says.
 * @param {string} document
 * @param {string} name
 */
export function readSection(document, name) {
  return around(document, name).text;
}

/**
 * The document with another text in a part.
 * @param {string} document
 * @param {string} name
 * @param {string} text  whole lines
 */
export function writeSection(document, name, text) {
  const { before, after } = around(document, name);
  return before + text + after;
}

/**
 * @param {string} document
 * @param {string} name
 */
function around(document, name) {
  const begin = new RegExp(`<!-- ${name}: written by .* -->\n`).exec(document);
  const start = begin ? begin.index + begin[0].length : -1;
  const end = document.indexOf(`<!-- ${name} end -->\n`, start);
  if (start < 0 || end < 0) throw new Error(`the document has no place for what is written of ${name}`);
  return { before: document.slice(0, start), text: document.slice(start, end), after: document.slice(end) };
}

/**
 * A table in Markdown.
 * @param {string[][]} rows  the first is its head
 */
export function toMarkdown([head, ...rows]) {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |\n`)
    .join("");
}
