// Distinguishes files from plain text in an output.

import { guessedType } from "../fields/file.js";
import { typeOfDataURL } from "../files.js";

/**
 * The media type of a file in an output; empty if it isn't known.
 *
 * @param {string} url
 */
export function typeOf(url) {
  return typeOfDataURL(url) || guessedType(url);
}

/**
 * Whether a value is a file: a data URL, or just a URL.
 *
 * @param {any} value
 * @returns {value is string}
 */
export function isFile(value) {
  return typeof value === "string" && (/^data:[a-z0-9.+-]*\/?[a-z0-9.+-]*[;,]/i.test(value.slice(0, 200)) || isAddress(value));
}

/** @param {string} value */
export function isAddress(value) {
  return value.length < 4096 && /^https?:\/\/\S+$/i.test(value);
}

/**
 * @param {any} value
 * @returns {value is string}
 */
export function isImage(value) {
  return isFile(value) && typeOf(value).startsWith("image/");
}
