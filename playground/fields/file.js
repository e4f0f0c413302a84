import { button, fill, h } from "../dom.js";
import { FileValue, blobOfDataURL, bytesText, typeOfDataURL } from "../files.js";
import { filesOf, sourceButtons } from "./sources.js";

/**
 * A file: chosen, dropped, pasted, photographed, recorded, or given by its URL.
 *
 * @param {import("../schema.js").Spec} spec
 * @param {import("./control.js").Context} context
 * @returns {import("./control.js").Control}
 */
export function fileControl(spec, context) {
  /** @type {FileValue | string | undefined} */
  let value;
  const preview = h("div", { class: "preview" });
  const address = h("input", {
    type: "url", placeholder: "or an address: https://…", "aria-label": `${context.label}: address`, autocomplete: "off",
    oninput() {
      value = address.value.trim() || undefined;
      show();
      context.changed();
    },
  });
  const choose = (/** @type {FileValue | undefined} */ file) => {
    value = file;
    address.value = "";
    show();
    context.changed();
  };
  const take = (/** @type {FileValue[]} */ files) => files.length > 0 && choose(files[0]);
  const picker = h("input", {
    id: context.id, type: "file", accept: spec.accept || null,
    onchange() {
      take([...(picker.files ?? [])].map((file) => new FileValue(file, file.name)));
    },
  });
  const show = () => fill(preview, value === undefined ? null : [
    previewOf(value, context.label),
    button("Remove", () => {
      picker.value = "";
      choose(undefined);
      picker.focus();
    }, { "aria-label": `Remove the file of ${context.label}` }),
  ]);
  const node = dropZone(take, h("div", { class: "row" }, picker, sourceButtons(spec.accept, context.label, take)), address, preview);
  return {
    node,
    labelled: picker,
    get: () => value,
    set(given) {
      value = given instanceof FileValue || (typeof given === "string" && given !== "") ? given : undefined;
      address.value = typeof value === "string" && !value.startsWith("data:") ? value : "";
      picker.value = "";
      show();
    },
  };
}

/**
 * An area that takes files that are dropped or pasted into it.
 *
 * @param {(files: FileValue[]) => void} take
 * @param {...HTMLElement} children
 */
export function dropZone(take, ...children) {
  const zone = h("div", {
    class: "drop",
    ondragover(/** @type {DragEvent} */ event) {
      event.preventDefault();
      zone.classList.add("over");
    },
    ondragleave: () => zone.classList.remove("over"),
    ondrop(/** @type {DragEvent} */ event) {
      event.preventDefault();
      zone.classList.remove("over");
      take(filesOf(event.dataTransfer));
    },
    onpaste(/** @type {ClipboardEvent} */ event) {
      const files = filesOf(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    },
  }, ...children, h("p", { class: "hint" }, "Drop or paste a file here."));
  return zone;
}

/** URLs of previews, which keep their blobs alive until they are revoked. @type {WeakMap<Blob, string>} */
const previews = new WeakMap();

/**
 * A preview of a chosen file.
 *
 * @param {FileValue | string} value
 * @param {string} label
 */
export function previewOf(value, label) {
  const blob = value instanceof FileValue ? value.blob : value.startsWith("data:") ? blobOfDataURL(value) : null;
  const type = value instanceof FileValue ? value.type : typeOfDataURL(value) || guessedType(value);
  let source = typeof value === "string" ? value : "";
  if (blob) {
    source = previews.get(blob) ?? URL.createObjectURL(blob);
    previews.set(blob, source);
  }
  const name = value instanceof FileValue ? value.name : blob ? type : value;
  const caption = h("span", { class: "name" }, blob ? `${name} (${bytesText(blob.size)})` : name);
  if (type.startsWith("image/")) return h("figure", {}, h("img", { src: source, alt: `Preview of ${label}` }), caption);
  if (type.startsWith("audio/")) return h("figure", {}, h("audio", { src: source, controls: true, "aria-label": `Preview of ${label}` }), caption);
  if (type.startsWith("video/")) return h("figure", {}, h("video", { src: source, controls: true, "aria-label": `Preview of ${label}` }), caption);
  return caption;
}

/**
 * The media type that a URL suggests.
 *
 * @param {string} url
 */
export function guessedType(url) {
  const suffix = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(url)?.[1]?.toLowerCase() ?? "";
  if (["png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "bmp"].includes(suffix)) return `image/${suffix}`;
  if (["mp3", "wav", "ogg", "flac", "m4a", "opus"].includes(suffix)) return `audio/${suffix}`;
  return ["mp4", "webm", "mov", "mkv"].includes(suffix) ? `video/${suffix}` : "";
}
