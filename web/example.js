/** The engine without the page around it: choose a picture, read what it shows. */

import { createClassifier } from "./mobilemamba.js";

const input = /** @type {HTMLInputElement} */ (document.querySelector("input"));
const output = /** @type {HTMLOutputElement} */ (document.querySelector("output"));
const classifier = createClassifier({
  onProgress: ({ done, total }) => (output.value = `Loading: ${Math.round((100 * done) / total)} %`),
});

input.onchange = async () => {
  const [file] = input.files ?? [];
  try {
    const { top } = await classifier.classify(file);
    output.value = top.map(({ label, p }) => `${label} ${(100 * p).toFixed(1)} %`).join(", ");
  } catch (error) {
    output.value = String(error);
  }
};
