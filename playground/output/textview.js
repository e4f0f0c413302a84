import { button, eachFrame, fill, h } from "../dom.js";
import { bytesText } from "../files.js";
import { codeBlock, copied, looksLikeMarkdown, markdown } from "../markdown.js";
import { download } from "./download.js";

/** How much of a long text is drawn: this many of the last blocks, with this many characters each. */
const BLOCK_CHARACTERS = 8192;
const BLOCK_COUNT = 8;
/** A longer text isn't offered as Markdown or as a tree. */
const FORMAT_LIMIT = 200_000;
/** A growing text up to this length is redrawn as Markdown each time. */
const LIVE_LIMIT = 50_000;

/**
 * A text that may still grow. All of it is kept, and can be copied and saved; only its end is drawn, in a bounded number
 * of elements.
 */
export class TextView {
  /**
   * @param {{label: string, formats?: boolean, name?: string}} options its label; whether to offer Markdown and code; the name
   *   of the file it is saved as
   */
  constructor({ label, formats = false, name = "output.txt" }) {
    this.name = name;
    this.formats = formats;
    /** @type {"text" | "markdown" | "code"} */
    this.format = "text";
    this.isChosen = false;
    /** @type {string[]} */
    this.pieces = [];
    this.length = 0;
    /** @type {string[]} Text that isn't drawn yet. */
    this.waiting = [];
    this.note = h("p", { class: "hint" });
    this.text = h("pre", { class: "plaintext", tabindex: "0", role: "region", "aria-label": label });
    this.tools = h("div", { class: "tools" });
    this.place = h("div", {}, this.text);
    this.node = h("div", { class: "textview" }, this.tools, this.note, this.place);
    this.draw = eachFrame(() => this.flush());
    this.drawTools();
  }

  /** @param {string} text */
  append(text) {
    if (text === "") return;
    this.pieces.push(text);
    this.length += text.length;
    this.waiting.push(text);
    this.draw();
  }

  /** The whole text. */
  all() {
    if (this.pieces.length > 1) this.pieces = [this.pieces.join("")];
    return this.pieces[0] ?? "";
  }

  /** The text is complete, so its format can be determined. */
  finish() {
    this.flush();
    if (this.formats && !this.isChosen && this.length < FORMAT_LIMIT && looksLikeMarkdown(this.all())) this.show("markdown");
    this.drawTools();
  }

  flush() {
    if (this.waiting.length === 0) return;
    let text = this.waiting.join("");
    this.waiting = [];
    const isLive = this.formats && this.length < LIVE_LIMIT;
    if (isLive && !this.isChosen && this.format === "text" && looksLikeMarkdown(this.all())) {
      this.show("markdown");
      return;
    }
    if (this.format !== "text") {
      if (isLive) this.drawFormatted();
      else this.show("text");
      return;
    }
    const isAtEnd = this.text.scrollTop + this.text.clientHeight >= this.text.scrollHeight - 40;
    const limit = BLOCK_CHARACTERS * BLOCK_COUNT;
    if (text.length > limit) {
      text = text.slice(-limit);
      this.text.replaceChildren();
    }
    while (text.length > 0) {
      let block = /** @type {HTMLElement | null} */ (this.text.lastElementChild);
      const used = block?.textContent?.length ?? BLOCK_CHARACTERS;
      if (!block || used >= BLOCK_CHARACTERS) {
        block = h("span", { class: "block" });
        this.text.append(block);
      }
      const room = BLOCK_CHARACTERS - (block.textContent?.length ?? 0);
      block.append(text.slice(0, room));
      block.normalize();
      text = text.slice(room);
    }
    while (this.text.childElementCount > BLOCK_COUNT) this.text.firstElementChild?.remove();
    const drawn = this.text.textContent?.length ?? 0;
    this.note.textContent = drawn < this.length
      ? `Showing the last ${bytesText(drawn)} of ${bytesText(this.length)}. Copy and Save give all of it.` : "";
    if (isAtEnd) this.text.scrollTop = this.text.scrollHeight;
    if (this.tools.childElementCount === 0) this.drawTools();
  }

  /** @param {"text" | "markdown" | "code"} format */
  show(format) {
    this.format = format;
    if (format === "text") {
      this.text.replaceChildren();
      fill(this.place, this.text);
      this.waiting = [this.all()];
      this.flush();
    } else {
      this.waiting = [];
      this.drawFormatted();
    }
    this.drawTools();
  }

  drawFormatted() {
    fill(this.place, this.format === "markdown" ? markdown(this.all()) : codeBlock(this.all()));
  }

  drawTools() {
    if (this.length === 0) return;
    const choose = (/** @type {"text" | "markdown" | "code"} */ format) => button(format[0].toUpperCase() + format.slice(1), () => {
      this.isChosen = true;
      this.show(format);
      // The buttons are new ones.
      /** @type {HTMLElement | null} */ (this.tools.querySelector("[aria-pressed='true']"))?.focus();
    }, { class: "small", "aria-pressed": String(this.format === format) });
    const copy = button("Copy", async () => {
      copy.textContent = (await copied(this.all())) ? "Copied" : "Not copied";
      setTimeout(() => (copy.textContent = "Copy"), 1500);
    }, { class: "small" });
    fill(this.tools, this.formats && this.length < FORMAT_LIMIT && [choose("text"), choose("markdown"), choose("code")],
      copy, button("Save", () => download(new Blob([this.all()], { type: "text/plain" }), this.name), { class: "small" }));
  }
}
