// The model server: the one that this page came from, or, in `cog playground`, any that the page is pointed to. URLs are
// relative to the page's, so that any prefix and any proxy work.

/**
 * The configuration from `cog playground`.
 *
 * @typedef {object} Playground
 * @property {string} target the server that the page starts with
 * @property {string} webhookBase the base URL for webhooks to this page
 */

/** The URL of the page's directory: the page is at `docs` in it, or is its root. */
const own = new URL(".", location.href);
own.hash = "";
own.search = "";

/** The configuration from `cog playground`; null if a model server shows this page itself. @type {Playground | null} */
export const playground = document.querySelector('meta[name="cog-playground"]') ? await told("config") : null;

/** What is wrong with the target in the page's URL; empty if nothing is. */
export let targetProblem = "";

/** The URL of the model server, ending in a slash. */
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

/** @param {string} path a document next to the page */
async function told(path) {
  return (await fetch(new URL(path, own))).json();
}

/**
 * The URL of a route, for programs.
 *
 * @param {string} path relative to the server's address
 */
export function address(path) {
  return new URL(path, base).href;
}

/** The key that the server needs. Kept in memory only. */
let key = "";
/** @type {((wasWrong: boolean) => Promise<string>) | null} */
let ask = null;
/** @type {Promise<string> | null} Several requests wait for one key. */
let asking = null;

/**
 * Sets the function that asks the user for a key.
 *
 * @param {(wasWrong: boolean) => Promise<string>} asker
 */
export function askForKeyWith(asker) {
  ask = asker;
}

/** Whether the server needs a key, as far as the page knows. */
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
    // A proxy in front of the server may request other credentials, which browsers handle.
    const isKeyWanted = answer.status === 401 && (fieldsOf(answer)["www-authenticate"] ?? "").startsWith("Bearer");
    if (!isKeyWanted || !ask) return answer;
    if (used !== key) continue;
    asking ??= ask(used !== "");
    key = await asking;
    asking = null;
  }
}

/**
 * The bytes of a text as UTF-8, because fields can't contain other characters.
 *
 * @param {string} text
 */
function bytes(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/**
 * Sends a request unchanged; `cog playground` forwards it.
 *
 * @param {string} path
 * @param {RequestInit & {headers: Record<string, string>}} options
 */
function passedOn(path, options) {
  if (!playground) return fetch(address(path), options);
  return fetch(new URL(`proxy/${path}`, own), { ...options, headers: { ...options.headers, "x-cog-target": base.href } });
}

/**
 * The stream of webhooks for this page.
 *
 * @param {string} token
 * @param {AbortSignal} signal
 */
export function webhooks(token, signal) {
  return fetch(new URL(`events?token=${token}`, own), { signal });
}

/**
 * The fields of a response as the model server sent them.
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

/** A refusal, or an unusable response. */
export class ServerError extends Error {
  /**
   * @param {number} status
   * @param {string} body
   */
  constructor(status, body) {
    super(messageOf(status, body));
    this.status = status;
    this.body = body;
    /** @type {any[] | null} The problems of the input. */
    this.detail = null;
    try {
      const detail = JSON.parse(body)?.detail;
      if (Array.isArray(detail)) this.detail = detail;
    } catch {
      // Not JSON, so it comes from a proxy. The message contains its text.
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
    // Not JSON, so it comes from a proxy.
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
