import { button, h } from "../dom.js";
import { blobOfDataURL, bytesText, ending } from "../files.js";
import { download } from "./download.js";
import { fileName } from "./images.js";
import { isAddress, typeOf } from "./kinds.js";
import { tableView } from "./table.js";
import { TextView } from "./textview.js";
import { tree } from "./tree.js";

/** The contents of a text file up to this size are shown. */
const TEXT_LIMIT = 1 << 20;

/**
 * An output file that isn't an image: played, shown, or offered as a download.
 *
 * @param {string} url
 * @param {string} label
 */
export function mediumView(url, label) {
  const type = typeOf(url);
  const blob = isAddress(url) ? null : blobOfDataURL(url);
  if (!isAddress(url) && !blob) return h("p", { class: "short" }, url.slice(0, 1000));
  const source = blob ? URL.createObjectURL(blob) : url;
  const place = h("div", { class: "medium" });
  if (type.startsWith("audio/")) place.append(h("audio", { src: source, controls: true, "aria-label": label }));
  else if (type.startsWith("video/")) place.append(h("video", { src: source, controls: true, "aria-label": label }));
  else if (blob && blob.size <= TEXT_LIMIT && isText(type)) void showText(place, blob, type, label);
  place.append(blob
    ? h("p", { class: "file" }, button(`Save ${label} (${type}, ${bytesText(blob.size)})`, () => download(blob, `${fileName(label)}.${ending(type)}`)))
    : h("p", { class: "file" }, h("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, url)));
  return place;
}

/** @param {string} type */
function isText(type) {
  return type === "text/plain" || type === "text/csv" || type === "text/markdown" || type === "application/json" || type.endsWith("+json");
}

/**
 * @param {HTMLElement} place
 * @param {Blob} blob
 * @param {string} type
 * @param {string} label
 */
async function showText(place, blob, type, label) {
  const text = await blob.text();
  if (type.endsWith("json")) {
    try {
      place.prepend(tree(JSON.parse(text), label));
      return;
    } catch {
      // It isn't the JSON that it claims to be, so it is shown as text.
    }
  }
  const rows = type === "text/csv" ? csv(text) : [];
  if (rows.length > 1) {
    const [names, ...values] = rows;
    place.prepend(tableView(values.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ""]))), label));
    return;
  }
  const view = new TextView({ formats: true, label });
  view.append(text);
  view.finish();
  place.prepend(view.node);
}

/**
 * The rows of a text of comma-separated values (RFC 4180).
 *
 * @param {string} text
 * @returns {string[][]}
 */
export function csv(text) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (match[0] === "" && row.length === 0) break;
    row.push(match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2]);
    if (match[3] === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
