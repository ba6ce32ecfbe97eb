/** Further ways to bring pictures here: a folder, and the address of one. */

import { words } from "../language.js";
import { toAddress } from "../page/address.js";
import { el, icon } from "../page/dom.js";

/** @type {import("../page/state.js").Panel} */
export function inputPanel({ session }) {
  const say = words().input;
  const folder = el("input", {
    type: "file",
    webkitdirectory: true,
    multiple: true,
    class: "visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    "data-testid": "folder-input",
    onchange: () => {
      void session.openMany([...(folder.files ?? [])]);
      folder.value = "";
    },
  });
  const trouble = el("p", { class: "muted input-trouble", role: "alert", id: "address-trouble" });
  const address = el("input", {
    type: "text",
    inputmode: "url",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: say.addressExample,
    "aria-label": say.address,
    "aria-describedby": "address-trouble",
    "data-testid": "address",
    oninput: () => complain(""),
  });

  /** @param {string} text */
  function complain(text) {
    trouble.textContent = text;
    trouble.hidden = text === "";
    address.setAttribute("aria-invalid", String(text !== "" && address.value !== ""));
  }
  complain("");

  const form = el(
    "form",
    {
      class: "address",
      onsubmit: (event) => {
        event.preventDefault();
        const url = toAddress(address.value);
        if (url === null) return complain(say.noAddress);
        complain("");
        void session.openUrl(url);
      },
    },
    address,
    el("button", { type: "submit", "data-testid": "address-open" }, icon("link"), say.open),
  );
  const choose = el(
    "button",
    { type: "button", "data-testid": "folder-pick", onclick: () => folder.click() },
    icon("folder"),
    say.folder,
  );
  // Phones have no folders to choose from.
  choose.hidden = !("webkitdirectory" in folder);

  return el("div", { class: "input-ways" }, el("div", { class: "input-row" }, form, choose, folder), trouble);
}
