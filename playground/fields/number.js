import { button, h } from "../dom.js";

/** Names of seeds, which people want to be a different number each time. */
const SEED = /(^|_)seed$/i;
const SEED_LIMIT = 2 ** 31 - 1;

/**
 * A number, with a slider if both limits are known.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function numberControl(spec, context) {
  const { minimum, maximum, multipleOf } = spec.schema;
  const hasRange = Number.isFinite(minimum) && Number.isFinite(maximum) && maximum > minimum;
  const isInteger = spec.kind === "integer";
  const input = h("input", {
    id: context.id, type: "number", min: minimum, max: maximum, step: isInteger ? multipleOf ?? 1 : "any",
    inputmode: isInteger && minimum >= 0 ? "numeric" : "decimal", autocomplete: "off",
    oninput() {
      show();
      context.changed();
    },
  });
  const step = multipleOf ?? (isInteger ? Math.max(1, Math.floor((maximum - minimum) / 1000)) : (maximum - minimum) / 100);
  const slider = hasRange && h("input", {
    type: "range", min: minimum, max: maximum, step, "aria-label": `${context.label}, slider`,
    oninput(/** @type {Event} */ event) {
      input.value = String(rounded(Number(/** @type {HTMLInputElement} */ (event.target).value)));
      context.changed();
    },
  });
  const show = () => {
    if (slider) slider.value = input.value === "" ? String(minimum) : input.value;
  };
  const dice = isInteger && SEED.test(spec.name) && button("Random", () => {
    const low = Math.max(minimum ?? 0, -SEED_LIMIT);
    input.value = String(low + Math.floor(Math.random() * (Math.min(maximum ?? SEED_LIMIT, SEED_LIMIT) - low + 1)));
    show();
    context.changed();
  });
  show();
  return {
    node: h("div", { class: "row" }, slider, input, dice),
    labelled: input,
    get() {
      if (input.validity.badInput) throw new Error("This is not a number.");
      return input.value === "" ? undefined : Number(input.value);
    },
    set(value) {
      input.value = typeof value === "number" ? String(value) : "";
      show();
    },
  };
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(12));
}
