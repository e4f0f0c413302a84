// Files in inputs and outputs.

/** A file that was chosen, dropped, pasted, or recorded. It is sent as a data URL. */
export class FileValue {
  /**
   * @param {Blob} blob
   * @param {string} name
   */
  constructor(blob, name) {
    this.blob = blob;
    this.name = name;
    this.type = blob.type || "application/octet-stream";
  }

  /** @returns {Promise<string>} */
  dataURL() {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => {
        // For a file without a type, the browser writes none, and the server could only guess.
        const url = String(reader.result);
        resolve(this.blob.type ? url : url.replace(/^data:[^,]*?(;base64)?,/, `data:${this.type};base64,`));
      };
      reader.onerror = () => reject(new Error(`${this.name} can't be read: ${reader.error?.message}`));
      reader.readAsDataURL(this.blob);
    });
  }
}

/**
 * The same value with every file as a data URL.
 *
 * @param {any} value
 * @returns {Promise<any>}
 */
export async function withDataURLs(value) {
  if (value instanceof FileValue) return value.dataURL();
  if (Array.isArray(value)) return Promise.all(value.map(withDataURLs));
  if (typeof value !== "object" || value === null) return value;
  const members = await Promise.all(Object.entries(value).map(async ([name, part]) => [name, await withDataURLs(part)]));
  return Object.fromEntries(members);
}

/**
 * The same value with every file replaced.
 *
 * @param {any} value
 * @param {(file: FileValue) => any} replacement
 * @returns {any}
 */
export function mapFiles(value, replacement) {
  if (value instanceof FileValue) return replacement(value);
  if (Array.isArray(value)) return value.map((part) => mapFiles(part, replacement));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, mapFiles(part, replacement)]));
}

/**
 * The media type that a data URL names; empty for other texts.
 *
 * @param {string} url
 */
export function typeOfDataURL(url) {
  const found = /^data:([^;,]*)[;,]/i.exec(url.slice(0, 200));
  return found ? found[1].toLowerCase() || "text/plain" : "";
}

/**
 * The contents of a data URL; null if it can't be decoded.
 *
 * @param {string} url
 * @returns {Blob | null}
 */
export function blobOfDataURL(url) {
  const comma = url.indexOf(",");
  const head = url.slice(0, comma);
  try {
    if (!/;base64\s*$/i.test(head)) {
      return new Blob([decodeURIComponent(url.slice(comma + 1))], { type: typeOfDataURL(url) });
    }
    const parts = [];
    // In pieces, so that a large file doesn't need a large text and its bytes at once.
    const step = 1 << 20;
    for (let start = comma + 1; start < url.length; start += step) {
      const text = atob(url.slice(start, start + step));
      const bytes = new Uint8Array(text.length);
      for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
      parts.push(bytes);
    }
    return new Blob(parts, { type: typeOfDataURL(url) });
  } catch {
    return null; // It isn't what it claims to be, so the caller shows it as text.
  }
}

/** @param {number} count */
export function bytesText(count) {
  if (count < 1000) return `${count} B`;
  if (count < 1e6) return `${(count / 1e3).toFixed(1)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

const ENDINGS = /** @type {Record<string, string>} */ ({
  "image/jpeg": "jpg", "image/svg+xml": "svg", "audio/mpeg": "mp3", "audio/x-wav": "wav", "audio/wav": "wav",
  "text/plain": "txt", "text/markdown": "md", "application/octet-stream": "bin", "application/zip": "zip",
  "video/quicktime": "mov", "application/x-tar": "tar", "application/gzip": "gz", "text/javascript": "js",
});

/**
 * The ending of a file's name.
 *
 * @param {string} type its media type
 */
export function ending(type) {
  return ENDINGS[type] ?? type.split("/").pop()?.replace(/^x-/, "").replace(/[^a-z0-9].*$/, "") ?? "bin";
}
