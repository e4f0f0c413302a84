// Renders the commonly used part of Markdown as elements. HTML in it stays text.

import { button, h } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * @param {string} source
 * @returns {HTMLElement}
 */
export function markdown(source) {
  return h("div", { class: "markdown" }, blocks(source.replace(/\r\n?/g, "\n").split("\n"), 0));
}

/** Whether a text looks like Markdown. */
export function looksLikeMarkdown(/** @type {string} */ text) {
  return /(^|\n)(#{1,6} \S|```|\s?[-*] \S|\d+\. \S|> \S|\|.*\|\s*\n\s*\|?\s*:?-{3})|\*\*\S[^*\n]*\*\*|\[[^\]\n]+\]\(https?:/.test(text);
}

const NESTING_LIMIT = 12;

/**
 * @param {string[]} lines
 * @param {number} depth
 * @returns {HTMLElement[]}
 */
function blocks(lines, depth) {
  /** @type {HTMLElement[]} */
  const found = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    let match;
    if (line.trim() === "") {
      at += 1;
    } else if ((match = /^\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/.exec(line))) {
      const fence = match[1];
      const start = at + 1;
      at = start;
      while (at < lines.length && !lines[at].trim().startsWith(fence)) at += 1;
      found.push(codeBlock(lines.slice(start, at).join("\n"), match[2]));
      at += 1;
    } else if ((match = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line))) {
      // The page has its own first heading.
      const level = Math.min(6, match[1].length + 1);
      found.push(h(/** @type {"h3"} */ (`h${level}`), {}, inline(match[2])));
      at += 1;
    } else if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) {
      found.push(h("hr"));
      at += 1;
    } else if (/^\s{0,3}>/.test(line) && depth < NESTING_LIMIT) {
      const start = at;
      while (at < lines.length && /^\s{0,3}>/.test(lines[at])) at += 1;
      found.push(h("blockquote", {}, blocks(lines.slice(start, at).map((one) => one.replace(/^\s{0,3}> ?/, "")), depth + 1)));
    } else if (itemStart(line) && depth < NESTING_LIMIT) {
      at = list(lines, at, depth, found);
    } else if (line.includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("-")) {
      at = table(lines, at, found);
    } else {
      const start = at;
      at += 1;
      while (at < lines.length && lines[at].trim() !== "" && !startsBlock(lines[at])) at += 1;
      found.push(h("p", {}, inline(lines.slice(start, at).map((one) => one.trimStart()).join("\n"))));
    }
  }
  return found;
}

/** @param {string} line */
function startsBlock(line) {
  return /^\s{0,3}(#{1,6}\s|`{3,}|~{3,}|>)/.test(line) || itemStart(line) !== null;
}

/** @param {string} line */
function itemStart(line) {
  return /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/.exec(line);
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {number} depth
 * @param {HTMLElement[]} found
 */
function list(lines, at, depth, found) {
  const first = /** @type {RegExpExecArray} */ (itemStart(lines[at]));
  const indent = first[1].length;
  const isOrdered = /\d/.test(first[2]);
  const items = [];
  while (at < lines.length) {
    const item = itemStart(lines[at]);
    if (!item || item[1].length < indent || item[1].length > indent + 3 || /\d/.test(item[2]) !== isOrdered) break;
    const inside = item[0].length - item[3].length;
    const body = [item[3]];
    at += 1;
    while (at < lines.length) {
      const line = lines[at];
      const isIndented = /^\s*/.exec(line)?.[0].length ?? 0;
      if (line.trim() === "" ? !/^\s/.test(lines[at + 1] ?? "") : isIndented <= indent && (itemStart(line) || startsBlock(line))) break;
      if (line.trim() !== "" && isIndented <= indent && lines[at - 1].trim() === "") break;
      body.push(line.slice(Math.min(inside, isIndented)));
      at += 1;
    }
    while (at < lines.length && lines[at].trim() === "" && itemStart(lines[at + 1] ?? "")?.[1].length === indent) at += 1;
    const parts = blocks(body, depth + 1);
    // A single paragraph needs no space around it.
    items.push(h("li", {}, parts.length > 0 && parts[0].tagName === "P" ? [...parts[0].childNodes, ...parts.slice(1)] : parts));
  }
  const start = Number.parseInt(first[2], 10);
  found.push(isOrdered ? h("ol", { start: start === 1 ? null : start }, items) : h("ul", {}, items));
  return at;
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {HTMLElement[]} found
 */
function table(lines, at, found) {
  const cells = (/** @type {string} */ line) =>
    line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  const head = cells(lines[at]);
  at += 2;
  const rows = [];
  while (at < lines.length && lines[at].includes("|") && lines[at].trim() !== "") {
    const row = cells(lines[at]);
    rows.push(h("tr", {}, head.map((_, column) => h("td", {}, inline(row[column] ?? "")))));
    at += 1;
  }
  found.push(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, inline(cell))))), h("tbody", {}, rows))));
  return at;
}

/**
 * Code with a button that copies it.
 *
 * @param {string} code
 * @param {string} [language]
 */
export function codeBlock(code, language = "") {
  const copy = button("Copy", async () => {
    copy.textContent = (await copied(code)) ? "Copied" : "Not copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }, { class: "small copy" });
  return h("div", { class: "codeblock" }, copy,
    h("pre", { tabindex: "0", role: "region", "aria-label": language ? `Code, ${language}` : "Code" }, h("code", {}, code)));
}

/**
 * Copies a text to the clipboard; returns whether the browser allowed it.
 *
 * @param {string} text
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages served over plain HTTP have no clipboard API, but can copy a selection.
    const area = h("textarea", { value: text, class: "hidden", "aria-hidden": "true" });
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}

/** Only paragraphs up to this length are searched for marks, so that a hostile text can't keep the browser busy. */
const PARAGRAPH_LIMIT = 8000;

/** One alternative for each kind of mark within a paragraph. */
const MARKS = [
  /(?<escape>\\[\\`*_{}[\]()#+\-.!|<>~])/,
  /(?<tick>`+)(?<code>[^`][^]*?)\k<tick>(?!`)/,
  /!\[(?<alt>[^\]]*)\]\((?<source>[^)\s]+)[^)]*\)/,
  /\[(?<label>[^[\]]*)\]\((?<target>[^)\s]+)[^)]*\)/,
  /(?<url>https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]])/,
  /\*\*(?<strong>\S(?:[^*]|\*(?!\*))*?)\*\*|__(?<strong2>\S[^_]*?)__/,
  /\*(?<em>[^\s*](?:[^*]*?[^\s*])?)\*|(?<![\w])_(?<em2>[^\s_](?:[^_]*?[^\s_])?)_(?![\w])/,
  /~~(?<del>[^~]+)~~/,
  /(?<br> {2,}\n|\\\n)/,
];

/**
 * @param {string} text
 * @returns {Child[]}
 */
function inline(text) {
  if (text.length > PARAGRAPH_LIMIT) return [text];
  const pattern = new RegExp(MARKS.map((mark) => mark.source).join("|"), "g");
  /** @type {Child[]} */
  const found = [];
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    const start = match.index ?? 0;
    if (start > last) found.push(text.slice(last, start));
    last = start + match[0].length;
    found.push(mark(match[0], match.groups ?? {}));
  }
  if (last < text.length) found.push(text.slice(last));
  return found;
}

/**
 * @param {string} whole
 * @param {Record<string, string>} groups
 * @returns {Child}
 */
function mark(whole, groups) {
  const outward = { rel: "noopener noreferrer nofollow", target: "_blank" };
  if (groups.escape) return groups.escape.slice(1);
  if (groups.code !== undefined) return h("code", {}, groups.code.trim());
  // An image from another host would cause a request that nobody asked for, so only its URL is shown.
  if (groups.source) return h("a", { href: safe(groups.source), ...outward }, groups.alt || groups.source);
  if (groups.target) return h("a", { href: safe(groups.target), ...outward }, inline(groups.label));
  if (groups.url) return h("a", { href: groups.url, ...outward }, groups.url);
  const strong = groups.strong ?? groups.strong2;
  if (strong) return h("strong", {}, inline(strong));
  const emphasis = groups.em ?? groups.em2;
  if (emphasis) return h("em", {}, inline(emphasis));
  if (groups.del) return h("del", {}, inline(groups.del));
  if (groups.br) return h("br");
  return whole;
}

/** @param {string} address */
function safe(address) {
  return /^(https?:|mailto:|#)/i.test(address) ? address : null;
}
