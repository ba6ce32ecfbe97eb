/**
 * A table of any length of which only the lines in view are in the document. One line at a time can be reached with the
 * tab key, and the arrows lead to the others; it stays in the document even when it is scrolled out of view, so that
 * the focus is never lost.
 */

import { el } from "../../page/dom.js";

/** @typedef {import("../../page/folder/items.js").Line} Line */

/**
 * @typedef {object} Row
 * @property {HTMLElement} element  has the role "row"
 * @property {(line: Line) => void} show
 */

/**
 * @typedef {object} TableOptions
 * @property {string} label
 * @property {HTMLElement} head   the row of the headings
 * @property {(line: Line) => Row} createRow  a line of the same key is shown in the same row
 * @property {(line: Line) => void} open      what the enter key, or a click, asks for
 * @property {(line: Line, open: boolean) => void} unfold  a group, or the group of a picture
 */

/** Height of a line; as in folder.css. */
const LINE_REM = 3.5;

/** Lines beyond the edges, so that a quick scroll finds something there. */
const MARGIN = 6;

/** @param {TableOptions} options */
export function createTable({ label, head, createRow, open, unfold }) {
  const body = el("div", { role: "rowgroup", class: "grid-body" });
  const element = el(
    "div",
    { role: "grid", class: "grid", "aria-label": label, "data-testid": "folder-table" },
    el("div", { role: "rowgroup", class: "grid-head" }, head),
    body,
  );
  head.setAttribute("aria-rowindex", "1");

  /** @type {readonly Line[]} */
  let lines = [];
  /** @type {Map<string, Row>} */
  let rows = new Map();
  /** The line that the tab key reaches. */
  let active = "";
  let place = 0;
  /** Pictures lie below the headings of their groups. */
  let nested = false;
  let frame = 0;

  const lineHeight = () => LINE_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

  function render() {
    frame = 0;
    const height = lineHeight();
    const first = Math.max(0, Math.floor(element.scrollTop / height) - MARGIN);
    const last = Math.min(lines.length, Math.ceil((element.scrollTop + element.clientHeight) / height) + MARGIN);
    const indices = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    if (lines.length && (place < first || place >= last)) {
      if (place < first) indices.unshift(place);
      else indices.push(place);
    }

    const focused = body.contains(document.activeElement);
    const before = rows;
    rows = new Map();
    indices.forEach((index, position) => {
      const line = lines[index];
      const row = before.get(line.key) ?? createRow(line);
      rows.set(line.key, row);
      row.element.dataset.index = String(index);
      row.element.setAttribute("aria-rowindex", String(index + 2));
      setPlace(row.element, line, nested);
      row.element.tabIndex = line.key === active ? 0 : -1;
      row.element.style.transform = `translateY(${index * height}px)`;
      // In the order of the table, which is how it is read.
      if (body.children[position] !== row.element) body.insertBefore(row.element, body.children[position] ?? null);
      row.show(line);
    });
    for (const [key, row] of before) if (!rows.has(key)) row.element.remove();
    // Where the order changed, the focused row was taken out and put back.
    if (focused && !body.contains(document.activeElement)) rows.get(active)?.element.focus({ preventScroll: true });
  }

  function renderSoon() {
    frame ||= requestAnimationFrame(render);
  }

  /** @param {number} index */
  function activate(index) {
    place = Math.max(0, Math.min(index, lines.length - 1));
    active = lines[place]?.key ?? "";
    const height = lineHeight();
    const view = element.clientHeight - head.offsetHeight;
    const top = place * height;
    if (top < element.scrollTop) element.scrollTop = top;
    if (top + height > element.scrollTop + view) element.scrollTop = top + height - view;
    render();
    const row = rows.get(active)?.element;
    row?.focus({ preventScroll: true });
    // The page as well, after a picture was opened further up.
    row?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.altKey || event.metaKey || !rowOf(event)) return;
    const line = lines[place];
    const page = Math.max(1, Math.floor((element.clientHeight - head.offsetHeight) / lineHeight()) - 1);
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => activate(place + 1),
      ArrowUp: () => activate(place - 1),
      PageDown: () => activate(place + page),
      PageUp: () => activate(place - page),
      Home: () => activate(0),
      End: () => activate(lines.length - 1),
      Enter: () => open(line),
      " ": () => open(line),
      ArrowRight: () => {
        if (line.kind !== "group") return;
        if (line.open) activate(place + 1);
        else unfold(line, true);
      },
      ArrowLeft: () => {
        if (line.kind === "group") return unfold(line, false);
        // To the heading of its group, if there is one.
        const heading = lines.findLastIndex(({ kind }, i) => kind === "group" && i < place);
        if (heading >= 0) activate(heading);
      },
    };
    const act = keys[event.key];
    if (!act || !line) return;
    event.preventDefault();
    act();
  }

  element.addEventListener("keydown", onKey);
  element.addEventListener("scroll", renderSoon, { passive: true });
  body.addEventListener("click", (event) => {
    const row = rowOf(event);
    if (!row) return;
    activate(Number(row.dataset.index));
    open(lines[place]);
  });
  // A tool that comes to the front has a height only then.
  new ResizeObserver(renderSoon).observe(element);

  return {
    element,
    /**
     * @param {readonly Line[]} next
     * @param {boolean} grouped
     */
    show(next, grouped) {
      lines = next;
      nested = grouped;
      const found = lines.findIndex(({ key }) => key === active);
      // If the line has gone, the one in its place takes over.
      place = found >= 0 ? found : Math.max(0, Math.min(place, lines.length - 1));
      active = lines[place]?.key ?? "";
      element.setAttribute("role", grouped ? "treegrid" : "grid");
      element.setAttribute("aria-rowcount", String(lines.length + 1));
      body.style.height = `${lines.length * lineHeight()}px`;
      render();
    },
    toTop() {
      element.scrollTop = 0;
      place = 0;
      active = lines[0]?.key ?? "";
      render();
    },
  };
}

/**
 * Tells where in a tree a line is; a plain table has no such thing.
 * @param {HTMLElement} row
 * @param {Line} line
 * @param {boolean} nested
 */
function setPlace(row, { kind, position, size }, nested) {
  const places = { "aria-level": kind === "group" ? 1 : 2, "aria-posinset": position, "aria-setsize": size };
  for (const [name, value] of Object.entries(places)) {
    if (nested) row.setAttribute(name, String(value));
    else row.removeAttribute(name);
  }
}

/**
 * The row of the body that an event is about.
 * @param {Event} event
 * @returns {HTMLElement | null}
 */
function rowOf({ target }) {
  return target instanceof Element ? target.closest(".grid-body > [role=row]") : null;
}
