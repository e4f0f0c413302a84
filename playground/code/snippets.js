// Programs that make a prediction from given inputs. The tests run them.

import { FileValue } from "../files.js";
import { JAVASCRIPT, PYTHON, SHELL_JSON, SecretValue, holds, literal, shellWord } from "./literals.js";

/**
 * The call that a program makes.
 *
 * @typedef {object} Call
 * @property {string} base the server's address, ending in a slash
 * @property {string} route `predictions` or `trainings`
 * @property {Record<string, any>} input with FileValues and SecretValues
 * @property {"wait" | "stream" | "webhook"} how
 * @property {boolean} needsKey whether the server needs a key, which programs read from `COG_API_KEY`
 * @property {string} webhook the URL for a webhook
 */

/** @typedef {{name: string, language: string, make: (call: Call) => string | null}} Snippet */

/** The available programs; null if a client can't make the call. @type {Snippet[]} */
export const SNIPPETS = [
  { name: "curl", language: "sh", make: curl },
  { name: "Python", language: "python", make: python },
  { name: "Replicate", language: "python", make: replicate },
  { name: "JavaScript", language: "js", make: javascript },
  { name: "CLI", language: "sh", make: commandLine },
];

/** @param {Call} call */
function bodyOf(call) {
  return call.how === "webhook" ? { input: call.input, webhook: call.webhook, webhook_events_filter: ["completed"] } : { input: call.input };
}

/** @param {Call} call */
function headersOf(call) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (call.how === "stream") headers.Accept = "text/event-stream";
  if (call.how === "webhook") headers.Prefer = "respond-async";
  return headers;
}

/** @param {Call} call */
function curl(call) {
  const fields = Object.entries({ "Content-Type": "application/json", ...headersOf(call) });
  // The body goes through standard input: as an argument, files would be too long.
  return [
    `curl -sS${call.how === "stream" ? "N" : ""} ${shellWord(call.base + call.route)} \\`,
    ...fields.map(([name, value]) => `    -H '${name}: ${value}' \\`),
    ...(call.needsKey ? [`    -H "Authorization: Bearer $COG_API_KEY" \\`] : []),
    `    --data-binary @- <<JSON`,
    literal(bodyOf(call), SHELL_JSON),
    "JSON",
  ].join("\n");
}

/** @param {Call} call */
function pythonHelpers(call) {
  return holds(call.input, FileValue) ? `

def data_url(path, media_type):
    with open(path, "rb") as file:
        return f"data:{media_type};base64,{base64.b64encode(file.read()).decode()}"

` : "";
}

/**
 * @param {Call} call
 * @param {string[]} names
 */
function pythonImports(call, names) {
  const standard = [...names];
  if (holds(call.input, FileValue)) standard.push("base64");
  if (holds(call.input, SecretValue) || call.needsKey) standard.push("os");
  return standard.sort().map((name) => `import ${name}\n`).join("");
}

/** @param {Call} call */
function python(call) {
  const headers = headersOf(call);
  const isStream = call.how === "stream";
  const imports = pythonImports(call, isStream ? ["json"] : []);
  const lines = [
    `${imports}${imports ? "\n" : ""}import requests`, pythonHelpers(call),
    `body = ${literal(bodyOf(call), PYTHON)}`,
  ];
  const fields = Object.entries(headers).map(([name, value]) => `"${name}": "${value}"`);
  if (call.needsKey) fields.push(`"Authorization": "Bearer " + os.environ["COG_API_KEY"]`);
  const extra = fields.length > 0 ? `, headers={${fields.join(", ")}}` : "";
  const url = JSON.stringify(call.base + call.route);
  if (isStream) {
    lines.push(
      `with requests.post(${url}, json=body${extra}, stream=True) as response:`,
      "    response.raise_for_status()",
      "    for line in response.iter_lines():",
      `        if line.startswith(b"event: "):`,
      "            event = line[7:]",
      `        elif line.startswith(b"data: ") and event == b"output":`,
      `            print(json.loads(line[6:])["chunk"], end="", flush=True)`);
  } else {
    lines.push(`response = requests.post(${url}, json=body${extra})`, "response.raise_for_status()",
      call.how === "webhook" ? `print(response.json()["id"])` : `print(response.json()["output"])`);
  }
  return lines.join("\n");
}

/** @param {Call} call */
function replicate(call) {
  if (call.route !== "predictions") return null;
  const more = call.how === "webhook" ? `, webhook=${JSON.stringify(call.webhook)}, webhook_events_filter=["completed"]`
    : call.how === "stream" ? ", stream=True" : "";
  const imports = pythonImports(call, []);
  const lines = [
    `${imports}${imports ? "\n" : ""}from replicate.client import Client`, pythonHelpers(call),
    `client = Client(api_token=${call.needsKey ? `os.environ["COG_API_KEY"]` : `"none"`}, base_url=${JSON.stringify(call.base.replace(/\/$/, ""))})`,
    `prediction = client.predictions.create(version="local", input=${literal(call.input, PYTHON)}${more})`,
  ];
  if (call.how === "webhook") lines.push("print(prediction.id)");
  else if (call.how === "stream") lines.push("for event in prediction.stream():", `    print(str(event), end="", flush=True)`);
  else lines.push("prediction.wait()", "print(prediction.output)");
  return lines.join("\n");
}

/** @param {Call} call */
function javascript(call) {
  const known = JSON.stringify({ "Content-Type": "application/json", ...headersOf(call) });
  const headers = call.needsKey ? known.replace(/}$/, ",\"Authorization\":`Bearer ${process.env.COG_API_KEY}`}") : known;
  const lines = [];
  if (holds(call.input, FileValue)) {
    lines.push(`import { readFile } from "node:fs/promises";`, "",
      "async function dataURL(path, type) {",
      '  return `data:${type};base64,${(await readFile(path)).toString("base64")}`;', "}", "");
  }
  lines.push(`const response = await fetch(${JSON.stringify(call.base + call.route)}, {`, `  method: "POST",`, `  headers: ${headers},`,
    `  body: JSON.stringify(${literal(bodyOf(call), JAVASCRIPT)}),`, "});", "if (!response.ok) throw new Error(await response.text());");
  if (call.how === "stream") {
    lines.push(`let rest = "";`, "for await (const text of response.body.pipeThrough(new TextDecoderStream())) {",
      `  const events = (rest + text).split("\\n\\n");`, "  rest = events.pop();", "  for (const event of events) {",
      "    const [, name, data] = /^event: (.*)$[^]*?^data: (.*)$/m.exec(event) ?? [];",
      `    if (name === "output") process.stdout.write(String(JSON.parse(data).chunk));`, "  }", "}");
  } else {
    lines.push(call.how === "webhook" ? "console.log((await response.json()).id);" : "console.log(JSON.stringify((await response.json()).output));");
  }
  return lines.join("\n");
}

/** @param {Call} call */
function commandLine(call) {
  if (call.how === "webhook" || call.route !== "predictions") return null;
  const values = Object.entries(call.input);
  // A text that begins with @ would be taken for a file name.
  const isPlain = values.every(([, value]) => value instanceof FileValue || value instanceof SecretValue ||
    (typeof value === "string" ? value !== "" && !value.startsWith("@") : typeof value !== "object"));
  const stream = call.how === "stream" ? " --stream" : "";
  if (!isPlain) return `cog predict${stream} --json - <<JSON\n${literal(call.input, SHELL_JSON)}\nJSON`;
  const inputs = values.map(([name, value]) => {
    if (value instanceof FileValue) return ` \\\n    -i ${shellWord(`${name}=@${value.name}`)}`;
    if (value instanceof SecretValue) return ` \\\n    -i ${name}="$${value.variable}"`;
    return ` \\\n    -i ${shellWord(`${name}=${value}`)}`;
  });
  return `cog predict${stream}${inputs.join("")}`;
}
