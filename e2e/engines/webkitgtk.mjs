/** WebKitGTK, by the WebDriver of the W3C, in a window of its little browser on a display that nobody sees. */

import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { executable, findProgram } from "../support/programs.mjs";
import { freePort } from "../support/port.mjs";
import { PATIENCE, selector, toExpression } from "./engine.mjs";

const INSTALL = "on Debian, apt-get install webkit2gtk-driver xvfb xauth";
/** The key of an element's reference, from the standard. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** @type {import("./engine.mjs").Driver} */
export const driver = { name: "WebKitGTK", start };

/** @returns {Promise<import("./engine.mjs").Engine>} */
async function start() {
  const browser = findMiniBrowser();
  const service = findProgram("WEBKIT_DRIVER", ["WebKitWebDriver"], INSTALL);
  const port = await freePort();
  const display = findProgram("XVFB_RUN", ["xvfb-run"], INSTALL);
  // In a process group of its own, for xvfb-run has the display and the service as children.
  const server = spawn(display, ["-a", service, `--port=${port}`], {
    detached: true,
    stdio: "ignore",
    // Its sandbox does not start for root and in containers; it sees pages of this repository alone.
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" },
  });
  const end = () => {
    try {
      if (server.pid) process.kill(-server.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", end);
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilUp(url);
    const { sessionId, capabilities } = await call("POST", `${url}/session`, {
      capabilities: {
        alwaysMatch: {
          "webkitgtk:browserOptions": { binary: browser, args: ["--automation", "--enable-mock-capture-devices=true"] },
        },
      },
    });
    return await connect(`${url}/session/${sessionId}`, capabilities.browserVersion, end);
  } catch (error) {
    end();
    throw error;
  }
}

/**
 * @param {string} session  its URL
 * @param {string} version
 * @param {() => void} end
 * @returns {Promise<import("./engine.mjs").Engine>}
 */
async function connect(session, version, end) {
  await call("POST", `${session}/timeouts`, { script: PATIENCE, pageLoad: PATIENCE });
  /** @param {string} testId */
  const find = async (testId) => {
    const found = await call("POST", `${session}/element`, { using: "css selector", value: selector(testId) });
    return `${session}/element/${found[ELEMENT]}`;
  };
  return {
    version,
    // This driver tells nothing of the console; the page's own ears must do.
    heard: [],
    open: (url) => call("POST", `${session}/url`, { url }),
    evaluate: async (code, ...args) => {
      const script = `const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => ${toExpression(code, args)})
          .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = await call("POST", `${session}/execute/async`, { script, args: [] });
      if (error) throw new Error(error);
      return value;
    },
    setFiles: async (testId, ...files) => call("POST", `${await find(testId)}/value`, { text: files.join("\n") }),
    click: async (testId) => call("POST", `${await find(testId)}/click`, {}),
    screenshot: async () => Buffer.from(await call("GET", `${session}/screenshot`), "base64"),
    stop: async () => {
      await call("DELETE", session).finally(end);
    },
  };
}

function findMiniBrowser() {
  if (process.env.MINIBROWSER) return process.env.MINIBROWSER;
  const file = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/libexec", "/usr/lib"]
    .flatMap((folder) => ["4.1", "6.0", "4.0"].map((api) => `${folder}/webkit2gtk-${api}/MiniBrowser`))
    .find(executable);
  if (!file) throw new Error(`no MiniBrowser of WebKitGTK found: ${INSTALL}, or set MINIBROWSER=PATH`);
  return file;
}

/** @param {string} url */
async function untilUp(url) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      await call("GET", `${url}/status`);
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error("WebKitWebDriver does not start", { cause: error });
      await sleep(200);
    }
  }
}

/**
 * @param {"GET" | "POST" | "DELETE"} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function call(method, url, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
