/** Colors and cursor movements of terminals. */
const ANSI = /[\u001b\u009b](?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
/** What progress bars print: `42%|████ | 21/50`, or a count of steps. */
const PROGRESS = /\d{1,3}%\s*\||\b\d+\/\d+\s*\[[\d:]+<|[█▏▎▍▌▋▊▉#=>-]{6,}.*\d+%|\d+%\s*[[(|]?[█#=>.-]{3,}/;
/** Longer lines don't belong to a progress bar. */
const PROGRESS_LIMIT = 500;

/**
 * Log text as a terminal would show it: for an overwritten line, and for successive lines of progress, only the last
 * state is kept.
 */
export class LogLines {
  constructor() {
    this.open = "";
    this.progress = "";
  }

  /**
   * @param {string} text
   * @returns {string} whole lines that are final now
   */
  push(text) {
    const lines = (this.open + text).split("\n");
    this.open = lines.pop() ?? "";
    // Only the text after the last carriage return is ever visible.
    const written = this.open.lastIndexOf("\r", this.open.length - 2);
    if (written >= 0) this.open = this.open.slice(written + 1);
    let final = "";
    for (const raw of lines) {
      const line = shown(raw);
      if (line.length < PROGRESS_LIMIT && PROGRESS.test(line)) {
        this.progress = line;
        continue;
      }
      if (this.progress !== "") final += `${this.progress}\n`;
      this.progress = "";
      final += `${line}\n`;
    }
    return final;
  }

  /** The last line, which may still change. */
  get last() {
    return shown(this.open) || this.progress;
  }

  /** The rest, once the text is complete. */
  finish() {
    const rest = [this.progress, shown(this.open)].filter((line) => line !== "").join("\n");
    this.open = "";
    this.progress = "";
    return rest;
  }
}

/** @param {string} line */
function shown(line) {
  const parts = line.replace(ANSI, "").split("\r").filter((part) => part !== "");
  return parts[parts.length - 1] ?? "";
}
