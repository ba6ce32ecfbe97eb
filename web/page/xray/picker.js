/** Tiles of which one is chosen: its channel is the one that is followed. */

import { el } from "../dom.js";
import { createTile } from "./tile.js";

/**
 * @typedef {object} Picker
 * @property {HTMLElement} element
 * @property {(maps: {values: Float32Array, name: string, caption: string}[], size: {width: number, height: number},
 *   scale: import("./colours.js").Scale, chosen: number) => void} show
 */

/**
 * As in the ARIA practices for radio groups: one stop for the tab key, arrows choose.
 * @param {number} count
 * @param {string} label
 * @param {(rank: number) => void} choose
 * @returns {Picker}
 */
export function createPicker(count, label, choose) {
  const tiles = Array.from({ length: count }, () => createTile());
  const options = tiles.map((tile, rank) => {
    tile.canvas.removeAttribute("role");
    tile.canvas.setAttribute("aria-hidden", "true");
    return el("button", { type: "button", role: "radio", class: "option", onclick: () => choose(rank) }, tile.element);
  });
  const element = el(
    "div",
    { role: "radiogroup", "aria-label": label, class: "picker", "data-testid": "picker" },
    ...options,
  );
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = options.findIndex((option) => option === document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = (at + step + count) % count;
    choose(next);
    options[next].focus();
  });
  return {
    element,
    show(maps, { width, height }, scale, chosen) {
      maps.forEach(({ values, name, caption }, rank) => {
        tiles[rank].show(values, width, height, scale, name, caption);
        options[rank].setAttribute("aria-label", name);
        options[rank].setAttribute("aria-checked", String(rank === chosen));
        options[rank].tabIndex = rank === chosen ? 0 : -1;
      });
    },
  };
}
