/** What reaches the page as a whole: what is dropped, pasted or pressed anywhere, and that it could be installed. */

import { ClassifierError } from "../errors.js";
import { currentLanguage, words } from "../language.js";
import { readAddress, readTransfer } from "./transfer.js";

/** @typedef {import("./session.js").Session} Session */

/** What may carry a picture: files, and what another tab gives for one of its own. */
const WELCOME = ["Files", "text/uri-list", "text/html"];
/** What does something of its own with a key. */
const BUSY = "a, button, input, select, summary, textarea, video, [contenteditable], [role=tab], [role=option]";
const EDITABLE = "input, textarea, [contenteditable]";

/**
 * @param {import("./state.js").PageStore} store
 * @param {Session} session
 */
export function openEntrances(store, session) {
  /** Something of this page itself is being dragged. */
  let own = false;
  document.addEventListener("dragstart", () => (own = true));
  document.addEventListener("dragend", () => (own = false));

  /** @param {DragEvent} event */
  const isWelcome = ({ dataTransfer, target }) => {
    if (own || !dataTransfer) return false;
    // Text can be dragged into a field as into any other.
    const types = isWithin(target, EDITABLE) ? ["Files"] : WELCOME;
    return types.some((type) => dataTransfer.types.includes(type));
  };

  document.addEventListener("dragover", (event) => {
    if (!isWelcome(event)) return;
    event.preventDefault();
    store.update({ dragging: true });
  });
  document.addEventListener("dragleave", (event) => {
    // Also fired on the way from one element to the next; only leaving the window has no next.
    if (event.relatedTarget === null) store.update({ dragging: false });
  });
  document.addEventListener("drop", (event) => {
    if (!isWelcome(event)) return;
    event.preventDefault();
    store.update({ dragging: false });
    void take(session, /** @type {DataTransfer} */ (event.dataTransfer));
  });

  document.addEventListener("paste", (event) => {
    const { clipboardData: transfer, target } = event;
    if (!transfer) return;
    // What is pasted into a field belongs there, but a picture has no place in one.
    if (isWithin(target, EDITABLE) && !transfer.types.includes("Files")) return;
    // Of a text that was copied, only one that is nothing but an address is meant for this page.
    const isAddress = readAddress((type) => (type === "text/plain" ? transfer.getData(type) : "")) !== null;
    if (!isAddress && !transfer.types.includes("Files")) return;
    event.preventDefault();
    void take(session, transfer);
  });

  // Who presses a button with the mouse, or starts the camera with it, has no further business with it: the space bar is
  // then free. On the keyboard the focus stays where it is.
  /** What was pressed last, if it was with the mouse. @type {Element | null} */
  let pressed = null;
  const release = () => {
    const { activeElement } = document;
    if (store.get().live.phase === "off" || activeElement !== pressed) return;
    if (activeElement instanceof HTMLElement && activeElement.matches("a, button, [type=checkbox]"))
      activeElement.blur();
  };
  document.addEventListener("click", (event) => {
    pressed = event.detail === 0 ? null : document.activeElement;
    release();
  });
  // The code of the camera may have to be fetched first.
  store.watch((state) => state.live.phase, release);

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if (event.key !== " " || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const { phase } = store.get().live;
    if ((phase !== "on" && phase !== "frozen") || isWithin(event.target, BUSY)) return;
    // It would scroll the page.
    event.preventDefault();
    void session.toggleFreeze();
  });
  // Chromium's: it shows nothing by itself then.
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    const { prompt } = /** @type {Event & {prompt: () => Promise<void>}} */ (event);
    const install = () => {
      store.update({ install: null }); // It can be asked once.
      void prompt.call(event);
    };
    store.update({ install });
  });
}

/**
 * @param {Session} session
 * @param {DataTransfer} transfer
 */
async function take(session, transfer) {
  try {
    const load = readTransfer(transfer);
    if (load && "many" in load) return await session.openMany(load.many);
    if (load && "address" in load) return await session.openUrl(load.address);
    if (load?.files.length) return await session.openFiles(load.files);
    const say = words().input;
    throw new ClassifierError("not-an-image", say.nothingDropped, say.nothingDroppedHint, currentLanguage());
  } catch (error) {
    session.report(error);
  }
}

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 */
function isWithin(target, selector) {
  return target instanceof Element && target.closest(selector) !== null;
}
