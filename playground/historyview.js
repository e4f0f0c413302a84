import { text } from "./check.js";
import { button, fill, h } from "./dom.js";
import { entries, forget, restored } from "./history.js";
import { Run } from "./run/run.js";

/** The runs that the browser has kept: open, run again, compare. */
export class HistoryView {
  /**
   * @param {import("./schema.js").ModelDocument} model
   * @param {{open: (run: Run) => void, rerun: (input: Record<string, any>) => void, fillIn: (input: Record<string, any>) => void}} actions
   */
  constructor(model, actions) {
    this.model = model;
    this.actions = actions;
    this.node = h("div", { class: "history" });
    /** @type {Set<string>} */
    this.chosen = new Set();
    this.comparison = h("div", {});
  }

  async draw() {
    /** @type {import("./history.js").Entry[]} */
    let kept;
    try {
      kept = await entries();
    } catch (error) {
      fill(this.node, h("p", { class: "hint" }, `This browser can't keep runs: ${/** @type {Error} */ (error).message}`));
      return;
    }
    if (kept.length === 0) {
      fill(this.node, h("p", { class: "hint" }, "No runs yet. This browser keeps the last 50 and sends them nowhere."));
      return;
    }
    fill(this.node, h("p", { class: "hint" }, "Kept only in this browser, without secrets. Choose two to compare their inputs."),
      h("ol", { class: "entries" }, kept.map((entry) => this.row(entry, kept))), this.comparison,
      button("Forget all runs", async () => {
        await forget();
        this.chosen.clear();
        fill(this.comparison);
        await this.draw();
      }));
  }

  /**
   * @param {import("./history.js").Entry} entry
   * @param {import("./history.js").Entry[]} all
   */
  row(entry, all) {
    const when = new Date(entry.at).toLocaleString();
    const input = () => restored(entry.input);
    const box = h("input", {
      type: "checkbox", "aria-label": `Compare the run of ${when}`, checked: this.chosen.has(entry.id),
      onchange: () => {
        if (box.checked) this.chosen.add(entry.id);
        else this.chosen.delete(entry.id);
        this.compare(all);
      },
    });
    return h("li", {}, box, h("span", { class: "grow" }, h("span", { class: "status", "data-status": entry.status }, entry.status),
      ` ${when}, ${(entry.milliseconds / 1000).toFixed(1)} s`, h("code", { class: "summary" }, summary(entry.input))),
    button("Open", () => {
      this.actions.fillIn(input());
      this.actions.open(this.asRun(entry));
    }, { class: "small", "aria-label": `Open the run of ${when}` }),
    button("Run again", () => this.actions.rerun(input()), { class: "small", "aria-label": `Run again as on ${when}` }));
  }

  /** @param {import("./history.js").Entry} entry */
  asRun(entry) {
    const run = new Run(this.model, restored(entry.input), "wait");
    Object.assign(run, {
      id: entry.id, status: entry.status, error: entry.error, output: entry.output, isCut: entry.isCut, logs: entry.logs, metrics: entry.metrics,
      times: entry.times, sentAt: entry.at, endedAt: entry.at + Math.max(1, entry.milliseconds),
    });
    return run;
  }

  /** @param {import("./history.js").Entry[]} all */
  compare(all) {
    const chosen = all.filter(({ id }) => this.chosen.has(id)).slice(0, 3);
    if (chosen.length < 2) {
      fill(this.comparison);
      return;
    }
    const names = [...new Set(chosen.flatMap(({ input }) => Object.keys(input)))];
    fill(this.comparison, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Inputs of the chosen runs" }, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "input"), chosen.map(({ at }) => h("th", { scope: "col" }, new Date(at).toLocaleTimeString())))),
      h("tbody", {}, names.map((name) => {
        const cells = chosen.map(({ input }) => (name in input ? short(input[name]) : "—"));
        return h("tr", { class: new Set(cells).size > 1 ? "differs" : null }, h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell)));
      })))));
  }
}

/** @param {any} value */
function short(value) {
  if (value?.$name) return `${value.$name} (${value.$blob.size} B)`;
  const all = typeof value === "string" ? value : text(value);
  return all.length > 300 ? `${all.slice(0, 300)}… (${all.length} characters)` : all;
}

/** @param {Record<string, any>} input */
function summary(input) {
  const all = Object.entries(input).map(([name, value]) => `${name}=${short(value).slice(0, 40)}`).join(" ");
  return all.length > 120 ? `${all.slice(0, 120)}…` : all;
}
