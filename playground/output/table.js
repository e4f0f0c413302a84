import { h } from "../dom.js";
import { isRecord } from "../schema.js";
import { paged } from "./value.js";
import { text } from "../check.js";

const COLUMN_LIMIT = 30;

/**
 * Whether a list reads best as a table: records of plain values, most of which have the same names.
 *
 * @param {any[]} values
 */
export function isTabular(values) {
  if (values.length === 0 || !values.every(isRecord)) return false;
  const columns = columnsOf(values.slice(0, 200));
  return columns.length > 0 && columns.length <= COLUMN_LIMIT && values.slice(0, 200).every((row) =>
    Object.keys(row).length * 2 >= columns.length && Object.values(row).every((cell) => isPlain(cell)));
}

/**
 * @param {Record<string, any>[]} rows
 * @param {string} label
 */
export function tableView(rows, label) {
  const columns = columnsOf(rows.slice(0, 1000));
  return paged(rows, (part) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${label}, table` },
    h("table", {}, h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
      h("tbody", {}, part.map((row) => h("tr", {}, columns.map((column) => {
        const cell = row[column];
        return h("td", { class: typeof cell === "number" ? "number" : null }, cell === undefined ? "" : typeof cell === "string" ? cell : text(cell));
      })))))));
}

/** @param {Record<string, any>[]} rows */
function columnsOf(rows) {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

/** @param {any} cell */
function isPlain(cell) {
  if (typeof cell === "string") return cell.length < 500 && !cell.startsWith("data:");
  return typeof cell !== "object" || cell === null || text(cell).length < 80;
}
