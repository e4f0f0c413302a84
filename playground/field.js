import { check } from "./check.js";
import { button, fill, freshID, h } from "./dom.js";
import { makeControl } from "./fields/control.js";
import { markdown } from "./markdown.js";
import { limits, typeName } from "./schema.js";

/** An input of the form: its name, description, control, limits, and problems. */
export class Field {
  /**
   * @param {import("./schema.js").Spec} spec
   * @param {import("./schema.js").ModelDocument} model
   * @param {() => void} changed
   */
  constructor(spec, model, changed) {
    this.spec = spec;
    this.model = model;
    const id = freshID();
    this.control = makeControl(spec, {
      id, label: spec.title,
      changed: () => {
        this.showProblems(this.problems());
        changed();
      },
    });
    this.message = h("p", { class: "problem", id: `${id}-problem` });
    const about = h("div", { class: "about", id: `${id}-about` }, spec.description && markdown(spec.description),
      h("p", { class: "limits" }, this.facts().join(" · ")));
    const name = [spec.title, spec.required && h("span", { class: "star", title: "required" }, " *"),
      spec.title !== spec.name && h("code", { class: "inputname" }, spec.name)];
    const { labelled } = this.control;
    labelled?.setAttribute("aria-describedby", `${id}-about ${id}-problem`);
    if (labelled && spec.required) labelled.setAttribute("aria-required", "true");
    const clear = !spec.required && button("Reset", () => {
      this.set(spec.default ?? undefined);
      changed();
    }, { class: "quiet", "aria-label": `Reset ${spec.title}` });
    const heading = h("div", { class: "heading" },
      labelled ? h("label", { for: id }, name) : h("span", { class: "label", id: `${id}-name` }, name), clear);
    const examples = spec.kind !== "secret" && spec.examples.length > 0 && h("p", { class: "examples" }, "Examples: ",
      spec.examples.map((example) => button(shortText(example), () => {
        this.set(example);
        changed();
      }, { class: "small" })));
    this.node = h("div", {
      class: "field", "data-kind": spec.kind, role: labelled ? null : "group",
      "aria-labelledby": labelled ? null : `${id}-name`, "aria-describedby": labelled ? null : `${id}-about ${id}-problem`,
    }, heading, about, this.control.node, examples, this.message);
    this.control.set(spec.default ?? undefined);
  }

  /** The value; undefined if it is left out. Throws if the text isn't a valid value. */
  get() {
    return this.control.get();
  }

  /** @param {any} value */
  set(value) {
    this.control.set(value ?? undefined);
    this.showProblems(this.problems());
  }

  /**
   * The problems that the server would report.
   *
   * @param {boolean} [isFinal] whether a missing value counts
   * @returns {string[]}
   */
  problems(isFinal = false) {
    try {
      const value = this.get();
      if (value === undefined) return isFinal && this.spec.required ? ["Field required"] : [];
      return check(value, this.spec.schema, this.model, this.spec.name).map(({ path, message }) => {
        const within = path.slice(this.spec.name.length + 1);
        return within ? `${within}: ${message}` : message;
      });
    } catch (error) {
      return [/** @type {Error} */ (error).message];
    }
  }

  /** @param {string[]} problems */
  showProblems(problems) {
    fill(this.message, problems.slice(0, 5).join("\n"));
    this.node.classList.toggle("wrong", problems.length > 0);
    this.control.labelled?.setAttribute("aria-invalid", String(problems.length > 0));
  }

  focus() {
    const target = this.control.labelled ?? this.control.node.querySelector("input, select, textarea, button");
    if (target instanceof HTMLElement) target.focus();
  }

  /** @returns {string[]} */
  facts() {
    const { spec } = this;
    const facts = [typeName(spec), ...limits(spec)];
    if (spec.default !== undefined && spec.default !== null) facts.push(`default ${shortText(spec.default)}`);
    if (!spec.required && (spec.default === undefined || spec.default === null)) facts.push("optional");
    if (spec.deprecated) facts.push("deprecated");
    return facts;
  }
}

/** @param {any} value */
function shortText(value) {
  const text = typeof value === "string" ? value || '""' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
