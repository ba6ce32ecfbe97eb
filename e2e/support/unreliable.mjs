/** The site behind a server that can be told to misbehave, over real connections. */

import { createServer } from "node:http";

/** @typedef {import("node:http").ServerResponse} ServerResponse */
/** @typedef {(response: ServerResponse, body: Buffer) => void | Promise<void>} Misbehaviour */

/**
 * @param {string} target  URL of the real site
 */
export async function startUnreliable(target) {
  /** @type {{pattern: RegExp, answer: Misbehaviour}[]} */
  let rules = [];
  /** @type {string[]} */
  const asked = [];
  const server = createServer(async (request, response) => {
    const url = request.url ?? "/";
    asked.push(url);
    try {
      const real = await fetch(new URL(url, target));
      const headers = [...real.headers].filter(
        ([name]) => !/^(connection|content-length|content-encoding)$/.test(name),
      );
      const body = Buffer.from(await real.arrayBuffer());
      response.writeHead(real.status, Object.fromEntries([...headers, ["content-length", String(body.length)]]));
      const rule = rules.find(({ pattern }) => pattern.test(url));
      if (rule) await rule.answer(response, body);
      else response.end(body);
    } catch {
      response.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    /**
     * From now on; a later rule replaces all of the ones before.
     * @param {RegExp} pattern
     * @param {Misbehaviour} answer
     */
    misbehave(pattern, answer) {
      rules = [{ pattern, answer }];
    },
    behave() {
      rules = [];
    },
    /** @param {RegExp} pattern */
    count: (pattern) => asked.filter((url) => pattern.test(url)).length,
    forget: () => void asked.splice(0),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * Sends the beginning and breaks the connection.
 * @param {number} bytes
 * @returns {Misbehaviour}
 */
export function cutAfter(bytes) {
  return (response, body) => {
    response.write(body.subarray(0, bytes), () => response.destroy());
  };
}

/**
 * Sends the beginning and no more.
 * @param {number} bytes
 * @returns {Misbehaviour}
 */
export function stallAfter(bytes) {
  return (response, body) => void response.write(body.subarray(0, bytes));
}

/**
 * Answers when it is told to.
 * @returns {{hold: Misbehaviour, release: () => void}}
 */
export function gate() {
  let release = () => {};
  const open = new Promise((resolve) => (release = () => resolve(undefined)));
  return {
    hold: async (response, body) => {
      await open;
      response.end(body);
    },
    release: () => release(),
  };
}
