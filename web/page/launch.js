/** Files that reach the installed page from outside: shared by another app, or opened with it. */

/** @typedef {import("./session.js").Session} Session */

/**
 * @param {Session} session
 * @param {boolean} shared  the service worker holds pictures for this page
 */
export async function receiveFiles(session, shared) {
  if (shared) await openShared(session);
  const queue = /** @type {{setConsumer(use: (launch: {files: FileSystemFileHandle[]}) => void): void} | undefined} */ (
    Reflect.get(window, "launchQueue")
  );
  queue?.setConsumer(async ({ files }) => {
    try {
      await session.openFiles(await Promise.all(files.map((handle) => handle.getFile())));
    } catch (error) {
      session.report(error);
    }
  });
}

/** @param {Session} session */
async function openShared(session) {
  // The address is one to go back to, and there is nothing there a second time.
  const address = new URL(location.href);
  address.searchParams.delete("shared");
  history.replaceState(null, "", address);
  try {
    const response = await fetch("shared"); // No server is asked: the service worker has it.
    if (response.status !== 200) return;
    const files = (await response.formData()).getAll("files");
    await session.openFiles(files.filter((file) => file instanceof File));
  } catch (error) {
    session.report(error);
  }
}
