// Other sources of files than the picker: drop and paste, the camera, the microphone.

import { button, fill, h } from "../dom.js";
import { FileValue } from "../files.js";

/**
 * The files of a drop or a paste.
 *
 * @param {DataTransfer | null} transfer
 * @returns {FileValue[]}
 */
export function filesOf(transfer) {
  return [...(transfer?.files ?? [])].map((file) => new FileValue(file, file.name || "pasted"));
}

/**
 * Buttons for the camera and the microphone, if the browser supports them and the model accepts such files.
 *
 * @param {string} accept
 * @param {string} label
 * @param {(files: FileValue[]) => void} take
 */
export function sourceButtons(accept, label, take) {
  const place = h("span", { class: "sources" });
  // Browsers offer these only to pages served over HTTPS or from this machine.
  if (!navigator.mediaDevices?.getUserMedia) return place;
  const wants = (/** @type {string} */ kind) => accept === "" || accept.includes(kind) || accept.includes("*/*");
  const idle = () => fill(place,
    wants("image") && button("Camera", () => start(photograph), { "aria-label": `Take a photo for ${label}` }),
    wants("audio") && button("Microphone", () => start(record), { "aria-label": `Record sound for ${label}` }));
  const start = async (/** @type {typeof photograph} */ use) => {
    try {
      await use(place, (file) => {
        idle();
        if (file) take([file]);
      });
    } catch (error) {
      idle();
      place.append(h("span", { class: "problem", role: "alert" }, `No access: ${/** @type {Error} */ (error).message}`));
    }
  };
  idle();
  return place;
}

/**
 * @param {HTMLElement} place
 * @param {(file: FileValue | null) => void} done
 */
async function photograph(place, done) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true });
  const video = h("video", { srcObject: stream, muted: true, playsinline: true, "aria-label": "Camera" });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  const take = button("Take the photo", () => {
    const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    stop();
    canvas.toBlob((blob) => done(blob && new FileValue(blob, "photo.jpg")), "image/jpeg", 0.92);
  });
  fill(place, video, take, button("Cancel", () => {
    stop();
    done(null);
  }));
  await video.play();
  take.focus();
}

/**
 * @param {HTMLElement} place
 * @param {(file: FileValue | null) => void} done
 */
async function record(place, done) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => {
    stream.getTracks().forEach((track) => track.stop());
    const type = recorder.mimeType.split(";")[0] || "audio/webm";
    done(new FileValue(new Blob(parts, { type }), `recording.${type.split("/")[1]}`));
  };
  recorder.start();
  const stop = button("Stop recording", () => recorder.stop());
  fill(place, h("span", { role: "status" }, "Recording…"), stop);
  stop.focus();
}
