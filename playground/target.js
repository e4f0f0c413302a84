// Which server `cog playground` shows.

import { button, freshID, h } from "./dom.js";
import { base, playground, targetProblem } from "./run/server.js";

/** The field in which the server is named; null where the page belongs to a server. */
export function targetBar() {
  if (!playground) return null;
  const id = freshID();
  const field = h("input", { type: "url", id, value: base.href.replace(/\/$/, ""), spellcheck: "false" });
  const connect = () => {
    // The page's state belongs to one server, so reload: inputs of another model wouldn't fit.
    const query = new URLSearchParams({ target: field.value.trim() });
    location.assign(`${location.pathname}?${query}`);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) connect();
  });
  return h("section", { class: "target", "aria-label": "Server" },
    h("div", { class: "row" }, h("label", { for: id }, "Server"), h("div", { class: "grow" }, field), button("Connect", connect)),
    targetProblem && h("p", { class: "problem", role: "alert" }, targetProblem));
}
