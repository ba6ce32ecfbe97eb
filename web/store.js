/** The one place for what the page knows. Panels read it and are told of changes; only the session writes. */

/**
 * @typedef {object} Ending
 * @property {() => void} end  forgets what was watched through this scope
 */

/**
 * @template {object} S
 * @typedef {object} Store
 * @property {() => Readonly<S>} get
 * @property {(patch: Partial<S>) => void} update
 * @property {<T>(select: (state: Readonly<S>) => T, listener: (value: T) => void) => void} watch
 *   calls the listener now and whenever what select returns is another value
 * @property {() => Store<S> & Ending} scope  the same store for somebody who leaves before the page does
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

  /**
   * @param {(check: () => void) => void} own  called with every check that is added
   * @returns {Store<S>}
   */
  const open = (own) => ({
    get: () => state,
    update(patch) {
      state = { ...state, ...patch };
      for (const check of checks) check();
    },
    watch(select, listener) {
      let last = select(state);
      const check = () => {
        const value = select(state);
        if (Object.is(value, last)) return;
        last = value;
        listener(value);
      };
      checks.add(check);
      own(check);
      listener(last);
    },
    scope() {
      /** @type {Set<() => void>} */
      const mine = new Set();
      return {
        ...open((check) => mine.add(check)),
        end() {
          for (const check of mine) checks.delete(check);
        },
      };
    },
  });
  return open(() => {});
}
