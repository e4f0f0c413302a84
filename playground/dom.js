// Elements are only made here. No text is ever parsed as HTML: children are nodes, or become text nodes.

/** @typedef {Node | string | number | null | undefined | false} Child */

/** The URLs allowed for links and media; others, above all `javascript:`, are left out. */
const SAFE_ADDRESS = /** @type {Record<string, RegExp>} */ ({ href: /^(https?:|blob:|mailto:|[^:]*$)/i, src: /^(https?:|blob:|data:|[^:]*$)/i });

/** Set as properties: the attributes of the same name are only initial values. */
const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "indeterminate", "srcObject", "muted"]);

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] `on…` are listeners; undefined, null, and false leave an attribute out.
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) Reflect.set(element, name, value);
    else if (SAFE_ADDRESS[name]?.test(String(value).trim()) === false) continue;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/**
 * Replaces the contents of an element.
 *
 * @template {Element} T
 * @param {T} element
 * @param {...(Child | Child[])} children
 * @returns {T}
 */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/**
 * A button that submits nothing.
 *
 * @param {string} text
 * @param {(event: MouseEvent) => void} onclick
 * @param {Record<string, any>} [attributes]
 */
export function button(text, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, text);
}

/**
 * A section that can be unfolded.
 *
 * @param {string} title
 * @param {Child[]} children
 * @param {boolean} [open]
 */
export function folded(title, children, open = false) {
  return h("details", { open }, h("summary", {}, title), ...children);
}

let lastID = 0;

/** An id that is unique in the page. */
export function freshID() {
  lastID += 1;
  return `e${lastID}`;
}

/**
 * Calls a function at most once per frame, however often it is requested.
 *
 * @param {() => void} draw
 * @returns {() => void}
 */
export function eachFrame(draw) {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    // A page in the background gets no frames; it still has to keep up.
    const schedule = document.hidden ? (/** @type {() => void} */ f) => setTimeout(f, 100) : requestAnimationFrame;
    schedule(() => {
      isWaiting = false;
      draw();
    });
  };
}

/**
 * Calls a function once it hasn't been requested for some time.
 *
 * @param {number} milliseconds
 * @param {() => void} call
 * @returns {() => void}
 */
export function afterwards(milliseconds, call) {
  /** @type {number | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds);
  };
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  /** @type {(Node | string)[]} */
  const found = [];
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    found.push(typeof child === "number" ? String(child) : child);
  }
  return found;
}
