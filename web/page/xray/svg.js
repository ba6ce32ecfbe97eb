/** Building SVG as dom.js builds HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * A band of constant or changing thickness between two upright edges.
 * @param {number} x0
 * @param {number} top0
 * @param {number} thick0
 * @param {number} x1
 * @param {number} top1
 * @param {number} thick1
 */
export function band(x0, top0, thick0, x1, top1, thick1) {
  const middle = (x0 + x1) / 2;
  const [bottom0, bottom1] = [top0 + thick0, top1 + thick1];
  return (
    `M${x0} ${top0}C${middle} ${top0} ${middle} ${top1} ${x1} ${top1}` +
    `V${bottom1}C${middle} ${bottom1} ${middle} ${bottom0} ${x0} ${bottom0}Z`
  );
}
