import { button, h } from "../dom.js";
import { copied } from "../markdown.js";
import { isRecord } from "../schema.js";

/** How many members are drawn at a time. */
const PAGE = 100;
/** An object with fewer members is unfolded from the start. */
const SMALL = 20;
const TEXT_LIMIT = 2000;

/**
 * JSON as a tree. Branches are made when they are unfolded.
 *
 * @param {any} value
 * @param {string} label
 */
export function tree(value, label) {
  const copy = button("Copy JSON", async () => {
    copy.textContent = (await copied(JSON.stringify(value, null, 2))) ? "Copied" : "Not copied";
    setTimeout(() => (copy.textContent = "Copy JSON"), 1500);
  }, { class: "small" });
  return h("div", { class: "tree", role: "group", "aria-label": label }, h("div", { class: "tools" }, copy), branch(null, value, 0));
}

/**
 * @param {string | null} name
 * @param {any} value
 * @param {number} depth
 * @returns {HTMLElement}
 */
function branch(name, value, depth) {
  const key = name === null ? null : [h("span", { class: "key" }, name), ": "];
  if (!Array.isArray(value) && !isRecord(value)) return h("div", { class: "leaf" }, key, leaf(value));
  const members = Object.entries(value);
  const size = Array.isArray(value) ? `[${members.length}]` : `{${members.length}}`;
  if (members.length === 0) return h("div", { class: "leaf" }, key, Array.isArray(value) ? "[]" : "{}");
  const place = h("div", { class: "branch" });
  let drawn = 0;
  const more = button("", () => draw(), { class: "small" });
  const draw = () => {
    more.remove();
    place.append(...members.slice(drawn, drawn + PAGE).map(([one, part]) => branch(one, part, depth + 1)));
    drawn = Math.min(members.length, drawn + PAGE);
    if (drawn < members.length) {
      more.textContent = `${members.length - drawn} more`;
      place.append(more);
    }
  };
  const isOpen = depth === 0 || (depth < 3 && members.length <= SMALL);
  if (isOpen) draw();
  return h("details", {
    open: isOpen,
    ontoggle() {
      if (drawn === 0) draw();
    },
  }, h("summary", {}, key, h("span", { class: "size" }, size)), place);
}

/** @param {any} value */
function leaf(value) {
  if (typeof value !== "string") return h("span", { class: "scalar" }, String(value));
  const text = JSON.stringify(value);
  return h("span", { class: "string" }, text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}… (${value.length} characters)` : text);
}
