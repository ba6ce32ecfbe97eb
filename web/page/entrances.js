/** What reaches the page as a whole: what is dropped or pasted anywhere, and that it could be installed. */

/**
 * @param {import("./state.js").PageStore} store
 * @param {import("./session.js").Session} session
 */
export function openEntrances(store, session) {
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    store.update({ dragging: true });
  });
  document.addEventListener("dragleave", (event) => {
    // Also fired on the way from one element to the next; only leaving the window has no next.
    if (event.relatedTarget === null) store.update({ dragging: false });
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    store.update({ dragging: false });
    void session.openFiles([...(event.dataTransfer?.files ?? [])]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void session.openFiles(files);
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

/** @param {DragEvent} event */
function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
