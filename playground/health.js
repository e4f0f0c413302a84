// Whether the model is ready, and its setup log.

import { fill, folded, h } from "./dom.js";
import { ServerError, get } from "./run/server.js";

const WORDS = /** @type {Record<string, string>} */ ({
  STARTING: "Setting up", READY: "Ready", BUSY: "Busy", SETUP_FAILED: "Setup failed", DEFUNCT: "Keeps dying",
  UNHEALTHY: "Unhealthy", UNREACHABLE: "Unreachable",
});
const ADVICE = /** @type {Record<string, string>} */ ({
  STARTING: "The form appears when setup() has finished.",
  SETUP_FAILED: "The model could not be set up. Fix what its log says, then start the server again.",
  DEFUNCT: "The model's process keeps dying before it is ready. The server keeps trying; its log says why.",
  UNHEALTHY: "The model's own health check reports a problem. Predictions are still accepted.",
  UNREACHABLE: "The server doesn't answer. This page keeps asking.",
});
/** How much of the end of a setup log is shown. */
const LOG_LIMIT = 100_000;

export class HealthView {
  /** @param {(status: string) => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.status = "";
    this.shown = "";
    this.badge = h("span", { class: "badge", role: "status" }, "Connecting…");
    this.notice = h("div", { class: "notice", hidden: true });
    this.log = h("pre", { tabindex: "0", role: "region", "aria-label": "Log of the setup" });
    this.about = h("p", { class: "hint" });
  }

  /** Polls the health check, more often while something is about to change. */
  async watch() {
    for (;;) {
      await this.ask();
      const pause = this.status === "STARTING" ? 500 : this.status === "UNREACHABLE" ? 2000 : 3000;
      await new Promise((resolve) => setTimeout(resolve, document.hidden ? 10_000 : pause));
    }
  }

  async ask() {
    let health;
    try {
      health = await get("health-check");
    } catch (error) {
      // In `cog playground`, the proxy answers and says why.
      health = { status: "UNREACHABLE", user_healthcheck_error: error instanceof ServerError ? error.message : "" };
    }
    const status = String(health.status);
    const logs = String(health.setup?.logs ?? "").slice(-LOG_LIMIT);
    const problem = String(health.user_healthcheck_error ?? "");
    const version = health.version ?? {};
    this.about.textContent = version.coglet ? `coglet ${version.coglet} · Python ${version.python ?? "?"}` : this.about.textContent;
    const state = JSON.stringify([status, logs, problem]);
    if (state === this.shown) return;
    this.shown = state;
    if (status !== this.status) this.badge.textContent = WORDS[status] ?? status;
    this.badge.dataset.status = status;
    this.log.textContent = logs;
    const isFailure = status === "SETUP_FAILED" || status === "DEFUNCT";
    this.notice.hidden = status === "READY" || status === "BUSY";
    this.notice.classList.toggle("alert", isFailure);
    const wasOpen = this.notice.querySelector("details")?.open ?? true;
    fill(this.notice, h("p", {}, ADVICE[status] ?? ""), problem && h("p", {}, problem),
      logs !== "" && status !== "UNHEALTHY" && folded("Log of the setup", [this.log], wasOpen));
    this.log.scrollTop = this.log.scrollHeight;
    const isNew = status !== this.status;
    this.status = status;
    if (isNew) this.changed(status);
  }
}
