// One prediction, from its request to its end.

import { bodyOf } from "./body.js";
import { eventsOf } from "./events.js";
import { forget, remember } from "./remembered.js";
import { ServerError, address, fieldsOf, request } from "./server.js";
import { WebhookPlace } from "./webhooks.js";

/** @typedef {"wait" | "stream" | "background" | "webhooks"} Mode */

/**
 * A view of a run.
 *
 * @typedef {object} RunListener
 * @property {(chunk: any, index: number) => void} output
 * @property {(text: string) => void} log
 * @property {() => void} changed the state, the metrics, or the times have changed
 */

/** The intervals between polls of a running prediction, in milliseconds; short at first. */
const POLLING = [150, 250, 400, 600, 1000];
/** The server doesn't keep larger results. */
const KEPT_BYTES = 1 << 20;
/** How often a broken connection to the events is retried. */
const RECONNECTIONS = 10;
/** How long a line of the shown exchange may be before it is cut. */
const SHOWN_BODY = 200_000;

export class Run {
  /**
   * @param {import("../schema.js").ModelDocument} model
   * @param {Record<string, any>} input with files as FileValues
   * @param {Mode} mode
   */
  constructor(model, input, mode) {
    this.model = model;
    this.input = input;
    this.mode = mode;
    this.id = `page-${crypto.getRandomValues(new Uint32Array(3)).reduce((text, part) => text + part.toString(36), "")}`;
    /** @type {RunListener | null} */
    this.listener = null;
    this.status = "sending";
    /** @type {any} */
    this.output = undefined;
    /** @type {any[]} Chunks that arrived one by one. */
    this.chunks = [];
    this.logs = "";
    this.error = "";
    /** @type {Record<string, any>} */
    this.metrics = {};
    /** @type {Record<string, any>} The times that the server reports. */
    this.times = {};
    this.sentAt = 0;
    this.firstOutputAt = 0;
    this.endedAt = 0;
    this.isCanceling = false;
    /** For a kept run: whether the output was too large to keep. */
    this.isCut = false;
    /** @type {{method: string, url: string, headers: Record<string, string>, body: string} | null} */
    this.request = null;
    /** @type {{status: number, headers: Record<string, string>, body: string} | null} */
    this.response = null;
    /** @type {any[] | null} */
    this.detail = null;
    this.statusCode = 0;
    /** @type {import("./webhooks.js").Webhook[]} The webhooks that the server sent. */
    this.webhooks = [];
    /** The URL for webhooks; empty if there are none. */
    this.webhookAddress = "";
  }

  get isOver() {
    return this.endedAt > 0;
  }

  /** Makes the prediction and follows it to its end. Never throws: a failure becomes the run's error. */
  async start() {
    this.sentAt = Date.now();
    const place = this.mode === "webhooks" ? new WebhookPlace() : null;
    try {
      await place?.open();
      this.webhookAddress = place?.address ?? "";
      const { sent, headers, shown } = await bodyOf(this.model, this.id, this.input, place?.address);
      if (this.mode === "stream") headers.accept = "text/event-stream";
      if (this.mode === "background" || place) headers.prefer = "respond-async";
      this.request = { method: "POST", url: address(this.model.route), headers, body: shown.slice(0, SHOWN_BODY) };
      const polling = this.mode === "wait" ? this.poll(false) : null;
      const taking = place?.take((webhook) => this.reported(webhook, place));
      taking?.catch(() => {}); // Checked below, after the request's response.
      const answer = await request(this.model.route, { method: "POST", headers, body: sent });
      if (answer.status === 202 && this.model.canPoll) remember(this.id);
      this.response = { status: answer.status, headers: fieldsOf(answer), body: "" };
      if (!answer.ok) throw new ServerError(answer.status, await answer.text());
      if ((answer.headers.get("content-type") ?? "").startsWith("text/event-stream")) {
        await this.read(answer);
        await this.askForTimes();
      }
      else await this.take(answer);
      await Promise.all([polling, taking]);
      if (place && !this.isOver) throw new Error("The webhooks broke off before the prediction ended.");
    } catch (error) {
      this.fail(/** @type {Error} */ (error));
    }
    place?.close();
    forget(this.id);
    this.listener?.changed();
  }

  /** Follows a prediction that was started earlier, in the background. */
  async resume() {
    this.mode = "background";
    this.sentAt = Date.now();
    try {
      await this.watch();
    } catch (error) {
      this.fail(/** @type {Error} */ (error));
    }
    forget(this.id);
    this.listener?.changed();
  }

  /** Asks the server to end it. */
  async cancel() {
    if (this.isOver || this.isCanceling) return;
    this.isCanceling = true;
    this.listener?.changed();
    try {
      const answer = await request(`${this.model.route}/${this.id}/cancel`, { method: "POST" });
      if (!answer.ok) throw new ServerError(answer.status, await answer.text());
    } catch (error) {
      this.isCanceling = false;
      this.error = `The cancel didn't get through: ${/** @type {Error} */ (error).message}`;
      this.listener?.changed();
    }
  }

  // MARK: - The answer

  /** @param {Response} answer a prediction as JSON */
  async take(answer) {
    const body = await answer.text();
    if (this.response) this.response.body = body.slice(0, SHOWN_BODY);
    this.update(JSON.parse(body));
    if (answer.status !== 202) return;
    if (this.mode !== "webhooks") await this.watch();
    // Webhooks contain the whole state, and so does polling; events would repeat parts of it.
    else if (this.model.canPoll) await this.poll(true);
  }

  /** Follows a prediction that runs in the background to its end: by its events, if the server offers them. */
  async watch() {
    if (this.model.canFollow && this.model.canStream) await this.followEvents();
    if (!this.isOver) await this.poll(true);
  }

  /** Reads the events by GET. Retries a broken connection and resumes where it ended. */
  async followEvents() {
    let last = "";
    for (let attempt = 0; attempt < RECONNECTIONS && !this.isOver; attempt += 1) {
      /** @type {Record<string, string>} */
      const headers = { accept: "text/event-stream" };
      if (last) headers["last-event-id"] = last;
      try {
        const answer = await request(`${this.model.route}/${this.id}`, { headers });
        if (answer.status !== 200 || !(answer.headers.get("content-type") ?? "").startsWith("text/event-stream")) return;
        for await (const event of this.events(answer)) {
          last = event.id;
          // Events that are no longer kept are still contained in the result.
          if (event.name === "error") return;
          this.happened(event.name, JSON.parse(event.data));
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, POLLING[POLLING.length - 1]));
      }
    }
  }

  /** @param {Response} answer an event stream */
  async read(answer) {
    for await (const event of this.events(answer)) this.happened(event.name, JSON.parse(event.data));
    if (!this.isOver) throw new Error("The stream ended before the prediction did.");
  }

  /** @param {Response} answer */
  events(answer) {
    return eventsOf(answer, (text) => {
      if (this.response && this.response.body.length < SHOWN_BODY) this.response.body += text.slice(0, SHOWN_BODY);
    });
  }

  /**
   * @param {string} name
   * @param {any} data
   */
  happened(name, data) {
    switch (name) {
      case "start":
      case "completed":
        this.update(data);
        break;
      case "output":
        this.addChunk(data.chunk);
        break;
      case "log":
        this.addLog(String(data.data));
        break;
      case "metric":
        this.addMetric(data);
        break;
      case "error":
        throw new Error(typeof data.error === "string" ? data.error : JSON.stringify(data));
    }
  }

  /** The events don't contain the times of its start and end; the result does, if the server kept it. */
  async askForTimes() {
    const size = this.chunks.reduce((sum, chunk) => sum + (typeof chunk === "string" ? chunk.length : KEPT_BYTES / 100), 0);
    if (!this.model.canPoll || size > KEPT_BYTES / 2) return;
    const answer = await request(`${this.model.route}/${this.id}`);
    const { created_at, started_at, completed_at } = answer.ok ? await answer.json() : this.times;
    this.times = { created_at, started_at, completed_at };
  }

  /**
   * Asks for the state until the prediction has ended.
   *
   * @param {boolean} isFinal whether to wait for the end here instead of in the request that started it
   */
  async poll(isFinal) {
    for (let count = 0; !this.isOver; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, POLLING[Math.min(count, POLLING.length - 1)]));
      if (this.isOver) return;
      if (!this.model.canPoll && !isFinal) return;
      const answer = await request(`${this.model.route}/${this.id}`);
      if (this.isOver) return;
      if (!answer.ok) {
        // The id is unknown while the request is being sent; the original's server never has it.
        if (!isFinal) {
          if (count > POLLING.length) return;
          continue;
        }
        throw new ServerError(answer.status, await answer.text());
      }
      const state = await answer.json();
      if (this.isOver || (!isFinal && isTerminal(state.status))) return;
      this.update(state);
    }
  }

  /**
   * Processes the server's webhooks. They may overtake each other; an older one contains nothing new.
   *
   * @param {import("./webhooks.js").Webhook} webhook
   * @param {WebhookPlace} place
   */
  reported(webhook, place) {
    this.webhooks.push(webhook);
    const state = JSON.parse(webhook.body);
    this.update(state);
    if (isTerminal(state.status)) place.close();
    this.listener?.changed();
  }

  // MARK: - The known state

  /** @param {any} state a prediction, whole or in part */
  update(state) {
    if (this.isOver) return;
    if (typeof state.logs === "string" && state.logs.length > this.logs.length) this.addLog(state.logs.slice(this.logs.length));
    for (const name of ["created_at", "started_at", "completed_at"]) if (state[name]) this.times[name] = state[name];
    if (state.metrics) this.metrics = state.metrics;
    if (typeof state.error === "string") this.error = state.error;
    const isEnd = isTerminal(state.status);
    if (Array.isArray(state.output) && this.model.output["x-cog-array-type"] === "iterator") {
      for (const chunk of state.output.slice(this.chunks.length)) this.addChunk(chunk);
    }
    if (isEnd) {
      this.output = state.output;
      this.endedAt = Date.now();
    }
    if (state.status) this.status = state.status;
    this.listener?.changed();
  }

  /** @param {any} chunk */
  addChunk(chunk) {
    if (this.firstOutputAt === 0) this.firstOutputAt = Date.now();
    this.chunks.push(chunk);
    this.listener?.output(chunk, this.chunks.length - 1);
  }

  /** @param {string} text */
  addLog(text) {
    this.logs += text;
    this.listener?.log(text);
  }

  /** @param {{name: string, value: any, mode: string}} metric */
  addMetric({ name, value, mode }) {
    const old = this.metrics[name];
    // The original calls it "increment".
    if (mode === "incr" || mode === "increment") this.metrics[name] = (typeof old === "number" ? old : 0) + value;
    else if (mode === "append") this.metrics[name] = [...(Array.isArray(old) ? old : []), value];
    else this.metrics[name] = value;
    this.listener?.changed();
  }

  /** @param {Error} error */
  fail(error) {
    if (this.isOver) return;
    this.status = "refused";
    this.endedAt = Date.now();
    this.error = error instanceof TypeError
      ? `The server can't be reached, or the connection broke: ${error.message}` : error.message;
    if (error instanceof ServerError) {
      this.detail = error.detail;
      this.statusCode = error.status;
      if (this.response) this.response.body = error.body.slice(0, SHOWN_BODY);
    }
  }
}

/** @param {string} status */
function isTerminal(status) {
  return status === "succeeded" || status === "failed" || status === "canceled";
}
