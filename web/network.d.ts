/**
 * The only place that asks servers for anything, on the page and in the worker. Requests stay with the site unless the
 * user named another server: by the address of a picture, or by choosing one of the authors' checkpoints.
 */
import { ClassifierError } from "./errors.js";
/**
 * The servers beside the site's own that a model may come from: the authors' repository of checkpoints.
 * @type {readonly string[]}
 */
export declare const CHECKPOINT_ORIGINS: readonly string[];
/** A larger picture is not even read: the Go module would refuse it, and reading it could take all memory. */
export declare const MAX_PICTURE_BYTES: number;
export type Download = {
  response: Response;
  /**
   * as it comes
   */
  read: (onChunk: (chunk: Uint8Array<ArrayBuffer>) => void) => Promise<void>;
  /**
   * over to the browser, untouched
   */
  hand: <T>(use: (response: Response) => Promise<T>) => Promise<T>;
};
/**
 * A response and the watch over its body, which is read once, in one of two ways.
 * @typedef {object} Download
 * @property {Response} response
 * @property {(onChunk: (chunk: Uint8Array<ArrayBuffer>) => void) => Promise<void>} read  as it comes
 * @property {<T>(use: (response: Response) => Promise<T>) => Promise<T>} hand  over to the browser, untouched
 */
/**
 * Asks for a file of the site or of one of CHECKPOINT_ORIGINS.
 * @param {string | URL} url  absolute
 * @param {RequestInit} [init]
 * @returns {Promise<Download>}
 */
export declare function download(url: string | URL, init?: RequestInit): Promise<Download>;
/**
 * @param {string | URL} url
 * @returns {Promise<string>}
 */
export declare function downloadText(url: string | URL): Promise<string>;
/**
 * @param {string | URL} url
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export declare function downloadBytes(url: string | URL): Promise<Uint8Array<ArrayBuffer>>;
/**
 * Fetches a picture from wherever the user said, without telling that server where from.
 * @param {string | URL} url  absolute
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Blob>}
 */
export declare function downloadPicture(url: string | URL, { signal }?: { signal?: AbortSignal }): Promise<Blob>;
/**
 * The pieces of a body as they come. Not every browser can iterate over a stream.
 * @param {Response} response
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>}
 */
export declare function chunks(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>>;
/**
 * @param {string | URL} url
 * @param {number} [done]   bytes
 * @param {number} [total]
 */
export declare function interrupted(url: string | URL, done?: number, total?: number): ClassifierError;
/**
 * @param {string} what
 * @param {number} bytes
 * @param {number} limit
 */
export declare function tooLarge(what: string, bytes: number, limit: number): ClassifierError;
/** @param {string | URL} url */
export declare function fileName(url: string | URL): string;
