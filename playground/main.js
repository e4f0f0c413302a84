// The page: the model's state and description, the form, and its results.

import { CodeView } from "./code/view.js";
import { afterwards, button, eachFrame, fill, h } from "./dom.js";
import { Form } from "./form.js";
import { HealthView } from "./health.js";
import { keep } from "./history.js";
import { HistoryView } from "./historyview.js";
import { KeyForm } from "./keyform.js";
import { markdown } from "./markdown.js";
import { remembered } from "./run/remembered.js";
import { Run } from "./run/run.js";
import { address, askForKeyWith, get, needsKey, playground } from "./run/server.js";
import { RunView } from "./run/view.js";
import { ModelDocument } from "./schema.js";
import { fragment, inputOf } from "./share.js";
import { tabs } from "./tabs.js";
import { targetBar } from "./target.js";
import { themeButton } from "./theme.js";

const title = h("h1", {}, "Model");
const description = h("div", { class: "description" });
const work = h("div", { class: "work" });
const keyForm = new KeyForm();
askForKeyWith((wasWrong) => keyForm.ask(wasWrong));
const health = new HealthView((status) => void modelChanged(status));

fill(document.body,
  h("a", { class: "skip", href: "#inputs" }, "Skip to the inputs"),
  h("header", {}, title, health.badge, h("nav", { "aria-label": "About" },
    h("a", { href: address("openapi.json"), onclick: openDocument }, "OpenAPI"), themeButton())),
  h("main", {}, targetBar(), keyForm.node, health.notice, description, work),
  h("footer", {}, health.about));
void health.watch();

/**
 * Shows the document. A link carries no key.
 *
 * @param {Event} event
 */
async function openDocument(event) {
  if (!needsKey()) return;
  event.preventDefault();
  const text = JSON.stringify(await get("openapi.json"), null, 2);
  open(URL.createObjectURL(new Blob([text], { type: "application/json" })));
}

/** The document that the form was made from, as text. */
let shownDocument = "";

/** @param {string} status */
async function modelChanged(status) {
  if (status === "STARTING" || status === "UNREACHABLE") return;
  let document, routes;
  try {
    document = await get("openapi.json");
    // The original's server has fewer routes, and its document is the one that ours shows on request.
    if (playground) routes = await get("");
  } catch {
    return; // The model has never been ready, so its state is shown.
  }
  const text = JSON.stringify(document);
  if (text === shownDocument) return;
  shownDocument = text;
  draw(new ModelDocument(document, routes));
}

/** @param {ModelDocument} model */
function draw(model) {
  title.textContent = model.title || (model.isTraining ? "Training" : "Model");
  document.title = model.title || "Cog model";
  fill(description, model.description && markdown(model.description));

  const view = new RunView();
  /** @type {Run | null} */
  let current = null;
  const form = new Form(model, eachFrame(() => {
    if (!code.node.parentElement?.hidden) code.draw();
    share();
  }));
  // Browsers refuse to change the address many times a second.
  const share = afterwards(300, () =>
    history.replaceState(null, "", `${location.pathname}${location.search}${fragment(form.chosen(), form.secrets())}`));
  const code = new CodeView(model, form);
  const past = new HistoryView(model, {
    open(run) {
      view.show(run);
      pages.choose(0);
    },
    fillIn: (input) => form.set(input),
    rerun(input) {
      form.set(input);
      void start();
    },
  });
  const pages = tabs("Result", [
    { name: "Output", node: view.output }, { name: "Logs", node: view.logs }, { name: "Details", node: view.details },
    { name: "Code", node: h("div", {}, code.node), shown: () => code.draw() },
    { name: "History", node: h("div", {}, past.node), shown: () => void past.draw() },
  ]);
  const mode = modeSelect(model);
  const runButton = button("Run", () => void start(), { class: "primary", "aria-keyshortcuts": "Control+Enter Meta+Enter" });
  const cancelButton = button("Cancel", () => void current?.cancel(), { hidden: true });

  async function start() {
    if (current && !current.isOver) return;
    pages.choose(0);
    if (!form.isFit()) return;
    const run = new Run(model, form.get(), mode.value());
    await shown(run, () => run.start());
  }

  /**
   * @param {Run} run
   * @param {() => Promise<void>} follow
   */
  async function shown(run, follow) {
    current = run;
    view.follow(run);
    // On a small screen, the result is below the form.
    if (matchMedia("(max-width: 900px)").matches) pages.node.scrollIntoView({ block: "start" });
    cancelButton.hidden = false;
    runButton.disabled = true;
    await follow();
    cancelButton.hidden = true;
    runButton.disabled = false;
    if (run.detail) {
      const others = form.showRefusal(run.detail);
      if (others.length > 0) run.error += ` ${others.join(" ")}`;
      view.draw();
    }
    void health.ask();
    try {
      await keep(run, form.secrets());
    } catch {
      // A browser that stores nothing shows a message in place of the history.
    }
    if (!past.node.parentElement?.hidden) void past.draw();
  }

  fill(work,
    h("section", { id: "inputs", "aria-label": "Inputs", tabindex: "-1" }, h("h2", {}, "Inputs"), form.node,
      h("div", { class: "actions" }, runButton, cancelButton, mode.node, button("Reset", () => form.set({}), { class: "quiet" }),
        h("span", { class: "hint keys" }, "Ctrl or ⌘ + Enter runs"))),
    h("section", { "aria-label": "Result", class: "result" }, h("h2", { class: "visuallyhidden" }, "Result"), pages.node));
  const linked = inputOf(location.hash, form.secrets());
  if (linked) form.set(linked);
  const id = remembered();
  if (id) {
    const run = new Run(model, form.readable(), "background");
    run.id = id;
    void shown(run, () => run.resume());
  }
  code.draw();
  document.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void start();
    }
  };
  window.onhashchange = () => {
    const input = inputOf(location.hash, form.secrets());
    if (input) form.set(input);
  };
}

/** @param {ModelDocument} model */
function modeSelect(model) {
  const names = /** @type {[string, string][]} */ ([
    ...(model.canStream ? [["stream", "stream the output"]] : []), ["wait", "wait for the answer"],
    ...(model.canPoll ? [["background", "run in the background"]] : []),
    ...(playground ? [["webhooks", "run in the background, with webhooks"]] : []),
  ]);
  const select = h("select", { "aria-label": "How to run" }, names.map(([value, text]) => h("option", { value }, text)));
  return { node: select, value: () => /** @type {import("./run/run.js").Mode} */ (select.value) };
}
