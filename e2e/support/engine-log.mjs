/** Listens to what a page and its worker say to each other. */

/** @typedef {{type: string, ms: number, model: number, result?: import("../../web/protocol.js").Result}} Exchange */

/**
 * Keeps every answered request, with the milliseconds from sending it to having its answer and the number of models
 * that were loaded before. To be called before the page is opened.
 * @param {import("playwright-core").Page} page
 * @param {{results?: boolean}} [options]  results: keep the answers too, which takes memory
 */
export function keepEngineLog(page, { results = true } = {}) {
  return page.addInitScript((results) => {
    /** @type {Exchange[]} */
    const log = [];
    /** @type {Map<number, {type: string, sent: number}>} */
    const open = new Map();
    let models = 0;
    const Original = window.Worker;
    window.Worker = class extends Original {
      /** @param {ConstructorParameters<typeof Original>} parameters */
      constructor(...parameters) {
        super(...parameters);
        this.addEventListener("message", ({ data }) => {
          const request = open.get(data.id);
          if (!request || data.type === "progress") return;
          open.delete(data.id);
          if (request.type === "load") models++;
          if (data.type !== "result") return;
          const exchange = { type: request.type, ms: performance.now() - request.sent, model: models };
          log.push(results ? { ...exchange, result: data.value } : exchange);
        });
      }

      /**
       * @param {any} message
       * @param {any} transfer
       */
      postMessage(message, transfer) {
        open.set(message.id, { type: message.type, sent: performance.now() });
        super.postMessage(message, transfer);
      }
    };
    Object.assign(window, { engineLog: log });
  }, results);
}

/**
 * The exchanges since the last call.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<Exchange[]>}
 */
export function takeEngineLog(page) {
  return page.evaluate(() => Reflect.get(window, "engineLog").splice(0));
}
