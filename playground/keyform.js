// Asks for the key that the server needs.

import { fill, freshID, h } from "./dom.js";

export class KeyForm {
  constructor() {
    const id = freshID();
    /** @type {((key: string) => void) | null} */
    this.resolve = null;
    this.input = h("input", { id, type: "password", autocomplete: "off", spellcheck: "false", required: true });
    this.problem = h("p", { class: "refusal", role: "alert" });
    this.node = h("form", { class: "key", hidden: true, onsubmit: (/** @type {Event} */ event) => this.submitted(event) },
      h("p", {}, "This server needs a key. The page keeps it in memory until you close or reload the page."),
      h("p", { class: "actions" }, h("label", { for: id }, "Key"), this.input, h("button", { type: "submit", class: "primary" }, "Use the key")),
      this.problem);
  }

  /**
   * Shows the form; gives the key when it has been entered.
   *
   * @param {boolean} wasWrong whether the last key was refused
   * @returns {Promise<string>}
   */
  ask(wasWrong) {
    fill(this.problem, wasWrong && "The server rejected this key.");
    this.node.hidden = false;
    this.input.focus();
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** @param {Event} event */
  submitted(event) {
    event.preventDefault();
    const key = this.input.value.trim();
    if (!key || !this.resolve) return;
    this.input.value = "";
    this.node.hidden = true;
    this.resolve(key);
    this.resolve = null;
  }
}
