import { button, freshID, h } from "../dom.js";
import { makeControl } from "./control.js";

/** @param {import("../schema.js").Spec} spec */
export function isFileList(spec) {
  return spec.kind === "list" && spec.item?.kind === "file";
}

/** More rows would be unusable. */
const ROW_LIMIT = 200;

/**
 * A list: a row for each item, which can be added, moved, and removed.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function listControl(spec, context) {
  const item = /** @type {import("../schema.js").Spec} */ (spec.item);
  /** @typedef {{control: import("./control.js").Control, node: HTMLElement}} Row */
  /** @type {Row[]} */
  let rows = [];
  /** @type {any[]} Items without rows. */
  let rest = [];
  let isSet = false;
  const list = h("ol", { class: "items" });
  const note = h("p", { class: "hint" });
  const touched = () => {
    isSet = true;
    context.changed();
  };
  const add = (/** @type {any} */ value) => {
    const label = () => `${context.label}, item ${rows.findIndex((other) => other.node === node) + 1}`;
    const control = makeControl(item, { id: freshID(), label: `${context.label}, item ${rows.length + 1}`, changed: touched });
    const move = (/** @type {number} */ by) => {
      const at = rows.findIndex((row) => row.node === node);
      const other = rows[at + by];
      if (!other) return;
      rows[at + by] = rows[at];
      rows[at] = other;
      if (by < 0) other.node.before(node);
      else other.node.after(node);
      relabel();
      touched();
    };
    const remove = () => {
      const at = rows.findIndex((row) => row.node === node);
      rows.splice(at, 1);
      node.remove();
      const next = rows[Math.min(at, rows.length - 1)];
      (next?.control.labelled ?? adder).focus();
      relabel();
      touched();
    };
    const node = h("li", { class: "row" }, h("div", { class: "grow" }, control.node),
      button("↑", () => move(-1), { class: "small" }), button("↓", () => move(1), { class: "small" }),
      button("×", remove, { class: "small" }));
    control.set(value);
    rows.push({ control, node });
    list.append(node);
    control.labelled?.setAttribute("aria-label", label());
    return control;
  };
  const relabel = () => rows.forEach(({ control, node }, index) => {
    control.labelled?.setAttribute("aria-label", `${context.label}, item ${index + 1}`);
    const [up, down, remove] = [...node.children].slice(-3);
    up.setAttribute("aria-label", `Move item ${index + 1} up`);
    down.setAttribute("aria-label", `Move item ${index + 1} down`);
    remove.setAttribute("aria-label", `Remove item ${index + 1}`);
  });
  const adder = button("Add an item", () => {
    const control = add(item.default);
    relabel();
    control.labelled?.focus();
    touched();
  });
  return {
    node: h("div", { role: "group", "aria-label": context.label }, list, note, adder),
    labelled: null,
    get() {
      if (!isSet) return undefined;
      const emptyItem = item.kind === "text" ? "" : null;
      return [...rows.map(({ control }) => control.get() ?? emptyItem), ...rest];
    },
    set(value) {
      isSet = Array.isArray(value);
      rows = [];
      list.replaceChildren();
      const values = isSet ? value : [];
      for (const one of values.slice(0, ROW_LIMIT)) add(one);
      rest = values.slice(ROW_LIMIT);
      note.textContent = rest.length > 0 ? `${rest.length} more items are kept as they are.` : "";
      relabel();
    },
  };
}
