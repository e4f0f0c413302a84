import { fill, freshID, h } from "../dom.js";
import { codeBlock } from "../markdown.js";
import { base, needsKey } from "../run/server.js";
import { tabs } from "../tabs.js";
import { SecretValue } from "./literals.js";
import { SNIPPETS } from "./snippets.js";

/** Programs for the current inputs of the form. */
export class CodeView {
  /**
   * @param {import("../schema.js").ModelDocument} model
   * @param {import("../form.js").Form} form
   */
  constructor(model, form) {
    this.model = model;
    this.form = form;
    const id = freshID();
    this.how = h("select", { id, onchange: () => this.draw() },
      h("option", { value: "wait" }, "wait for the result"),
      model.canStream && h("option", { value: "stream" }, "stream the output"),
      h("option", { value: "webhook" }, "send a webhook at the end"));
    this.webhook = h("input", { type: "url", "aria-label": "Address of the webhook", value: "https://example.com/webhook", oninput: () => this.draw() });
    this.hint = h("p", { class: "hint" });
    this.places = SNIPPETS.map(() => h("div", {}));
    this.node = h("div", { class: "code" },
      h("div", { class: "row" }, h("label", { for: id }, "How: "), this.how, this.webhook), this.hint,
      tabs("Language", SNIPPETS.map(({ name }, index) => ({ name, node: this.places[index] }))).node);
  }

  draw() {
    const secrets = this.form.secrets();
    const input = Object.fromEntries(Object.entries(this.form.readable()).map(([name, value]) =>
      [name, secrets.includes(name) && typeof value === "string" ? new SecretValue(name) : value]));
    const how = /** @type {"wait" | "stream" | "webhook"} */ (this.how.value);
    this.webhook.hidden = how !== "webhook";
    const variables = Object.values(input).flatMap((value) => (value instanceof SecretValue ? [value.variable] : []));
    if (needsKey()) variables.push("COG_API_KEY");
    this.hint.textContent = variables.length > 0 ? `Secrets are read from the environment: ${variables.join(", ")}.` : "";
    SNIPPETS.forEach(({ name, language, make }, index) => {
      const isThere = name !== "Replicate" || this.model.hasReplicateRoutes;
      const code = isThere ? make({ base: base.href, route: this.model.route, input, how, needsKey: needsKey(), webhook: this.webhook.value }) : null;
      fill(this.places[index], code === null ? h("p", { class: "hint" }, unavailable(name, isThere)) : codeBlock(code, language));
    });
  }
}

/**
 * @param {string} name
 * @param {boolean} isThere
 */
function unavailable(name, isThere) {
  if (!isThere) return "This server has no routes for Replicate's clients.";
  return `${name} can't do this.`;
}
