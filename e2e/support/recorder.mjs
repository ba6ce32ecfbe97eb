/** Takes pictures of a page, each with the time that it is shown, and a pointer that moves as a person's does. */

/** @typedef {import("playwright-core").Locator} Locator */
/** @typedef {import("playwright-core").Page} PlaywrightPage */
/** @typedef {{png: Buffer, ms: number}} Frame */

/** Milliseconds of a frame in which the pointer moves, and of one in which everything does. */
const STEP = 60;
const SCROLL = 80;

export class Recorder {
  /** @type {Frame[]} */
  frames = [];
  #at = { x: 0, y: 0 };

  /**
   * @param {PlaywrightPage} page
   * @param {object} [options]
   * @param {boolean} [options.draft]  leaves movements out: the frame before is shown for as much longer
   */
  constructor(page, { draft = false } = {}) {
    this.page = page;
    this.draft = draft;
  }

  /**
   * Records the page as it is. The clock is the recording's own: however long a busy machine takes, the film has the
   * same length.
   * @param {number} ms
   */
  async hold(ms) {
    const last = this.frames.at(-1);
    if (this.draft && last && ms <= SCROLL) {
      last.ms += ms;
      return;
    }
    await this.#point();
    this.frames.push({ png: await this.page.screenshot({ caret: "hide" }), ms });
  }

  /**
   * Records what changes by itself.
   * @param {number} ms
   * @param {number} rate  pictures a second
   */
  async watch(ms, rate) {
    const count = Math.round((ms * rate) / 1000);
    for (let i = 0; i < count; i++) await this.hold(Math.round(ms / count));
  }

  /**
   * Moves the pointer to a point of the window.
   * @param {number} x
   * @param {number} y
   * @param {number} [steps]
   */
  async moveTo(x, y, steps = 8) {
    const from = this.#at;
    for (let step = 1; step <= steps; step++) {
      const t = ease(step / steps);
      this.#at = { x: from.x + (x - from.x) * t, y: from.y + (y - from.y) * t };
      await this.page.mouse.move(this.#at.x, this.#at.y);
      await this.hold(STEP);
    }
  }

  /**
   * Moves the pointer to an element, which must be in the window, and presses it.
   * @param {Locator} target
   */
  async click(target) {
    const box = await target.boundingBox();
    if (!box) throw new Error(`${target} is not to be seen`);
    await this.moveTo(box.x + box.width / 2, box.y + box.height / 2);
    await this.hold(3 * STEP);
    await this.page.mouse.down();
    await this.page.mouse.up();
  }

  /**
   * Scrolls until an element begins at some distance from the window's upper edge.
   * @param {Locator} target
   * @param {number} [distance]  CSS pixels
   * @param {number} [steps]
   */
  async scrollTo(target, distance = 24, steps = 6) {
    const { from, to } = await target.evaluate((element, distance) => {
      const top = scrollY + element.getBoundingClientRect().top - distance;
      const last = document.documentElement.scrollHeight - innerHeight;
      return { from: scrollY, to: Math.max(0, Math.min(top, last)) };
    }, distance);
    for (let step = 1; step <= steps; step++) {
      const y = Math.round(from + (to - from) * ease(step / steps));
      await this.page.evaluate((top) => scrollTo({ top, behavior: "instant" }), y);
      await this.hold(SCROLL);
    }
  }

  /** Draws the pointer, which a screenshot does not show, where the mouse is. */
  async #point() {
    await this.page.evaluate(({ x, y }) => {
      const space = "http://www.w3.org/2000/svg";
      let pointer = /** @type {SVGElement | null} */ (document.querySelector("#recorded-pointer"));
      if (!pointer) {
        pointer = document.createElementNS(space, "svg");
        pointer.id = "recorded-pointer";
        pointer.setAttribute("viewBox", "0 0 24 24");
        pointer.setAttribute("aria-hidden", "true");
        const arrow = document.createElementNS(space, "path");
        arrow.setAttribute("d", "M4 2v17l4.6-4.2 3 6.7 3-1.3-3-6.6 6.4-.4z");
        arrow.setAttribute("fill", "#111");
        arrow.setAttribute("stroke", "#fff");
        arrow.setAttribute("stroke-width", "1.5");
        pointer.append(arrow);
        for (const [name, value] of Object.entries({
          position: "fixed",
          width: "30px",
          "z-index": "2147483647",
          "pointer-events": "none",
        }))
          pointer.style.setProperty(name, value);
        document.body.append(pointer);
      }
      pointer.style.setProperty("left", `${x - 5}px`);
      pointer.style.setProperty("top", `${y - 2}px`);
    }, this.#at);
  }
}

/** @param {number} t  from 0 to 1 */
function ease(t) {
  return t * t * (3 - 2 * t);
}
