/** Trusted Types: the only scripts that this code starts by their address are its own workers. */

/**
 * The address of a worker in the form that a page with `require-trusted-types-for 'script'` demands. Such a page
 * allows the policy by name: `trusted-types mobilemamba`.
 * @param {URL} url
 * @returns {string | URL}
 */
export function trustedWorkerUrl(url) {
  return policy ? policy.createScriptURL(url.href) : url;
}

const WORKERS = ["worker.js", "service-worker.js"].map((name) => new URL(name, import.meta.url).href);

const policy = createPolicy();

function createPolicy() {
  /**
   * @typedef {{createScriptURL(url: string): string}} Policy
   * @type {{createPolicy(name: string, rules: Policy): Policy} | undefined}
   */
  const factory = Reflect.get(globalThis, "trustedTypes");
  try {
    return factory?.createPolicy("mobilemamba", {
      createScriptURL(url) {
        if (!WORKERS.includes(url)) throw new TypeError(`${url} is not a worker of this site`);
        return url;
      },
    });
  } catch {
    return undefined; // The page allows no such policy. If it demands one as well, starting the worker says so.
  }
}
