import { button, h } from "../dom.js";
import { blobOfDataURL, ending } from "../files.js";
import { isAddress, typeOf } from "./kinds.js";
import { download } from "./download.js";

/**
 * Images side by side; each opens in full size.
 *
 * @param {string[]} urls
 * @param {string} label
 * @param {(string | null)[]} [inputs] images of the input, shown first
 * @param {number} [from] the number of images before these
 */
export function grid(urls, label, inputs = [], from = 0) {
  const own = urls.map((url, index) => {
    const name = urls.length > 1 || from > 0 ? `${label} ${from + index + 1}` : label;
    return { source: sourceOf(url), url, name };
  });
  const given = inputs.flatMap((url) => (url ? [{ source: url, url, name: "Input" }] : []));
  const all = [...given, ...own];
  return h("div", { class: all.length > 1 ? "grid" : "grid one" }, all.map(({ source, url, name }, index) => {
    const image = h("img", { src: source, alt: name, loading: "lazy" });
    const type = typeOf(url);
    return h("figure", {},
      h("button", { type: "button", class: "zoom", "aria-label": `${name}: show in full size`, onclick: () => zoom(all, index) }, image),
      h("figcaption", {}, name, url === source && isAddress(url) ? h("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, "Open")
        : index >= given.length && button("Save", () => {
            const blob = blobOfDataURL(url);
            if (blob) download(blob, `${fileName(name)}.${ending(type)}`);
          }, { class: "small", "aria-label": `Save ${name}` })));
  }));
}

/** @param {string} url */
function sourceOf(url) {
  const blob = url.startsWith("data:") ? blobOfDataURL(url) : null;
  // A short URL instead of megabytes in each attribute.
  return blob ? URL.createObjectURL(blob) : url;
}

/** @param {string} name */
export function fileName(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "output";
}

/**
 * An image in full size, with the others of its list before and after it.
 *
 * @param {{source: string, name: string}[]} images
 * @param {number} start
 */
function zoom(images, start) {
  let at = start;
  const image = h("img", {});
  const caption = h("span", { role: "status" });
  const show = () => {
    image.src = images[at].source;
    image.alt = images[at].name;
    caption.textContent = images[at].name;
  };
  image.onload = () => (caption.textContent = `${images[at].name}, ${image.naturalWidth} × ${image.naturalHeight}`);
  const step = (/** @type {number} */ by) => {
    at = (at + by + images.length) % images.length;
    show();
  };
  /** @type {HTMLDialogElement} */
  const dialog = h("dialog", {
    class: "zoomed", "aria-label": "Image in full size",
    onclose: () => dialog.remove(),
    onkeydown(/** @type {KeyboardEvent} */ event) {
      if (event.key === "ArrowRight") step(1);
      if (event.key === "ArrowLeft") step(-1);
    },
  }, h("div", { class: "tools" }, caption, images.length > 1 && [button("Previous", () => step(-1)), button("Next", () => step(1))],
    button("Close", () => dialog.close())), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Image" }, image));
  document.body.append(dialog);
  show();
  dialog.showModal();
}

