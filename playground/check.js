// Checks an input as the server does, in the server's words.

import { isRecord } from "./schema.js";
import { FileValue } from "./files.js";

/** @typedef {{path: string, message: string}} Problem */
/** @typedef {import("./schema.js").ModelDocument} ModelDocument */
/** @typedef {import("./schema.js").Schema} Schema */

/** A message shows only the beginning of a longer value. */
const VALUE_LIMIT = 200;

/**
 * What the server would say about a value.
 *
 * @param {any} value
 * @param {any} written its schema
 * @param {ModelDocument} model
 * @param {string} path the position of the value in the input
 * @returns {Problem[]}
 */
export function check(value, written, model, path) {
  if (value instanceof FileValue) return [];
  const schema = model.resolved(written);
  if (value === null && (schema.nullable === true || (Array.isArray(schema.type) && schema.type.includes("null")))) return [];
  /** @type {Problem[]} */
  const problems = [];
  const fail = (/** @type {string} */ message) => problems.push({ path, message });
  const accepts = (/** @type {any} */ part) => check(value, part, model, path).length === 0;
  for (const part of schema.allOf ?? []) problems.push(...check(value, part, model, path));
  if (schema.anyOf && !schema.anyOf.some(accepts)) {
    fail(`${shown(value)} is not valid under any of the schemas listed in the 'anyOf' keyword`);
  }
  if ("const" in schema && text(value) !== text(schema.const)) fail(`${text(schema.const)} was expected`);
  if (Array.isArray(schema.enum) && !schema.enum.some((choice) => text(choice) === text(value))) {
    fail(`${shown(value)} is not one of ${text(schema.enum)}`);
  }
  if (typeof value === "number") checkNumber(value, schema, fail);
  if (typeof value === "string") checkText(value, schema, fail);
  if (Array.isArray(value)) problems.push(...checkList(value, schema, model, path, fail));
  else if (isRecord(value)) problems.push(...checkObject(value, schema, model, path, fail));
  if (schema.oneOf) {
    const count = schema.oneOf.filter(accepts).length;
    if (count === 0) fail(`${shown(value)} is not valid under any of the schemas listed in the 'oneOf' keyword`);
    if (count > 1) fail(`${shown(value)} is valid under more than one of the schemas listed in the 'oneOf' keyword`);
  }
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => hasType(value, type))) {
    const names = types.map((type) => `"${type}"`).join(", ");
    fail(`${shown(value)} is not of type${types.length > 1 ? "s" : ""} ${names}`);
  }
  return problems;
}

/**
 * @param {number} value
 * @param {Schema} schema
 * @param {(message: string) => void} fail
 */
function checkNumber(value, schema, fail) {
  if (value >= schema.exclusiveMaximum) {
    fail(`${value} is greater than or equal to the maximum of ${schema.exclusiveMaximum}`);
  }
  if (value <= schema.exclusiveMinimum) fail(`${value} is less than or equal to the minimum of ${schema.exclusiveMinimum}`);
  if (value > schema.maximum) fail(`${value} is greater than the maximum of ${schema.maximum}`);
  if (value < schema.minimum) fail(`${value} is less than the minimum of ${schema.minimum}`);
  if (schema.multipleOf > 0) {
    // 0.3 / 0.1 is not quite 3.
    const quotient = value / schema.multipleOf;
    if (Math.abs(quotient - Math.round(quotient)) > 4 * Number.EPSILON * Math.abs(quotient)) {
      fail(`${value} is not a multiple of ${schema.multipleOf}`);
    }
  }
}

/**
 * @param {string} value
 * @param {Schema} schema
 * @param {(message: string) => void} fail
 */
function checkText(value, schema, fail) {
  const { minLength, maxLength, pattern } = schema;
  if (minLength !== undefined || maxLength !== undefined) {
    const length = codePoints(value);
    if (length > maxLength) fail(`${shown(value)} is longer than ${maxLength} character${maxLength === 1 ? "" : "s"}`);
    if (length < minLength) fail(`${shown(value)} is shorter than ${minLength} character${minLength === 1 ? "" : "s"}`);
  }
  if (typeof pattern === "string" && !matches(value, pattern)) fail(`${shown(value)} does not match "${pattern}"`);
}

/**
 * @param {any[]} value
 * @param {Schema} schema
 * @param {ModelDocument} model
 * @param {string} path
 * @param {(message: string) => void} fail
 */
function checkList(value, schema, model, path, fail) {
  const { items, minItems, maxItems } = schema;
  const problems = items ? value.flatMap((item, index) => check(item, items, model, `${path}/${index}`)) : [];
  if (value.length > maxItems) fail(`${shown(value)} has more than ${maxItems} item${maxItems === 1 ? "" : "s"}`);
  if (value.length < minItems) fail(`${shown(value)} has less than ${minItems} item${minItems === 1 ? "" : "s"}`);
  return problems;
}

/**
 * @param {Record<string, any>} value
 * @param {Schema} schema
 * @param {ModelDocument} model
 * @param {string} path
 * @param {(message: string) => void} fail
 */
function checkObject(value, schema, model, path, fail) {
  const problems = [];
  for (const [name, member] of Object.entries(value)) {
    const known = isRecord(schema.properties) && Object.hasOwn(schema.properties, name);
    const part = known ? schema.properties[name] : schema.additionalProperties;
    if (part === false) fail(`Additional properties are not allowed ('${name}' was unexpected)`);
    else if (isRecord(part)) problems.push(...check(member, part, model, `${path}/${name}`));
  }
  for (const name of schema.required ?? []) if (!(name in value)) fail(`"${name}" is a required property`);
  return problems;
}

/**
 * @param {any} value
 * @param {string} type
 */
function hasType(value, type) {
  switch (type) {
    case "null": return value === null;
    case "integer": return Number.isInteger(value);
    case "array": return Array.isArray(value);
    case "object": return isRecord(value);
    default: return typeof value === type;
  }
}

/** @param {string} value */
function codePoints(value) {
  let count = 0;
  for (let index = 0; index < value.length; index += 1) if ((value.charCodeAt(index) & 0xfc00) !== 0xdc00) count += 1;
  return count;
}

/**
 * @param {string} value
 * @param {string} pattern
 */
function matches(value, pattern) {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true; // The server supports more expressions than the browser, and will report a mismatch.
  }
}

/** @param {any} value */
function shown(value) {
  const all = text(value);
  return all.length > VALUE_LIMIT ? `${all.slice(0, VALUE_LIMIT)}…` : all;
}

/**
 * A value in the form of the server's messages: compact, with sorted keys.
 *
 * @param {any} value
 * @returns {string}
 */
export function text(value) {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof FileValue) return part.name;
    if (!isRecord(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }) ?? "null";
}
