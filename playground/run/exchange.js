import { folded, h } from "../dom.js";
import { codeBlock } from "../markdown.js";

/** How much of a value is shown in bodies, which files make long. */
const STRING_LIMIT = 400;

/**
 * The request and the response as they were sent.
 *
 * @param {import("./run.js").Run} run
 */
export function exchange(run) {
  const { request, response } = run;
  return h("section", {}, h("h3", {}, "Request and response"),
    request && folded(`${request.method} ${request.url}`, [codeBlock(`${fields(request.headers)}\n\n${shortened(request.body)}`)]),
    response && folded(`Status ${response.status}`, [codeBlock(`${fields(response.headers)}\n\n${shortened(response.body)}`)]));
}

/** @param {Record<string, string>} headers */
function fields(headers) {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
}

/** @param {string} body */
export function shortened(body) {
  try {
    return JSON.stringify(JSON.parse(body), (_, value) =>
      typeof value === "string" && value.length > STRING_LIMIT ? `${value.slice(0, STRING_LIMIT)}… (${value.length} characters)` : value, 2);
  } catch {
    return body.slice(0, 20_000); // An event stream, or a part of a long body.
  }
}
