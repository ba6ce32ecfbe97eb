/** What the checks ask of a browser, and nothing more: three drivers of different make can do it. */

import { setTimeout as sleep } from "node:timers/promises";

/**
 * A running browser with one page.
 * @typedef {object} Engine
 * @property {string} version
 * @property {(url: string) => Promise<void>} open  resolves when the document is loaded
 * @property {Evaluate} evaluate
 * @property {(testId: string, ...files: string[]) => Promise<void>} setFiles  into an input, as its dialog does
 * @property {(testId: string) => Promise<void>} click
 * @property {() => Promise<Buffer>} screenshot  a PNG
 * @property {string[]} heard  errors and warnings on the console, where the driver tells them
 * @property {() => Promise<void>} stop
 */

/**
 * Runs a function in the page. It goes there as its source, its arguments and its answer as JSON.
 * @typedef {<A extends unknown[], R>(code: (...args: A) => R | Promise<R>, ...args: A) => Promise<R>} Evaluate
 */

/**
 * A browser that can be started.
 * @typedef {object} Driver
 * @property {string} name
 * @property {() => Promise<Engine>} start  with a camera of no device, if it can; an error says what to install
 */

/** For a machine that has other things to do, in milliseconds. */
export const PATIENCE = 240_000;

/** The browser cannot do something, and the page says so or does without: no failure. */
export class Unsupported extends Error {}

/**
 * The source of a call.
 * @param {Function} code
 * @param {unknown[]} args
 */
export function toExpression(code, args) {
  return `(${code})(...${JSON.stringify(args)})`;
}

/** @param {string} testId */
export function selector(testId) {
  return `[data-testid=${JSON.stringify(testId)}]`;
}

/**
 * Waits until a function in the page answers with something true.
 * @template {unknown[]} A
 * @template R
 * @param {Engine} engine
 * @param {string} what  is waited for
 * @param {(...args: A) => R | Promise<R>} code
 * @param {A} args
 * @returns {Promise<NonNullable<R>>}
 */
export async function until(engine, what, code, ...args) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const value = await engine.evaluate(code, ...args);
    if (value) return value;
    await sleep(100);
  }
  const shown = await engine.evaluate(() => document.body.innerText.slice(0, 1000));
  throw new Error(`${what}: not within ${PATIENCE / 1000} s. The page shows: ${shown}`);
}

/**
 * The text of an element; empty where there is none.
 * @param {Engine} engine
 * @param {string} testId
 */
export function text(engine, testId) {
  return engine.evaluate((query) => document.querySelector(query)?.textContent ?? "", selector(testId));
}

/**
 * Whether an element is there to be seen.
 * @param {Engine} engine
 * @param {string} testId
 */
export function visible(engine, testId) {
  return engine.evaluate((query) => document.querySelector(query)?.checkVisibility() ?? false, selector(testId));
}
