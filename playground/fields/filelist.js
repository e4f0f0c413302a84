import { button, fill, h } from "../dom.js";
import { FileValue } from "../files.js";
import { dropZone, previewOf } from "./file.js";
import { sourceButtons } from "./sources.js";

/**
 * Several files.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function fileListControl(spec, context) {
  const accept = spec.item?.accept ?? "";
  /** @type {(FileValue | string)[]} */
  let values = [];
  let isSet = false;
  const list = h("ol", { class: "items" });
  const changed = () => {
    isSet = true;
    show();
    context.changed();
  };
  const take = (/** @type {(FileValue | string)[]} */ files) => {
    values.push(...files);
    changed();
  };
  const show = () => fill(list, values.map((value, index) => h("li", { class: "row" },
    h("div", { class: "grow" }, previewOf(value, `${context.label}, file ${index + 1}`)),
    index > 0 && button("↑", () => {
      values.splice(index - 1, 0, ...values.splice(index, 1));
      changed();
    }, { class: "small", "aria-label": `Move file ${index + 1} up` }),
    button("×", () => {
      values.splice(index, 1);
      changed();
      picker.focus();
    }, { class: "small", "aria-label": `Remove file ${index + 1}` }))));
  const picker = h("input", {
    id: context.id, type: "file", multiple: true, accept: accept || null,
    onchange() {
      take([...(picker.files ?? [])].map((file) => new FileValue(file, file.name)));
      picker.value = "";
    },
  });
  const address = h("input", { type: "url", placeholder: "or an address: https://…", "aria-label": `${context.label}: address`, autocomplete: "off" });
  const add = button("Add", () => {
    if (address.value.trim()) take([address.value.trim()]);
    address.value = "";
  }, { "aria-label": `Add the address to ${context.label}` });
  return {
    node: dropZone(take, h("div", { class: "row" }, picker, sourceButtons(accept, context.label, take)),
      h("div", { class: "row" }, address, add), list),
    labelled: picker,
    get: () => (isSet ? [...values] : undefined),
    set(given) {
      isSet = Array.isArray(given);
      values = isSet ? given.filter((/** @type {any} */ one) => one instanceof FileValue || typeof one === "string") : [];
      show();
    },
  };
}
