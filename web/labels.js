/**
 * Label files of the user's own, whatever their form, into the one form that the engine reads: a line
 * "index<TAB>id<TAB>name" a class.
 *
 * - text: a name a line, in the order of the classes
 * - tables with tabs or commas (.tsv, .csv): index, id and name, index and name, id and name, or names alone; with or
 *   without a heading
 * - JSON: a list of names or of [id, name], or an object of them by index, as ImageNet's {"0": ["n01440764", "tench"]}
 */

import { ClassifierError } from "./errors.js";

/** A label file of all of ImageNet-21K has 1 MB. */
const MAX_BYTES = 16 << 20;

/** A line of ImageNet's own list: a WordNet id, a blank, names. */
const SYNSET = /^(n\d{8}) (.+)$/;

/** @typedef {{id: string, name: string}} Label */

/**
 * @param {Blob} file
 * @returns {Promise<string>}
 */
export async function readLabels(file) {
  const name = file instanceof File ? file.name : "";
  if (file.size > MAX_BYTES) throw unreadable("it is too large for a list of names");
  let text;
  try {
    text = await file.text();
  } catch {
    throw unreadable("the file cannot be read any more: choose it again");
  }
  return toTable(parseLabels(text, name));
}

/**
 * @param {string} text
 * @param {string} [name]  of the file; its ending says where commas separate and where they are part of a name
 * @returns {Label[]}
 */
export function parseLabels(text, name = "") {
  const content = text.replace(/^\uFEFF/, "");
  const labels = /^\s*[[{]/.test(content) ? fromJson(content) : fromLines(content, /\.csv$/i.test(name));
  if (labels.length === 0) throw unreadable("it names no class");
  return labels;
}

/** @param {Label[]} labels */
function toTable(labels) {
  // Tabs and line breaks would break the table; they are no part of a name.
  const clean = (/** @type {string} */ text) => text.replace(/\s+/g, " ").trim();
  return labels
    .map(({ id, name }, index) => [index, clean(id), clean(name) || clean(id) || `class ${index}`].join("\t"))
    .join("\n");
}

/** @param {string} text */
function fromJson(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(`it is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (Array.isArray(value)) return value.map(fromJsonEntry);
  const classes = Object.entries(value);
  /** @type {Label[]} */
  const labels = new Array(classes.length);
  for (const [key, entry] of classes) {
    const index = Number(key);
    if (!/^\d+$/.test(key) || index >= classes.length) {
      throw unreadable(`it has ${classes.length} entries, and “${key}” is no index from 0 to ${classes.length - 1}`);
    }
    labels[index] = fromJsonEntry(entry, index);
  }
  return labels;
}

/**
 * @param {unknown} entry
 * @param {number} index
 * @returns {Label}
 */
function fromJsonEntry(entry, index) {
  const fields = Array.isArray(entry) ? entry : [entry];
  if (fields.length > 0 && fields.every((field) => typeof field === "string")) return label(fields);
  throw unreadable(`its entry ${index} is neither a name nor a list of an id and a name`);
}

/**
 * @param {string} text
 * @param {boolean} commas
 */
function fromLines(text, commas) {
  const lines = text.split(/\r\n|\n|\r/);
  while (lines.length > 0 && lines[lines.length - 1].trim() === "") lines.pop();
  const rows = lines.map((line) => {
    if (line.includes("\t")) return line.split("\t");
    if (commas) return splitCsv(line);
    return line.match(SYNSET)?.slice(1) ?? [line];
  });
  if (rows.length > 0 && isHeading(rows[0])) rows.shift();

  const indexed = rows.length > 0 && rows.every((row) => row.length > 1 && /^\s*\d+\s*$/.test(row[0]));
  if (!indexed) return rows.map((row) => label(row));
  /** @type {Label[]} */
  const labels = new Array(rows.length);
  for (const [line, [first, ...rest]] of rows.entries()) {
    const index = Number(first);
    if (index >= rows.length || labels[index]) {
      const why = labels[index] ? "it had before" : `is none from 0 to ${rows.length - 1}`;
      throw unreadable(`line ${line + 1} has the index ${index}, which ${why}`);
    }
    labels[index] = label(rest);
  }
  return labels;
}

/**
 * A heading names the columns; that a class has such a name in each of them is unlikely enough.
 * @param {string[]} row
 */
function isHeading(row) {
  return (
    row.length > 1 &&
    row.every((field) => /^(index|idx|class|class_?id|id|wnid|synset|name|label)s?$/i.test(field.trim()))
  );
}

/**
 * The last field is what people call the class, the first one before it what the dataset calls it.
 * @param {string[]} fields
 * @returns {Label}
 */
function label(fields) {
  return { id: fields.length > 1 ? fields[0] : "", name: fields[fields.length - 1] };
}

/**
 * The fields of one line of RFC 4180.
 * @param {string} line
 * @returns {string[]}
 */
function splitCsv(line) {
  const fields = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  // The pattern matches once more, nothing, at the end of a line that ends in no comma.
  if (!line.endsWith(",")) fields.pop();
  return fields.map((field) => {
    const value = field.replace(/,$/, "").trim();
    return value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value;
  });
}

/** @param {string} why */
function unreadable(why) {
  const hint = "A name a line is enough; tables with tabs or commas and JSON are read as well.";
  return new ClassifierError("labels", `The label file cannot be used: ${why}.`, hint);
}
