// Remembers the prediction in the background, so that a reload of the page finds it again.

import { base } from "./server.js";

/** Where the id of a prediction in the background is kept while this window lives. */
const KEY = `cog-run ${base.pathname}`;

/** @param {string} id */
export function remember(id) {
  try {
    sessionStorage.setItem(KEY, id);
  } catch {
    // Without storage, a reload loses track of the prediction, which continues.
  }
}

/** @param {string} id */
export function forget(id) {
  if (remembered() === id) sessionStorage.removeItem(KEY);
}

/** The id of a prediction that ran in the background when the page was left; null if there was none. */
export function remembered() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null; // The browser doesn't let pages store anything.
  }
}
