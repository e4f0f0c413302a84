// The view of a run: its state, output, logs, metrics, times, and the exchange with the server.

import { eachFrame, fill, folded, h } from "../dom.js";
import { FileValue } from "../files.js";
import { isFile, isImage } from "../output/kinds.js";
import { TextView } from "../output/textview.js";
import { tree } from "../output/tree.js";
import { valueView } from "../output/value.js";
import { exchange } from "./exchange.js";
import { LogLines } from "./logs.js";
import { timeline } from "./timeline.js";
import { webhookList } from "./webhooks.js";

/** How many chunks are drawn while they arrive; the others are drawn at the end of the run. */
const LIVE_LIMIT = 100;

export class RunView {
  constructor() {
    this.output = h("div", { class: "output" });
    this.logs = h("div", { class: "logs" });
    this.details = h("div", { class: "details" });
    this.state = h("p", { class: "state", role: "status" });
    this.clock = h("span", { class: "clock", "aria-hidden": "true" });
    this.problem = h("div", { class: "alert", role: "alert", hidden: true });
    this.metrics = h("div", { class: "metrics" });
    this.body = h("div", { class: "body" }, h("p", { class: "hint" }, "Run the model to see its output here."));
    this.output.append(h("div", { class: "stateline" }, this.state, this.clock), this.problem, this.body, this.metrics);
    fill(this.logs, h("p", { class: "hint" }, "No logs yet."));
    fill(this.details, h("p", { class: "hint" }, "No run yet."));
    /** @type {import("./run.js").Run | null} */
    this.run = null;
    this.said = "";
    // Metrics can come by the thousand.
    this.drawSoon = eachFrame(() => this.draw());
    setInterval(() => this.tick(), 200);
  }

  /**
   * Shows a run from its beginning.
   *
   * @param {import("./run.js").Run} run
   */
  follow(run) {
    this.begin(run);
    run.listener = {
      output: (chunk, index) => run === this.run && this.addChunk(chunk, index),
      log: (text) => run === this.run && this.addLog(text),
      changed: () => run === this.run && this.drawSoon(),
    };
    this.draw();
  }

  /**
   * Shows a finished run.
   *
   * @param {import("./run.js").Run} run
   */
  show(run) {
    this.begin(run);
    this.addLog(run.logs);
    this.draw();
  }

  /** @param {import("./run.js").Run} run */
  begin(run) {
    this.run = run;
    this.said = "";
    /** @type {TextView | null} */
    this.text = null;
    /** @type {HTMLElement | null} */
    this.list = null;
    this.live = h("p", { class: "hint" });
    this.isDrawn = false;
    this.lines = new LogLines();
    this.log = new TextView({ label: "Logs", name: "logs.txt" });
    this.lastLine = h("pre", { class: "lastline" });
    fill(this.logs, this.log.node, this.lastLine);
    fill(this.body);
    fill(this.metrics);
    this.problem.hidden = true;
  }

  // MARK: - While it runs

  /**
   * @param {any} chunk
   * @param {number} index
   */
  addChunk(chunk, index) {
    if (typeof chunk === "string" && this.isConcatenated()) {
      if (!this.text) {
        this.text = new TextView({ formats: true, label: "Output" });
        fill(this.body, this.text.node);
      }
      this.text.append(chunk);
      return;
    }
    if (!this.list) {
      this.list = h("div", { class: isImage(chunk) ? "grid" : "values" });
      fill(this.body, this.list, this.live);
    }
    if (index < LIVE_LIMIT) this.list.append(valueView(chunk, `Output ${index + 1}`));
    else if (this.live) this.live.textContent = `${index + 1} outputs so far. All of them are shown at the end.`;
  }

  /** @param {string} text */
  addLog(text) {
    this.log?.append(this.lines?.push(text) ?? "");
    if (this.lastLine) this.lastLine.textContent = this.lines?.last ?? "";
  }

  isConcatenated() {
    return this.run?.model.output["x-cog-array-display"] === "concatenate";
  }

  // MARK: - Its state

  draw() {
    const { run } = this;
    if (!run) return;
    const words = stateWords(run);
    // Screen readers read it aloud whenever it changes.
    if (words !== this.said) this.state.textContent = words;
    this.said = words;
    this.state.dataset.status = run.status;
    this.tick();
    if (run.error) this.drawProblem(run);
    if (Object.keys(run.metrics).length > 0) {
      fill(this.metrics, h("h3", {}, "Metrics"), metricsView(run.metrics));
    }
    if (run.isOver && !this.isDrawn) {
      this.isDrawn = true;
      this.drawEnd(run);
    }
    if (run.isOver) fill(this.details, timeline(run), webhookList(run), exchange(run));
    else if (run.webhookAddress) fill(this.details, webhookList(run));
  }

  /** @param {import("./run.js").Run} run */
  drawEnd(run) {
    this.log?.append(this.lines?.finish() ?? "");
    if (this.lastLine) this.lastLine.textContent = "";
    if (run.logs === "") fill(this.logs, h("p", { class: "hint" }, "This run wrote no logs."));
    if (this.text) this.text.finish();
    else if (run.output !== undefined && run.output !== null) {
      const value = run.output;
      if (Array.isArray(value) && this.isConcatenated() && value.every((part) => typeof part === "string")) {
        this.addConcatenated(value);
      } else {
        fill(this.body, valueView(value, "Output", inputImages(run.input)));
      }
    } else if (run.isCut) fill(this.body, h("p", { class: "hint" }, "This output was too large for the browser to keep."));
    else if (run.status === "succeeded") fill(this.body, h("p", { class: "hint" }, "The model returned no output."));
  }

  /** @param {string[]} chunks */
  addConcatenated(chunks) {
    this.text = new TextView({ formats: true, label: "Output" });
    fill(this.body, this.text.node);
    this.text.append(chunks.join(""));
    this.text.finish();
  }

  /** @param {import("./run.js").Run} run */
  drawProblem(run) {
    const start = run.logs.lastIndexOf("Traceback (most recent call last):");
    fill(this.problem, h("strong", {}, run.error),
      advice(run) && h("p", {}, advice(run)),
      run.status === "failed" && start >= 0 && folded("Traceback", [h("pre", { tabindex: "0", role: "region", "aria-label": "Traceback" }, run.logs.slice(start))]));
    this.problem.hidden = false;
  }

  tick() {
    const { run } = this;
    if (!run) return;
    this.clock.hidden = run.isOver;
    const milliseconds = (run.isOver ? run.endedAt : Date.now()) - run.sentAt;
    this.clock.textContent = `${(milliseconds / 1000).toFixed(1)} s`;
  }
}

/** @param {import("./run.js").Run} run */
function stateWords(run) {
  if (run.isOver) {
    const seconds = ((run.endedAt - run.sentAt) / 1000).toFixed(1);
    const words = /** @type {Record<string, string>} */ ({ succeeded: "Succeeded", failed: "Failed", canceled: "Canceled", refused: "Not run" });
    return run.status === "refused" ? "Not run" : `${words[run.status] ?? run.status} after ${seconds} s`;
  }
  if (run.isCanceling) return "Canceling…";
  if (run.status === "processing" || run.chunks.length > 0) return "Running…";
  return run.status === "starting" ? "Waiting for its turn…" : "Sending…";
}

/**
 * What to do about a refusal.
 *
 * @param {import("./run.js").Run} run
 */
function advice(run) {
  if (run.detail) return "The problems are shown next to the inputs.";
  if (run.statusCode === 409 || run.statusCode === 429) return "All slots are taken. Run it again in a moment.";
  if (run.statusCode === 413) return "Give the file's URL instead, or raise COG_BODY_LIMIT_BYTES.";
  return "";
}

/**
 * @param {Record<string, any>} metrics
 * @returns {HTMLElement}
 */
function metricsView(metrics) {
  return h("dl", { class: "metriclist" }, Object.entries(metrics).slice(0, 200).flatMap(([name, value]) => [
    h("dt", {}, name),
    h("dd", {}, typeof value === "object" && value !== null ? tree(value, name) : typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value)),
  ]));
}

/** URLs for chosen files, kept as long as the files are. @type {WeakMap<Blob, string>} */
const addresses = new WeakMap();

/**
 * The images of an input, to show next to the image made from them.
 *
 * @param {Record<string, any>} input
 * @returns {string[]}
 */
function inputImages(input) {
  return Object.values(input).flatMap((value) => {
    if (value instanceof FileValue && value.type.startsWith("image/")) {
      const url = addresses.get(value.blob) ?? URL.createObjectURL(value.blob);
      addresses.set(value.blob, url);
      return [url];
    }
    return typeof value === "string" && isFile(value) && isImage(value) ? [value] : [];
  }).slice(0, 4);
}

