import { h } from "../dom.js";

/** @typedef {{name: string, milliseconds: number, about: string}} Span */

/**
 * How a run spent its time.
 *
 * @param {import("./run.js").Run} run
 * @returns {Span[]}
 */
export function spans(run) {
  const at = (/** @type {string} */ name) => Date.parse(run.times[name] ?? "");
  const created = at("created_at");
  const started = at("started_at");
  const completed = at("completed_at");
  const whole = run.endedAt - run.sentAt;
  if (Number.isNaN(created) || Number.isNaN(completed)) {
    const first = run.firstOutputAt > 0 ? run.firstOutputAt - run.sentAt : 0;
    return first > 0
      ? [{ name: "first output", milliseconds: first, about: "from sending the request to the first output" },
          { name: "rest", milliseconds: whole - first, about: "from the first output to the end" }]
      : [{ name: "whole", milliseconds: whole, about: "from sending the request to the end" }];
  }
  const begun = Number.isNaN(started) ? completed : started;
  const predicted = Math.min(completed - begun, (Number(run.metrics.predict_time) || (completed - begun) / 1000) * 1000);
  return [
    { name: "queue and fetch", milliseconds: begun - created, about: "waiting for a slot, and fetching input files" },
    { name: "run", milliseconds: predicted, about: "the model's method" },
    { name: "upload", milliseconds: completed - begun - predicted, about: "encoding or uploading output files" },
    { name: "network", milliseconds: Math.max(0, whole - (completed - created)), about: "transferring the request and the response" },
  ];
}

/** @param {import("./run.js").Run} run */
export function timeline(run) {
  const parts = spans(run);
  const whole = Math.max(1, parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
  return h("section", {}, h("h3", {}, "Timeline"), h("table", { class: "timeline" },
    h("thead", { class: "visuallyhidden" }, h("tr", {}, ["Part", "Share", "Time"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, parts.map(({ name, milliseconds, about }) => {
      const bar = h("div", { class: "bar" });
      bar.style.width = `${(100 * milliseconds) / whole}%`;
      return h("tr", {}, h("th", { scope: "row" }, name, h("span", { class: "hint" }, ` ${about}`)), h("td", { class: "share" }, bar),
        h("td", { class: "number" }, `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`));
    }))),
  run.firstOutputAt > 0 && h("p", { class: "hint" }, `First output after ${run.firstOutputAt - run.sentAt} ms, ${run.chunks.length} outputs in all.`));
}
