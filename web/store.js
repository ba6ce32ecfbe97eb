/** The one place for what the page knows. Panels read it and are told of changes; only the session writes. */

/**
 * @template {object} S
 * @typedef {object} Store
 * @property {() => Readonly<S>} get
 * @property {(patch: Partial<S>) => void} update
 * @property {<T>(select: (state: Readonly<S>) => T, listener: (value: T) => void) => void} watch
 *   calls the listener now and whenever what select returns is another value
 */

/**
 * @template {object} S
 * @param {S} initial
 * @returns {Store<S>}
 */
export function createStore(initial) {
  let state = initial;
  /** @type {Set<() => void>} */
  const checks = new Set();

  return {
    get: () => state,
    update(patch) {
      state = { ...state, ...patch };
      for (const check of checks) check();
    },
    watch(select, listener) {
      let last = select(state);
      checks.add(() => {
        const value = select(state);
        if (Object.is(value, last)) return;
        last = value;
        listener(value);
      });
      listener(last);
    },
  };
}
