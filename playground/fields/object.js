import { freshID, h } from "../dom.js";
import { isRecord } from "../schema.js";
import { makeControl } from "./control.js";

/**
 * A record, with a control for each member.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function objectControl(spec, context) {
  const members = spec.parts.map((part) => {
    const id = freshID();
    const control = makeControl(part, { id, label: `${context.label}: ${part.title}`, changed: context.changed });
    const star = part.required ? " *" : "";
    const label = control.labelled ? h("label", { for: id }, part.title, star) : h("span", { class: "label" }, part.title, star);
    return { part, control, node: h("div", { class: "member" }, label, control.node) };
  });
  const node = h("div", { class: "members", role: "group", "aria-label": context.label }, members.map(({ node }) => node));
  return {
    node,
    labelled: null,
    get() {
      /** @type {Record<string, any>} */
      const value = {};
      let isTouched = spec.required;
      for (const { part, control } of members) {
        const member = control.get();
        if (member === undefined) continue;
        value[part.name] = member;
        isTouched ||= JSON.stringify(member) !== JSON.stringify(part.default);
      }
      return isTouched ? value : undefined;
    },
    set(value) {
      for (const { part, control } of members) {
        control.set(isRecord(value) && part.name in value ? value[part.name] : part.default);
      }
    },
  };
}
