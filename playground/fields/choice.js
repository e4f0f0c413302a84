import { h } from "../dom.js";
import { text } from "../check.js";

/**
 * One of a few values, of any type.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function choiceControl(spec, context) {
  const options = spec.choices.map((choice, index) =>
    h("option", { value: String(index) }, typeof choice === "string" ? choice : text(choice)));
  const canBeUnset = spec.default === undefined || spec.default === null;
  const select = h("select", { id: context.id, onchange: context.changed },
    canBeUnset && h("option", { value: "" }, spec.required ? "Choose…" : "(not set)"), options);
  return {
    node: select,
    labelled: select,
    get: () => (select.value === "" ? undefined : spec.choices[Number(select.value)]),
    set(value) {
      const index = spec.choices.findIndex((choice) => text(choice) === text(value));
      select.value = index >= 0 ? String(index) : canBeUnset ? "" : "0";
    },
  };
}
