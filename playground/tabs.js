import { freshID, h } from "./dom.js";

/**
 * Tabs as the ARIA practices describe them: arrows, Home, and End move between them.
 *
 * @param {string} label
 * @param {{name: string, node: HTMLElement, shown?: () => void}[]} pages
 */
export function tabs(label, pages) {
  const buttons = pages.map(({ name, node, shown }, index) => {
    const id = freshID();
    node.id = `${id}-page`;
    node.setAttribute("role", "tabpanel");
    node.setAttribute("aria-labelledby", id);
    return h("button", {
      type: "button", role: "tab", id, "aria-controls": node.id,
      onclick: () => {
        choose(index);
        shown?.();
      },
    }, name);
  });
  let chosen = 0;
  const choose = (/** @type {number} */ index) => {
    chosen = index;
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
      pages[at].node.hidden = at !== index;
    });
  };
  const bar = h("div", {
    role: "tablist", "aria-label": label,
    onkeydown(/** @type {KeyboardEvent} */ event) {
      const steps = /** @type {Record<string, number>} */ ({ ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: pages.length - 1 });
      const next = steps[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const index = (next + pages.length) % pages.length;
      choose(index);
      pages[index].shown?.();
      buttons[index].focus();
    },
  }, buttons);
  choose(0);
  return { node: h("div", { class: "tabs" }, bar, pages.map(({ node }) => node)), choose };
}
