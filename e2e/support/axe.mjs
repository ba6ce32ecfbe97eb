/** The accessibility checks of axe-core, inside the page. */

import { readFile } from "node:fs/promises";

const source = readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/**
 * What the page, as it now is, does wrong by any of axe's rules: a line for each element, empty if nothing.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await source);
  return page.evaluate(async () => {
    /** @type {typeof import("axe-core")} */
    const axe = Reflect.get(window, "axe");
    const { violations } = await axe.run(document, {
      resultTypes: ["violations"],
      // Whoever speaks to the page says what is written on a button.
      rules: { "label-content-name-mismatch": { enabled: true } },
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`),
    );
  });
}
