/**
 * The page's side of service-worker.js: has the site kept on this device, and says when a newer version is ready. Only a
 * site that was published has a version; the local server's, which changes all the time, is not kept.
 */

import { trustedWorkerUrl } from "../trusted.js";

/** @typedef {import("./state.js").PageStore} PageStore */

/** A page that stays open asks whether there is a new version when somebody returns to it, but not more often, in milliseconds. */
const ASK_AGAIN = 3_600_000;

/** @returns {string} empty if the site was not published */
function versionOfPage() {
  const version = document.querySelector('meta[name="version"]')?.getAttribute("content");
  return version && version !== "development" ? version : "";
}

/**
 * To be called when the page has what it needs: what is fetched here should not hold up a first answer.
 * @param {PageStore} store
 */
export async function keepOffline(store) {
  const version = versionOfPage();
  // Missing on insecure pages and in some private windows.
  if (!version || !navigator.serviceWorker) return;
  try {
    const url = trustedWorkerUrl(new URL("service-worker.js", document.baseURI));
    const registration = await navigator.serviceWorker.register(url, { updateViaCache: "none" });
    watchForUpdates(store, registration);
    await navigator.serviceWorker.ready;
    const { kernel } = store.get();
    const engine = kernel && new URL(kernel.artifact, document.baseURI).href;
    await keep(store, registration.active, { version, files: engine ? [engine] : [] });
  } catch {
    // Not allowed here, or no network: the page works as it would without.
  }
}

/**
 * The engine keeps the weights itself, by their hash; of its modules the service worker keeps the one that runs here.
 * @param {PageStore} store
 * @param {ServiceWorker | null} worker
 * @param {{version: string, files: string[]}} page  files: absolute URLs
 */
async function keep(store, worker, page) {
  if (!worker) return;
  const answer = await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage({ type: "keep", ...page }, [port2]);
  });
  store.update({ siteKept: answer.kept });
  // The page came from the network or its cache while another version was being installed.
  if (answer.version !== page.version) offer(store, () => location.reload());
}

/**
 * @param {PageStore} store
 * @param {ServiceWorkerRegistration} registration
 */
function watchForUpdates(store, registration) {
  const { serviceWorker } = navigator;
  const offerWaiting = () => offer(store, () => takeOver(registration));
  const follow = () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      // The very first one does not wait.
      if (worker.state === "installed" && registration.active) offerWaiting();
    });
  };
  if (registration.waiting) offerWaiting();
  follow();
  registration.addEventListener("updatefound", follow);

  // Another tab has taken it. This one goes on with the version that it began with.
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) offer(store, () => location.reload());
    controlled = true;
  });

  let asked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - asked < ASK_AGAIN) return;
    asked = Date.now();
    registration.update().catch(() => {}); // No network. The next time will do.
  });
}

/**
 * @param {PageStore} store
 * @param {() => void} reload
 */
function offer(store, reload) {
  store.update({ newVersion: { reload, later: () => store.update({ newVersion: null }) } });
}

/** @param {ServiceWorkerRegistration} registration */
function takeOver({ waiting }) {
  if (!waiting) return location.reload(); // Another tab was faster.
  waiting.addEventListener("statechange", () => {
    if (waiting.state === "activated") location.reload();
  });
  waiting.postMessage({ type: "take-over" });
}
