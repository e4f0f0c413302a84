// Values as the source of other languages. Files and secrets become expressions.

import { FileValue } from "../files.js";
import { isRecord } from "../schema.js";

/** A secret in an input; code reads it from the environment. */
export class SecretValue {
  /** @param {string} name of the input */
  constructor(name) {
    this.variable = name.toUpperCase().replace(/[^A-Z0-9]+/g, "_").replace(/^(?=[0-9])/, "_");
  }
}

/**
 * A language's syntax for values, including those without a JSON literal.
 *
 * @typedef {object} Language
 * @property {(value: string) => string} text
 * @property {(value: boolean | null) => string} word
 * @property {(file: FileValue) => string} file
 * @property {(secret: SecretValue) => string} secret
 */

/** @type {Language} */
export const PYTHON = {
  // Python has the same escapes as JSON.
  text: (value) => JSON.stringify(value),
  word: (value) => (value === null ? "None" : value ? "True" : "False"),
  file: (file) => `data_url(${JSON.stringify(file.name)}, ${JSON.stringify(file.type)})`,
  secret: ({ variable }) => `os.environ[${JSON.stringify(variable)}]`,
};

/** @type {Language} */
export const JAVASCRIPT = {
  text: (value) => JSON.stringify(value),
  word: (value) => String(value),
  file: (file) => `await dataURL(${JSON.stringify(file.name)}, ${JSON.stringify(file.type)})`,
  secret: ({ variable }) => `process.env.${variable}`,
};

/**
 * JSON in a shell's here-document, which replaces `$…` and backquotes.
 *
 * @type {Language}
 */
export const SHELL_JSON = {
  text: (value) => JSON.stringify(value).replace(/[\\$`]/g, "\\$&"),
  word: (value) => String(value),
  file: (file) => `"data:${file.type};base64,$(base64 -w0 ${shellWord(fileArgument(file.name))})"`,
  secret: ({ variable }) => `"$${variable}"`,
};

/**
 * A value as the source of a language.
 *
 * @param {any} value
 * @param {Language} language
 * @param {number} [depth] the indentation of its first line
 * @returns {string}
 */
export function literal(value, language, depth = 0) {
  if (value instanceof FileValue) return language.file(value);
  if (value instanceof SecretValue) return language.secret(value);
  if (typeof value === "string") return language.text(value);
  if (typeof value === "number") return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((part) => literal(part, language, depth + 1)).join(", ")}]`;
  }
  if (isRecord(value)) {
    const members = Object.entries(value);
    if (members.length === 0) return "{}";
    const space = "    ".repeat(depth + 1);
    const lines = members.map(([name, part]) => `${space}${language.text(name)}: ${literal(part, language, depth + 1)}`);
    return `{\n${lines.join(",\n")}\n${"    ".repeat(depth)}}`;
  }
  return language.word(value ?? null);
}

/**
 * Whether a value contains an instance of a class.
 *
 * @param {any} value
 * @param {typeof FileValue | typeof SecretValue} kind
 * @returns {boolean}
 */
export function holds(value, kind) {
  if (value instanceof kind) return true;
  if (Array.isArray(value)) return value.some((part) => holds(part, kind));
  return isRecord(value) && Object.values(value).some((part) => holds(part, kind));
}

/**
 * A word of a POSIX shell.
 *
 * @param {string} text
 */
export function shellWord(text) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A file's name as an argument: a name that begins with a dash would be taken for an option.
 *
 * @param {string} name
 */
export function fileArgument(name) {
  return name.startsWith("-") ? `./${name}` : name;
}
