/** Numbers that change with every frame of a camera are not for reading. */

/**
 * Calls a function at once, and again not before some time has passed: then once for all that was missed.
 * @param {() => void} act
 * @param {number} [rest]  milliseconds
 * @returns {() => void}
 */
export function calmly(act, rest = 250) {
  let resting = false;
  let missed = false;
  return function again() {
    if (resting) {
      missed = true;
      return;
    }
    act();
    resting = true;
    setTimeout(() => {
      resting = false;
      if (!missed) return;
      missed = false;
      again();
    }, rest);
  };
}
