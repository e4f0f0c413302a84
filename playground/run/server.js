// The server of the model: the one that this page came from, or, in `cog playground`, any that the page is pointed to. Addresses
// are relative to the page's, so that any prefix and any proxy will do.

/**
 * What `cog playground` tells its page.
 *
 * @typedef {object} Playground
 * @property {string} target the server that the page begins with
 * @property {string} webhookBase the address below which webhooks reach this page
 */

/** The address of the page's directory: the page is at `docs` below it, or is its root. */
const own = new URL(".", location.href);
own.hash = "";
own.search = "";

/** Of `cog playground`; null where a server of a model shows this page itself. @type {Playground | null} */
export const playground = document.querySelector('meta[name="cog-playground"]') ? await told("config") : null;

/** What is wrong with the target that the page's address names; empty if nothing is. */
export let targetProblem = "";

/** The address of the model's server, ending in a slash. */
export const base = playground ? target(playground) : own;

/** @param {Playground} playground */
function target({ target: first }) {
  const chosen = new URLSearchParams(location.search).get("target") ?? first;
  try {
    const url = new URL(chosen);
    if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError("its scheme is neither http nor https");
    if (url.username || url.password) throw new TypeError("it must not have a user name or a password");
    return new URL(`${url.origin}${url.pathname.replace(/\/*$/, "/")}`);
  } catch (error) {
    targetProblem = `${chosen} isn't a server address: ${/** @type {Error} */ (error).message}`;
    return new URL(first.replace(/\/*$/, "/"));
  }
}

/** @param {string} path a document beside the page */
async function told(path) {
  return (await fetch(new URL(path, own))).json();
}

/**
 * The address of a route, as programs use it.
 *
 * @param {string} path relative to the server's address
 */
export function address(path) {
  return new URL(path, base).href;
}

/** The key that the server wants. In memory only: nothing of the page keeps it. */
let key = "";
/** @type {((wasWrong: boolean) => Promise<string>) | null} */
let ask = null;
/** @type {Promise<string> | null} Several requests wait for one key. */
let asking = null;

/**
 * Sets what asks the reader for a key.
 *
 * @param {(wasWrong: boolean) => Promise<string>} asker
 */
export function askForKeyWith(asker) {
  ask = asker;
}

/** Whether the server wants a key, as far as the page knows. */
export function needsKey() {
  return key !== "";
}

/**
 * Sends a request to the server of the model, with the key if there is one. If the server wants one, this waits until the
 * reader has entered it.
 *
 * @param {string} path relative to the server's address
 * @param {{method?: string, headers?: Record<string, string>, body?: string | FormData}} [options]
 */
export async function request(path, options = {}) {
  for (;;) {
    const used = key;
    const headers = { ...options.headers, ...(used && { authorization: `Bearer ${bytes(used)}` }) };
    const answer = await passedOn(path, { ...options, headers });
    // A proxy in front of the server may ask for something else; browsers know how to answer that.
    const isKeyWanted = answer.status === 401 && (fieldsOf(answer)["www-authenticate"] ?? "").startsWith("Bearer");
    if (!isKeyWanted || !ask) return answer;
    if (used !== key) continue;
    asking ??= ask(used !== "");
    key = await asking;
    asking = null;
  }
}

/**
 * The bytes of a text as UTF-8: fields can't have other characters.
 *
 * @param {string} text
 */
function bytes(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/**
 * Sends a request as it is; `cog playground` passes it on.
 *
 * @param {string} path
 * @param {RequestInit & {headers: Record<string, string>}} options
 */
function passedOn(path, options) {
  if (!playground) return fetch(address(path), options);
  return fetch(new URL(`proxy/${path}`, own), { ...options, headers: { ...options.headers, "x-cog-target": base.href } });
}

/**
 * The events of this page's own place for webhooks.
 *
 * @param {string} token
 * @param {AbortSignal} signal
 */
export function webhooks(token, signal) {
  return fetch(new URL(`events?token=${token}`, own), { signal });
}

/**
 * The fields of an answer as the server of the model has sent them.
 *
 * @param {Response} answer
 * @returns {Record<string, string>}
 */
export function fieldsOf(answer) {
  const sent = playground && answer.headers.get("x-cog-upstream-headers");
  if (!sent) return Object.fromEntries(answer.headers);
  const bytes = Uint8Array.from(atob(sent.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
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
  const answer = await request(path, { headers: { accept: "application/json" } });
  const body = await answer.text();
  if (!answer.ok) throw new ServerError(answer.status, body);
  return JSON.parse(body);
}
