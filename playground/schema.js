// The OpenAPI document, read as a description of a form.

/** @typedef {Record<string, any>} Schema */
/** @typedef {"text" | "number" | "integer" | "boolean" | "choice" | "file" | "secret" | "list" | "union" | "object" | "json"} Kind */

/**
 * The description of an input.
 *
 * @typedef {object} Spec
 * @property {string} name
 * @property {string} title
 * @property {string} description
 * @property {Kind} kind
 * @property {Schema} schema without references at its top
 * @property {boolean} required
 * @property {boolean} nullable
 * @property {boolean} deprecated
 * @property {any} default undefined without one
 * @property {any[]} examples
 * @property {any[]} choices
 * @property {string} accept the media types of files, as `<input accept>` takes them
 * @property {Spec | null} item of a list
 * @property {Spec[]} parts the variants of a union, or the members of an object
 */

/** How deeply a form follows nested records. */
const DEPTH_LIMIT = 6;

export class ModelDocument {
  /**
   * @param {any} document the OpenAPI document
   * @param {Record<string, any>} [routes] the server's own list of its routes, for documents that leave some out
   */
  constructor(document, routes) {
    this.document = document ?? {};
    /** @type {Record<string, Schema>} */
    this.components = this.document.components?.schemas ?? {};
    const paths = this.document.paths ?? {};
    this.isTraining = !("/predictions" in paths) && "/trainings" in paths;
    /** The path of predictions or trainings, relative to the server's address. */
    this.route = this.isTraining ? "trainings" : "predictions";
    const post = paths[`/${this.route}`]?.post ?? {};
    this.canStream = post["x-cog-streaming"] === true;
    const one = Object.keys(paths).find((path) => new RegExp(`^/${this.route}/\\{[^/]*\\}$`).test(path));
    /** Whether predictions can be requested by id, and followed by their events. */
    this.canPoll = one !== undefined ? "get" in paths[one] : !routes || `${this.route}_get_url` in routes;
    this.canFollow = one !== undefined && "text/event-stream" in (paths[one].get?.responses?.["200"]?.content ?? {});
    this.hasReplicateRoutes = "/v1/predictions" in paths;
    const prefix = this.isTraining ? "Training" : "";
    this.input = this.resolved(this.components[`${prefix}Input`] ?? this.components.Input ?? {});
    /** The inputs that are files, or lists of files, where the server takes forms. @type {Set<string>} */
    this.fileFields = new Set(fileFields(this.resolved(post.requestBody?.content?.["multipart/form-data"]?.schema ?? {}), this.input));
    this.output = this.resolved(this.components[`${prefix}Output`] ?? this.components.Output ?? {});
    const info = this.document.info ?? {};
    const description = typeof info.description === "string" ? info.description : "";
    const heading = /^\s*# +(.+?) *#*(\n|$)/.exec(description);
    /** The author's Markdown, without a leading heading; empty if there is none. */
    this.description = heading ? description.slice(heading[0].length) : description;
    /** The original names every model "Cog". */
    this.title = heading?.[1] ?? (typeof info.title === "string" && info.title !== "Cog" ? info.title : "");
  }

  /** @returns {Spec[]} the inputs in the order of the model's signature */
  fields() {
    return this.members(this.input, 0);
  }

  /**
   * Whole inputs that the author gives as examples, in addition to those of single inputs.
   *
   * @returns {Record<string, any>[]}
   */
  examples() {
    const listed = Array.isArray(this.input.examples) ? this.input.examples : [];
    return listed.filter((/** @type {any} */ example) => isRecord(example));
  }

  /**
   * A schema without references at its top.
   *
   * @param {any} schema
   * @returns {Schema}
   */
  resolved(schema) {
    let current = isRecord(schema) ? schema : {};
    for (let step = 0; step < 20; step += 1) {
      if (typeof current.$ref === "string") {
        const { $ref, ...rest } = current;
        current = { ...(this.components[decodeURIComponent($ref.split("/").pop() ?? "")] ?? {}), ...rest };
      } else if (Array.isArray(current.allOf) && current.allOf.length === 1) {
        const { allOf, ...rest } = current;
        current = { ...this.resolved(allOf[0]), ...rest };
      } else {
        break;
      }
    }
    return current;
  }

  /**
   * @param {Schema} object
   * @param {number} depth
   * @returns {Spec[]}
   */
  members(object, depth) {
    const required = new Set(Array.isArray(object.required) ? object.required : []);
    const properties = Object.entries(isRecord(object.properties) ? object.properties : {});
    const order = (/** @type {any} */ schema) => (typeof schema?.["x-order"] === "number" ? schema["x-order"] : 1e9);
    properties.sort((a, b) => order(a[1]) - order(b[1]));
    return properties.map(([name, schema]) => this.spec(name, schema, required.has(name), depth));
  }

  /**
   * @param {string} name
   * @param {any} written
   * @param {boolean} required
   * @param {number} depth
   * @returns {Spec}
   */
  spec(name, written, required, depth) {
    let schema = this.resolved(written);
    const types = Array.isArray(schema.type) ? schema.type : [];
    let nullable = schema.nullable === true || types.includes("null");
    if (types.length > 0) schema = { ...schema, type: types.find((type) => type !== "null") };
    let variants = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(variants)) {
      const values = variants.filter((variant) => variant?.type !== "null");
      nullable = nullable || values.length < variants.length;
      variants = values;
      if (values.length === 1) {
        const { anyOf, oneOf, ...rest } = schema;
        schema = { ...this.resolved(values[0]), ...rest };
        variants = undefined;
      }
    }
    const enumeration = Array.isArray(schema.enum) ? schema.enum : "const" in schema ? [schema.const] : [];
    const kind = this.kind(schema, enumeration, variants, depth);
    /** @type {Spec} */
    const spec = {
      name,
      title: typeof written?.title === "string" ? written.title : titleOf(name),
      description: typeof written?.description === "string" ? written.description : "",
      kind,
      schema,
      required,
      nullable: nullable || enumeration.includes(null),
      deprecated: schema.deprecated === true,
      default: schema.default,
      examples: Array.isArray(schema.examples) ? schema.examples : "example" in schema ? [schema.example] : [],
      choices: enumeration.filter((value) => value !== null),
      accept: typeof schema["x-cog-accept"] === "string" ? schema["x-cog-accept"] : "",
      item: null,
      parts: [],
    };
    if (kind === "list") {
      spec.item = this.spec("", schema.items ?? {}, true, depth + 1);
      spec.item.accept ||= spec.accept;
    }
    if (kind === "union") {
      spec.parts = variants.map((/** @type {any} */ variant) => this.spec(name, variant, true, depth + 1));
    }
    if (kind === "object") spec.parts = this.members(schema, depth + 1);
    return spec;
  }

  /**
   * @param {Schema} schema
   * @param {any[]} enumeration
   * @param {any} variants
   * @param {number} depth
   * @returns {Kind}
   */
  kind(schema, enumeration, variants, depth) {
    if (depth > DEPTH_LIMIT) return "json";
    if (enumeration.length > 0) return "choice";
    if (Array.isArray(variants)) return variants.length > 0 ? "union" : "json";
    if (schema.type === "string") {
      if (schema.format === "password" || schema["x-cog-secret"] === true) return "secret";
      return schema.format === "uri" ? "file" : "text";
    }
    if (schema.type === "integer" || schema.type === "number" || schema.type === "boolean") return schema.type;
    if (schema.type === "array") return isRecord(schema.items) && Object.keys(schema.items).length > 0 ? "list" : "json";
    if (schema.type === "object" && isRecord(schema.properties) && Object.keys(schema.properties).length > 0) {
      return "object";
    }
    return "json";
  }
}

/**
 * The fields of a form that are files. None if inputs have the same names as other fields that the page sends.
 *
 * @param {Schema} form
 * @param {Schema} input
 * @returns {string[]}
 */
function fileFields(form, input) {
  const fields = isRecord(form.properties) ? form.properties : {};
  const inputs = isRecord(input.properties) ? input.properties : {};
  if ("input" in inputs || "id" in inputs || "webhook" in inputs) return [];
  return Object.keys(fields).filter((name) => (fields[name].items ?? fields[name]).format === "binary");
}

/**
 * Whether a value is an object of JSON.
 *
 * @param {any} value
 * @returns {value is Record<string, any>}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The title of an input without a title in its schema: `num_steps` gives `Num Steps`.
 *
 * @param {string} name
 */
function titleOf(name) {
  return name.split("_").map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(" ");
}

/**
 * The type of an input, as shown to people.
 *
 * @param {Spec} spec
 * @returns {string}
 */
export function typeName(spec) {
  if (spec.kind === "list" && spec.item) return `list of ${typeName(spec.item)}`;
  if (spec.kind === "json") return spec.schema.type === "object" ? "JSON object" : "JSON";
  return spec.kind;
}

/**
 * The limits of an input in words.
 *
 * @param {Spec} spec
 * @returns {string[]}
 */
export function limits(spec) {
  const { schema } = spec;
  const words = [];
  const add = (/** @type {string} */ key, /** @type {string} */ text) => {
    if (schema[key] !== undefined && schema[key] !== null) words.push(`${text} ${schema[key]}`);
  };
  add("minimum", "at least");
  add("exclusiveMinimum", "more than");
  add("maximum", "at most");
  add("exclusiveMaximum", "less than");
  add("multipleOf", "a multiple of");
  if (schema.minLength) words.push(`at least ${schema.minLength} character${schema.minLength === 1 ? "" : "s"}`);
  if (typeof schema.maxLength === "number") {
    words.push(`at most ${schema.maxLength} character${schema.maxLength === 1 ? "" : "s"}`);
  }
  if (schema.minItems) words.push(`at least ${schema.minItems} item${schema.minItems === 1 ? "" : "s"}`);
  if (typeof schema.maxItems === "number") words.push(`at most ${schema.maxItems} item${schema.maxItems === 1 ? "" : "s"}`);
  add("pattern", "matches");
  if (spec.accept) words.push(spec.accept);
  return words;
}
