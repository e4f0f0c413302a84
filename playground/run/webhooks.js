// Webhooks of a run, which arrive at `cog playground`.

import { folded, h } from "../dom.js";
import { codeBlock } from "../markdown.js";
import { eventsOf } from "./events.js";
import { shortened } from "./exchange.js";
import { playground, webhooks } from "./server.js";

/** @typedef {{at: number, body: string}} Webhook */

/** How many are kept to be shown: the first ones and the last. */
const SHOWN = 200;

/** A place for the webhooks of one run. */
export class WebhookPlace {
  constructor() {
    this.token = crypto.getRandomValues(new Uint32Array(4)).reduce((text, part) => text + part.toString(36), "");
    this.leaving = new AbortController();
    /** @type {Response | null} */
    this.events = null;
  }

  /** The URL that the model server gets. */
  get address() {
    return `${playground?.webhookBase ?? ""}/webhook/${this.token}`;
  }

  /** Opens the place. Until then, no webhooks are accepted. */
  async open() {
    this.events = await webhooks(this.token, this.leaving.signal);
    if (!this.events.ok) throw new Error(`The playground can't receive webhooks: ${await this.events.text()}`);
  }

  /**
   * Receives webhooks until the place is closed.
   *
   * @param {(webhook: Webhook) => void} arrived
   */
  async take(arrived) {
    if (!this.events) return;
    try {
      for await (const { data } of eventsOf(this.events, () => {})) arrived({ at: Date.now(), body: data });
    } catch (error) {
      if (!this.leaving.signal.aborted) throw error;
    }
  }

  close() {
    this.leaving.abort();
  }
}

/**
 * The webhooks of a run, one below the other.
 *
 * @param {import("./run.js").Run} run
 */
export function webhookList(run) {
  const { webhooks: all } = run;
  if (all.length === 0 && !run.webhookAddress) return null;
  const shown = all.length > SHOWN ? [...all.slice(0, SHOWN / 2), ...all.slice(-SHOWN / 2)] : all;
  return h("section", { class: "webhooks" }, h("h3", {}, `Webhooks (${all.length})`),
    h("p", { class: "hint" }, `Sent to ${run.webhookAddress}. `,
      all.length === 0 && "None has arrived. If none ever does, the server can't reach this URL: see --webhook-host and --host of cog playground.",
      all.length > SHOWN && `Only ${SHOWN} of them are shown.`),
    shown.map(({ at, body }) => folded(`${((at - run.sentAt) / 1000).toFixed(2)} s: ${statusOf(body)}`, [codeBlock(shortened(body))])));
}

/** @param {string} body */
function statusOf(body) {
  try {
    return String(JSON.parse(body).status ?? "no status");
  } catch {
    return "no JSON";
  }
}
