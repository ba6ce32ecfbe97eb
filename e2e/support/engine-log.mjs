/** Listens to what a page and its worker say to each other. */

/**
 * @typedef {object} Exchange
 * @property {string} type
 * @property {number} ms      from sending the request to having its answer
 * @property {number} engine  what the engine itself took of that, as its answer says; 0 if it does not
 * @property {number} beside  how many other requests of this type were under way when it was sent
 * @property {number} model   how many models had been loaded
 * @property {import("../../web/protocol.js").Result} [result]
 */

/**
 * Keeps every answered request. To be called before the page is opened.
 * @param {import("playwright-core").Page} page
 * @param {{results?: boolean}} [options]  results: keep the answers too, which takes memory
 */
export function keepEngineLog(page, { results = true } = {}) {
  return page.addInitScript((results) => {
    /** @type {Exchange[]} */
    const log = [];
    /** @type {Map<number, {type: string, sent: number, beside: number}>} */
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
          const { type, sent, beside } = request;
          const engine = data.value?.ms?.total ?? 0;
          const exchange = { type, ms: performance.now() - sent, engine, beside, model: models };
          log.push(results ? { ...exchange, result: data.value } : exchange);
        });
      }

      /**
       * @param {any} message
       * @param {any} transfer
       */
      postMessage(message, transfer) {
        const beside = [...open.values()].filter(({ type }) => type === message.type).length;
        open.set(message.id, { type: message.type, sent: performance.now(), beside });
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
