// The server that this page came from. All addresses are relative to the page's, so that any prefix and any proxy will do.

/** The address of the server: the page is at `docs` below it, or is its root. */
export const base = new URL(".", location.href);
base.hash = "";
base.search = "";

/** @param {string} path relative to the server's address */
export function address(path) {
  return new URL(path, base).href;
}

/** A refusal, or an answer that can't be used. */
export class ServerError extends Error {
  /**
   * @param {number} status
   * @param {string} body
   */
  constructor(status, body) {
    super(messageOf(status, body));
    this.status = status;
    this.body = body;
    /** @type {any[] | null} What is wrong with the input. */
    this.detail = null;
    try {
      const detail = JSON.parse(body)?.detail;
      if (Array.isArray(detail)) this.detail = detail;
    } catch {
      // Not JSON: a proxy's answer. The message has its text.
    }
  }
}

/**
 * @param {number} status
 * @param {string} body
 */
function messageOf(status, body) {
  try {
    const { error, detail } = JSON.parse(body);
    if (typeof error === "string") return error;
    if (typeof detail === "string") return detail;
    if (Array.isArray(detail)) return "The input doesn't fit the model.";
  } catch {
    // Not JSON: a proxy's answer.
  }
  const text = body.startsWith("<") ? "" : `: ${body.slice(0, 300)}`;
  return `The server answered with status ${status}${text}`;
}

/**
 * Gets a document of the server.
 *
 * @param {string} path
 */
export async function get(path) {
  const answer = await fetch(address(path), { headers: { accept: "application/json" } });
  const body = await answer.text();
  if (!answer.ok) throw new ServerError(answer.status, body);
  return JSON.parse(body);
}
