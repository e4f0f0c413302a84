import { h } from "../dom.js";

/**
 * Any value without a special control, as JSON.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function jsonControl(spec, context) {
  const input = h("textarea", {
    id: context.id, class: "code", rows: 3, spellcheck: "false", autocomplete: "off",
    placeholder: spec.schema.type === "object" ? '{"name": "value"}' : spec.schema.type === "array" ? "[1, 2]" : "JSON",
    oninput() {
      grow();
      context.changed();
    },
  });
  const grow = () => {
    input.rows = Math.min(20, Math.max(3, input.value.split("\n").length));
  };
  return {
    node: input,
    labelled: input,
    get() {
      if (input.value.trim() === "") return undefined;
      try {
        return JSON.parse(input.value);
      } catch (error) {
        throw new Error(`Invalid JSON: ${/** @type {Error} */ (error).message}`);
      }
    },
    set(value) {
      input.value = value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
      grow();
    },
  };
}
