/** What the page says in English: a section for each panel, in alphabetical order. */

export const en = {
  offline: {
    ready: "Works offline now",
    install: "Install as an app",
    newVersion: "A new version is ready.",
    reload: "Reload",
    later: "Later",
  },
  tools: { title: "Tools", inside: "Look inside" },
};
