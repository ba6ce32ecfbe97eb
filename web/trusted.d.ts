/** Trusted Types: the only script that this code starts by its address is its own worker. */
/**
 * The address of the worker in the form that a page with `require-trusted-types-for 'script'` demands. Such a page
 * allows the policy by name: `trusted-types mobilemamba`.
 * @param {URL} url
 * @returns {string | URL}
 */
export declare function trustedWorkerUrl(url: URL): string | URL;
