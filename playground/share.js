// Inputs in the page's URL, for sharing a link. The URL never contains secrets or files.

import { FileValue } from "./files.js";
import { isRecord } from "./schema.js";

const KEY = "input=";
/** Longer URLs break in emails and chats. */
const LIMIT = 8000;

/**
 * The fragment for an input.
 *
 * @param {Record<string, any>} input
 * @param {string[]} secrets names of inputs that are left out
 */
export function fragment(input, secrets) {
  /** @type {Record<string, any>} */
  const shared = {};
  for (const [name, value] of Object.entries(input)) {
    if (secrets.includes(name) || holdsFile(value)) continue;
    shared[name] = value;
  }
  const text = `#${KEY}${encodeURIComponent(JSON.stringify(shared))}`;
  return Object.keys(shared).length === 0 || text.length > LIMIT ? "" : text;
}

/**
 * The input in a URL; null if there is none.
 *
 * @param {string} hash
 * @param {string[]} secrets
 * @returns {Record<string, any> | null}
 */
export function inputOf(hash, secrets) {
  const start = hash.indexOf(KEY);
  if (start < 0) return null;
  try {
    const input = JSON.parse(decodeURIComponent(hash.slice(start + KEY.length)));
    if (!isRecord(input)) return null;
    return Object.fromEntries(Object.entries(input).filter(([name]) => !secrets.includes(name)));
  } catch {
    return null; // Another fragment, or an incomplete link.
  }
}

/**
 * @param {any} value
 * @returns {boolean}
 */
function holdsFile(value) {
  if (value instanceof FileValue) return true;
  if (typeof value === "string") return value.startsWith("data:") && value.length > 1000;
  if (Array.isArray(value)) return value.some(holdsFile);
  return isRecord(value) && Object.values(value).some(holdsFile);
}
