import { h } from "../dom.js";
import { choiceControl } from "./choice.js";

/**
 * Yes or no, with a third state if there is no default.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function booleanControl(spec, context) {
  if (typeof spec.default !== "boolean" && spec.name !== "") {
    return choiceControl({ ...spec, choices: [true, false] }, context);
  }
  const input = h("input", { id: context.id, type: "checkbox", class: "switch", onchange: context.changed });
  return {
    node: input,
    labelled: input,
    get: () => input.checked,
    set(value) {
      input.checked = value === true;
    },
  };
}
