// An output of any shape. Each part gets the most suitable view.

import { button, fill, h } from "../dom.js";
import { isRecord } from "../schema.js";
import { isFile, isImage } from "./kinds.js";
import { grid } from "./images.js";
import { mediumView } from "./medium.js";
import { isTabular, tableView } from "./table.js";
import { TextView } from "./textview.js";
import { tree } from "./tree.js";

/** How many items are drawn at a time. */
const PAGE = 100;
/** Texts of at least this length get their own view with tools. */
const SHORT = 200;

/**
 * @param {any} value
 * @param {string} [label] its name within the output
 * @param {(string | null)[]} [inputs] images of the input, shown next to a single image
 * @returns {HTMLElement}
 */
export function valueView(value, label = "Output", inputs = []) {
  if (isImage(value)) return grid([value], label, inputs);
  if (isFile(value)) return mediumView(value, label);
  if (typeof value === "string") return textOf(value, label);
  if (Array.isArray(value)) return listView(value, label, inputs);
  if (isRecord(value)) return recordView(value, label, inputs);
  return h("code", { class: "scalar" }, JSON.stringify(value) ?? "nothing");
}

/**
 * @param {string} text
 * @param {string} label
 */
function textOf(text, label) {
  if (text.length < SHORT && !text.includes("\n")) return h("p", { class: "short" }, text === "" ? h("em", {}, "empty text") : text);
  const view = new TextView({ formats: true, label });
  view.append(text);
  view.finish();
  return view.node;
}

/**
 * @param {any[]} values
 * @param {string} label
 * @param {(string | null)[]} inputs
 */
function listView(values, label, inputs) {
  if (values.length === 0) return h("p", { class: "short" }, h("em", {}, "empty list"));
  if (values.every(isImage)) return paged(values, (part, from) => grid(part, label, values.length === 1 ? inputs : [], from));
  if (isTabular(values)) return withTree(values, label, tableView(values, label));
  if (hasFiles(values) || values.some((value) => typeof value === "string")) {
    return paged(values, (part, from) => h("ol", { class: "values", start: from + 1 },
      part.map((value, index) => h("li", {}, valueView(value, `${label} ${from + index + 1}`)))));
  }
  return tree(values, label);
}

/**
 * @param {Record<string, any>} value
 * @param {string} label
 * @param {(string | null)[]} inputs
 */
function recordView(value, label, inputs) {
  if (!hasFiles(value) && !hasLongText(value)) return tree(value, label);
  return h("dl", { class: "record" }, Object.entries(value).slice(0, PAGE).flatMap(([name, part]) =>
    [h("dt", {}, name), h("dd", {}, valueView(part, name, inputs))]));
}

/**
 * A list in pages: as much as fits, and a button for more.
 *
 * @param {any[]} values
 * @param {(part: any[], from: number) => HTMLElement} draw
 */
export function paged(values, draw) {
  let shown = Math.min(PAGE, values.length);
  const place = h("div", {}, draw(values.slice(0, shown), 0));
  const more = button("", () => {
    place.append(draw(values.slice(shown, shown + PAGE), shown));
    shown = Math.min(shown + PAGE, values.length);
    label();
  });
  const rest = h("p", { class: "more" }, more);
  const label = () => {
    more.textContent = `Show ${Math.min(PAGE, values.length - shown)} more of ${values.length - shown}`;
    rest.hidden = shown >= values.length;
  };
  label();
  return h("div", {}, place, rest);
}

/**
 * A view that can be switched to a tree.
 *
 * @param {any} value
 * @param {string} label
 * @param {HTMLElement} first
 */
function withTree(value, label, first) {
  const place = h("div", {}, first);
  const toggle = button("As a tree", () => {
    const isTree = toggle.getAttribute("aria-pressed") === "true";
    toggle.setAttribute("aria-pressed", String(!isTree));
    fill(place, isTree ? first : tree(value, label));
  }, { class: "small", "aria-pressed": "false" });
  return h("div", {}, h("div", { class: "tools" }, toggle), place);
}

/**
 * Whether there are files at any depth.
 *
 * @param {any} value
 * @param {number} [depth]
 * @returns {boolean}
 */
export function hasFiles(value, depth = 0) {
  if (depth > 30) return false;
  if (typeof value === "string") return isFile(value);
  if (Array.isArray(value)) return value.some((part) => hasFiles(part, depth + 1));
  return isRecord(value) && Object.values(value).some((part) => hasFiles(part, depth + 1));
}

/** @param {Record<string, any>} value */
function hasLongText(value) {
  return Object.values(value).some((part) => typeof part === "string" && (part.length >= SHORT || part.includes("\n")));
}
