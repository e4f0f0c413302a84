// The body of a request that starts a prediction.

import { FileValue, bytesText, mapFiles, withDataURLs } from "../files.js";

/**
 * A body as it is sent, and as it is shown.
 *
 * @typedef {{sent: string | FormData, headers: Record<string, string>, shown: string}} Body
 */

/**
 * A form if the server accepts files that way, so neither side needs to hold them as text; otherwise JSON.
 *
 * @param {import("../schema.js").ModelDocument} model
 * @param {string} id
 * @param {Record<string, any>} input with files as FileValues
 * @param {string} [webhook] where updates about the prediction are sent
 * @returns {Promise<Body>}
 */
export async function bodyOf(model, id, input, webhook) {
  const envelope = { id, ...(webhook && { webhook }) };
  const files = Object.entries(input).filter(([name, value]) => model.fileFields.has(name) && isFile(value));
  if (files.length === 0) {
    const sent = JSON.stringify({ ...envelope, input: await withDataURLs(input) });
    return { sent, headers: { "content-type": "application/json" }, shown: sent };
  }
  const names = new Set(files.map(([name]) => name));
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !names.has(name)));
  const json = JSON.stringify(await withDataURLs(rest));
  const form = new FormData();
  for (const [name, value] of Object.entries(envelope)) form.append(name, value);
  form.append("input", json);
  for (const [name, value] of files) {
    for (const part of Array.isArray(value) ? value : [value]) {
      if (part instanceof FileValue) form.append(name, part.blob, part.name);
      else form.append(name, part);
    }
  }
  const shown = JSON.stringify(mapFiles({ ...envelope, input: rest, ...Object.fromEntries(files) },
    (file) => `${file.name} (${file.type}, ${bytesText(file.blob.size)})`));
  // The browser sets the boundary.
  return { sent: form, headers: {}, shown };
}

/**
 * A file, or a list of files and addresses.
 *
 * @param {any} value
 */
function isFile(value) {
  if (!Array.isArray(value)) return value instanceof FileValue;
  return value.some((part) => part instanceof FileValue) && value.every((part) => part instanceof FileValue || typeof part === "string");
}
