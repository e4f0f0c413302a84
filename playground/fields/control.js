// What all controls have in common, and which control each kind of input gets.

import { booleanControl } from "./boolean.js";
import { choiceControl } from "./choice.js";
import { fileControl } from "./file.js";
import { jsonControl } from "./json.js";
import { isFileList, listControl } from "./list.js";
import { fileListControl } from "./filelist.js";
import { numberControl } from "./number.js";
import { objectControl } from "./object.js";
import { textControl } from "./text.js";
import { unionControl } from "./union.js";

/** @typedef {import("../schema.js").Spec} Spec */

/**
 * A part of the form that holds one value.
 *
 * @typedef {object} Control
 * @property {HTMLElement} node
 * @property {HTMLElement | null} labelled the labeled element; null for a group of several controls
 * @property {() => any} get the value; undefined if none is set. Throws an Error with a readable message if it is invalid
 * @property {(value: any) => void} set undefined empties it
 */

/**
 * Additional information for a control.
 *
 * @typedef {object} Context
 * @property {string} id of the labelled element
 * @property {string} label for controls that consist of several
 * @property {() => void} changed
 */

/**
 * @param {Spec} spec
 * @param {Context} context
 * @returns {Control}
 */
export function makeControl(spec, context) {
  switch (spec.kind) {
    case "text":
    case "secret": return textControl(spec, context);
    case "number":
    case "integer": return numberControl(spec, context);
    case "boolean": return booleanControl(spec, context);
    case "choice": return choiceControl(spec, context);
    case "file": return fileControl(spec, context);
    case "list": return isFileList(spec) ? fileListControl(spec, context) : listControl(spec, context);
    case "union": return unionControl(spec, context);
    case "object": return objectControl(spec, context);
    case "json": return jsonControl(spec, context);
  }
}
