import { h } from "../dom.js";

/** A text longer than this, or with line breaks, needs more than one line. */
const LINE_LIMIT = 60;
/** Names of inputs that usually hold long texts. */
const LONG = /prompt|text|content|message|document|body|question|caption|lyrics|code|description|system/i;

/**
 * A text, long or short, or a secret.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function textControl(spec, context) {
  const isSecret = spec.kind === "secret";
  const isItem = spec.name === "";
  const usual = typeof spec.default === "string" ? spec.default : "";
  const isLong = !isSecret && (LONG.test(spec.name) || usual.length > LINE_LIMIT || usual.includes("\n") || isItem);
  // Erasing a text leaves an empty one; an untouched input is left out.
  let isSet = false;
  const changed = () => {
    isSet = true;
    grow();
    context.changed();
  };
  const input = isLong
    ? h("textarea", { id: context.id, rows: isItem ? 1 : 2, spellcheck: "true", oninput: changed })
    : h("input", {
        id: context.id, type: isSecret ? "password" : "text", autocomplete: isSecret ? "new-password" : "off",
        spellcheck: isSecret ? "false" : null, oninput: changed,
      });
  const grow = () => {
    if (input instanceof HTMLTextAreaElement) {
      input.rows = Math.min(14, Math.max(isItem ? 1 : 2, Math.ceil(input.value.length / 70), input.value.split("\n").length));
    }
  };
  return {
    node: input,
    labelled: input,
    get: () => (isSet ? input.value : undefined),
    set(value) {
      isSet = typeof value === "string";
      input.value = isSet ? value : "";
      grow();
    },
  };
}
