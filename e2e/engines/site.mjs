/** The published site on a plain host, changed in two ways that every engine is asked the same questions by. */

import { Host } from "../support/deploy.mjs";
import { drawScene, encodePng } from "../support/pictures.mjs";
import { publishSite, serveFolder } from "../support/static.mjs";

/** Pictures that end the worker: one by a trap as WebAssembly's are, the other without a word, as browsers do. */
export const ENDINGS = { trap: encodePng(drawScene(40, 30)), silence: encodePng(drawScene(50, 20)) };

/** Keeps what goes wrong in the page in window.troubles: not every driver tells of the console. */
const EARS = `{
  const troubles = (window.troubles = []);
  for (const level of ["error", "warn"]) {
    const original = console[level];
    console[level] = (...what) => {
      troubles.push(what.map(String).join(" "));
      original.apply(console, what);
    };
  }
  addEventListener("error", ({ message, target }) => {
    troubles.push(message ?? "not loaded: " + (target.src ?? target.href));
  }, true);
  addEventListener("unhandledrejection", ({ reason }) => troubles.push(String(reason)));
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    troubles.push(violatedDirective + " forbids " + blockedURI);
  });
}`;

const END = `{
  let engine;
  Object.defineProperty(globalThis, "mobilemamba", {
    get: () => engine,
    set(value) {
      engine = value;
      const { classify } = value;
      value.classify = (request) => {
        if (request.bytes?.length === ${ENDINGS.trap.length}) throw new WebAssembly.RuntimeError("the test's");
        if (request.bytes?.length !== ${ENDINGS.silence.length}) return classify(request);
        close();
        return new Promise(() => {});
      };
    },
  });
}`;

export async function startSite() {
  const host = new Host(await publishSite());
  host.deploy("engines", { "app.js": (source) => `${EARS}\n${source}`, "worker.js": (source) => `${source}\n${END}` });
  const server = await serveFolder(host.folder);
  return {
    url: server.url,
    reach: server.reach,
    stop() {
      server.stop();
      host.remove();
    },
  };
}
