import { check } from "../check.js";
import { fill, freshID, h } from "../dom.js";
import { FileValue } from "../files.js";
import { ModelDocument, typeName } from "../schema.js";
import { makeControl } from "./control.js";

const NO_REFERENCES = new ModelDocument({});

/**
 * One of several types: a list of the types, and the control of the chosen one.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function unionControl(spec, context) {
  const place = h("div", { class: "grow" });
  const select = h("select", {
    "aria-label": `${context.label}: type`,
    onchange() {
      choose(Number(select.value));
      context.changed();
    },
  }, spec.parts.map((part, index) => h("option", { value: String(index) }, typeName(part))));
  /** @type {import("./control.js").Control} */
  let control;
  const choose = (/** @type {number} */ index) => {
    select.value = String(index);
    control = makeControl(spec.parts[index], { id: freshID(), label: context.label, changed: context.changed });
    control.labelled?.setAttribute("aria-label", context.label);
    fill(place, control.node);
  };
  choose(0);
  return {
    node: h("div", { class: "row" }, select, place),
    labelled: null,
    get: () => control.get(),
    set(value) {
      if (value !== undefined && value !== null) choose(variantOf(value, spec.parts));
      control.set(value ?? undefined);
    },
  };
}

/**
 * The variant that a value belongs to: the first that accepts it, with texts before numbers that look like them.
 *
 * @param {any} value
 * @param {import("../schema.js").Spec[]} parts
 */
function variantOf(value, parts) {
  if (value instanceof FileValue) return Math.max(0, parts.findIndex((part) => part.kind === "file"));
  return Math.max(0, parts.findIndex((part) => check(value, part.schema, NO_REFERENCES, "").length === 0));
}
