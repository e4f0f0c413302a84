/** @typedef {{name: string, data: string, id: string}} ServerEvent */

/** Splits the text of an event stream into events, however the text arrives (HTML standard, section 9.2). */
export class EventParser {
  constructor() {
    /** @type {string[]} The pieces of an incomplete line. */
    this.line = [];
    /** @type {string[]} */
    this.data = [];
    this.name = "";
    this.id = "";
  }

  /**
   * @param {string} text
   * @returns {ServerEvent[]} the events that are complete now
   */
  push(text) {
    /** @type {ServerEvent[]} */
    const events = [];
    let start = 0;
    for (;;) {
      const end = text.indexOf("\n", start);
      if (end < 0) {
        if (start < text.length) this.line.push(text.slice(start));
        return events;
      }
      let line = text.slice(start, end);
      if (this.line.length > 0) {
        line = this.line.join("") + line;
        this.line = [];
      }
      start = end + 1;
      this.take(line.endsWith("\r") ? line.slice(0, -1) : line, events);
    }
  }

  /**
   * @param {string} line
   * @param {ServerEvent[]} events
   */
  take(line, events) {
    if (line === "") {
      if (this.data.length > 0) events.push({ name: this.name || "message", data: this.data.join("\n"), id: this.id });
      this.data = [];
      this.name = "";
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") this.data.push(value);
    else if (field === "event") this.name = value;
    else if (field === "id") this.id = value;
  }
}

/**
 * The events of a response as they arrive.
 *
 * @param {Response} answer
 * @param {(text: string) => void} seen gets the unchanged text
 */
export async function* eventsOf(answer, seen) {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const text = decoder.decode(value, { stream: true });
    seen(text);
    yield* parser.push(text);
  }
}
