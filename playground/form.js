import { button, h } from "./dom.js";
import { Field } from "./field.js";
import { isRecord } from "./schema.js";

/** The inputs of the model. */
export class Form {
  /**
   * @param {import("./schema.js").ModelDocument} model
   * @param {() => void} changed
   */
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.fields = model.fields().map((spec) => new Field(spec, model, changed));
    const examples = model.examples();
    this.node = h("div", { class: "fields" },
      examples.length > 0 && h("p", { class: "examples" }, "Examples: ", examples.map((example, index) =>
        button(`Example ${index + 1}`, () => this.set(example), { class: "small" }))),
      this.fields.length === 0 && h("p", { class: "hint" }, "This model takes no inputs."),
      this.fields.map(({ node }) => node));
  }

  /**
   * The input to send, with files as {@link FileValue}s.
   *
   * @returns {Record<string, any>}
   */
  get() {
    /** @type {Record<string, any>} */
    const input = {};
    for (const field of this.fields) {
      const value = field.get();
      if (value !== undefined) input[field.spec.name] = value;
    }
    return input;
  }

  /** The same without invalid values. */
  readable() {
    /** @type {Record<string, any>} */
    const input = {};
    for (const field of this.fields) {
      if (field.problems().length > 0) {
        try {
          field.get();
        } catch {
          continue; // Shown at the field.
        }
      }
      const value = field.get();
      if (value !== undefined) input[field.spec.name] = value;
    }
    return input;
  }

  /** The same without values that equal their defaults. */
  chosen() {
    const usual = new Map(this.fields.map(({ spec }) => [spec.name, spec.default]));
    return Object.fromEntries(Object.entries(this.readable()).filter(([name, value]) =>
      JSON.stringify(value) !== JSON.stringify(usual.get(name))));
  }

  /**
   * Fills the form; inputs that aren't given get their defaults.
   *
   * @param {any} input
   */
  set(input) {
    for (const field of this.fields) {
      const { name } = field.spec;
      field.set(isRecord(input) && name in input ? input[name] : field.spec.default);
    }
    this.changed();
  }

  /** Shows all problems; true if there are none. The first field with a problem gets the focus. */
  isFit() {
    const wrong = this.fields.filter((field) => {
      const problems = field.problems(true);
      field.showProblems(problems);
      return problems.length > 0;
    });
    wrong[0]?.focus();
    return wrong.length === 0;
  }

  /**
   * Shows the server's messages at the fields that they name.
   *
   * @param {any} details `detail` of a 422 response
   * @returns {string[]} the messages that belong to no field
   */
  showRefusal(details) {
    const others = [];
    /** @type {Map<Field, string[]>} */
    const found = new Map();
    for (const { loc, msg } of Array.isArray(details) ? details : []) {
      const [name, ...within] = String(loc?.[2] ?? "").split("/");
      const field = this.fields.find(({ spec }) => spec.name === name);
      const text = within.length > 0 ? `${within.join("/")}: ${msg}` : String(msg);
      if (field) found.set(field, [...(found.get(field) ?? []), text]);
      else others.push(`${(loc ?? []).slice(1).join(".")}: ${msg}`);
    }
    for (const [field, problems] of found) field.showProblems(problems);
    [...found.keys()][0]?.focus();
    return others;
  }

  /** The names of inputs that contain secrets. */
  secrets() {
    return this.fields.filter(({ spec }) => holdsSecret(spec)).map(({ spec }) => spec.name);
  }
}

/**
 * @param {import("./schema.js").Spec | null} spec
 * @returns {boolean}
 */
function holdsSecret(spec) {
  return spec !== null && (spec.kind === "secret" || holdsSecret(spec.item) || spec.parts.some(holdsSecret));
}
