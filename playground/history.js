// The last runs, kept by this browser alone.

import { base } from "./run/server.js";
import { FileValue, mapFiles } from "./files.js";

const LIMIT = 50;
/** Larger parts aren't kept. */
const VALUE_LIMIT = 1 << 20;
const TEXT_LIMIT = 200_000;

/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} model the URL of the server
 * @property {number} at
 * @property {string} status
 * @property {string} error
 * @property {Record<string, any>} input without secrets; files as Blobs with names
 * @property {any} output undefined if it was too large
 * @property {boolean} isCut whether it was
 * @property {string} logs
 * @property {Record<string, any>} metrics
 * @property {Record<string, any>} times
 * @property {number} milliseconds
 */

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("cog-runs", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("runs", { keyPath: "id" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

/**
 * @template T
 * @param {"readonly" | "readwrite"} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} use
 * @returns {Promise<T>}
 */
async function within(mode, use) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const request = use(database.transaction("runs", mode).objectStore("runs"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<Entry[]>} the runs of this model, the latest first */
export async function entries() {
  const all = /** @type {Entry[]} */ (await within("readonly", (store) => store.getAll()));
  return all.filter(({ model }) => model === base.href).sort((a, b) => b.at - a.at);
}

/**
 * Keeps a finished run; deletes the oldest if there are too many.
 *
 * @param {import("./run/run.js").Run} run
 * @param {string[]} secrets names of inputs that must not be kept
 */
export async function keep(run, secrets) {
  const input = Object.fromEntries(Object.entries(run.input).filter(([name]) => !secrets.includes(name)));
  const isCut = sizeOf(run.output) > VALUE_LIMIT;
  /** @type {Entry} */
  const entry = {
    id: run.id, model: base.href, at: run.sentAt, status: run.status, error: run.error,
    input: mapFiles(input, (file) => (file.blob.size <= VALUE_LIMIT ? { $blob: file.blob, $name: file.name } : { $missing: file.name })),
    output: isCut ? undefined : run.output, isCut,
    logs: run.logs.slice(-TEXT_LIMIT), metrics: run.metrics, times: run.times, milliseconds: run.endedAt - run.sentAt,
  };
  await within("readwrite", (store) => store.put(entry));
  for (const old of (await entries()).slice(LIMIT)) await within("readwrite", (store) => store.delete(old.id));
}

/** Deletes all runs of this model. */
export async function forget() {
  for (const { id } of await entries()) await within("readwrite", (store) => store.delete(id));
}

/**
 * The input of a kept run, in the form's format.
 *
 * @param {any} value
 * @returns {any}
 */
export function restored(value) {
  if (Array.isArray(value)) return value.map(restored).filter((part) => part !== undefined);
  if (typeof value !== "object" || value === null) return value;
  if (value.$blob instanceof Blob) return new FileValue(value.$blob, String(value.$name));
  if ("$missing" in value) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, restored(part)]));
}

/**
 * The approximate size of a JSON value. Stops at the limit.
 *
 * @param {any} value
 * @returns {number}
 */
function sizeOf(value) {
  let size = 0;
  const stack = [value];
  while (stack.length > 0 && size <= VALUE_LIMIT) {
    const part = stack.pop();
    size += typeof part === "string" ? part.length : 8;
    if (typeof part === "object" && part !== null) for (const one of Object.values(part)) stack.push(one);
  }
  return size;
}
