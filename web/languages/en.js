/** What the page says in English: a section for each panel, in alphabetical order. */

export const en = { tools: { title: "Tools", inside: "Look inside" } };
