/** What the files are that somebody opens together. */

const CHECKPOINT = /\.(pth|pt|safetensors)$/i;
const LABELS = /\.(txt|tsv|csv|json)$/i;

/**
 * A checkpoint and the names of its classes, the first of each kind, and what else there is: pictures, one hopes.
 * @param {Iterable<File>} files
 * @returns {{checkpoint: File | undefined, labels: File | undefined, pictures: File[]}}
 */
export function sortFiles(files) {
  const all = [...files];
  return {
    checkpoint: all.find(({ name }) => CHECKPOINT.test(name)),
    labels: all.find(({ name }) => LABELS.test(name)),
    pictures: all.filter(({ name }) => !CHECKPOINT.test(name) && !LABELS.test(name)),
  };
}
