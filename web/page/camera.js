/** The device's cameras: opening one, and telling what went wrong. */

import { ClassifierError } from "../errors.js";
import { fromStream, releaseStream } from "./sources.js";

/** @typedef {import("./sources.js").Device} Device */
/** @typedef {import("./sources.js").Source} Source */

const BACK = /back|rear|environment/i;
/** A phone's further back cameras show too much or too little for a first look. */
const SPECIAL = /wide|tele|macro|dual|triple/i;

/**
 * Opens a camera: the one with the given id, else the back one where the device tells them apart.
 * @param {string} [deviceId]
 * @returns {Promise<Source>}
 */
export async function openCamera(deviceId) {
  if (!navigator.mediaDevices?.getUserMedia) {
    const hint = "Open it over https, or from this machine (localhost).";
    throw new ClassifierError(
      "camera-insecure",
      "The browser gives the camera to secure pages only, and this page is not one.",
      hint,
    );
  }
  try {
    // Facing is a wish, not a demand: a laptop's camera faces nowhere in particular and must do as well.
    let stream = await request(deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } });
    const devices = await listCameras();
    // Only now the browser tells the cameras' names, and whether the wish was met.
    const better = deviceId ? undefined : backCamera(stream.getVideoTracks()[0], devices);
    if (better) {
      // Many a phone opens one camera at a time.
      releaseStream(stream);
      stream = await request({ deviceId: { exact: better.id } });
    }
    const [track] = stream.getVideoTracks();
    const settings = track.getSettings();
    return fromStream({
      kind: "camera",
      stream,
      name: track.label,
      front: facesUser(track, settings),
      deviceId: settings.deviceId ?? "",
      devices,
    });
  } catch (error) {
    throw explain(error);
  }
}

/** @param {MediaTrackConstraints} which */
function request(which) {
  const size = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 60 } };
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...which, ...size } });
}

/** @returns {Promise<Device[]>} */
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind }) => kind === "videoinput")
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/**
 * The camera that looks away from the user, if the open one does not and the browser has named one that does.
 * @param {MediaStreamTrack} track
 * @param {Device[]} devices
 * @returns {Device | undefined}
 */
function backCamera(track, devices) {
  const { facingMode, deviceId } = track.getSettings();
  if (facingMode === "environment" || BACK.test(track.label)) return undefined;
  const back = devices.filter(({ id, name }) => id !== deviceId && BACK.test(name));
  return back.find(({ name }) => !SPECIAL.test(name)) ?? back[0];
}

/**
 * The camera after the open one.
 * @param {string} deviceId
 * @param {Device[]} devices
 * @returns {string}
 */
export function nextDevice(deviceId, devices) {
  return devices[(devices.findIndex(({ id }) => id === deviceId) + 1) % devices.length].id;
}

/**
 * @param {MediaStreamTrack} track
 * @param {MediaTrackSettings} settings
 */
function facesUser(track, settings) {
  if (settings.facingMode) return settings.facingMode === "user";
  // Desktop browsers do not say; there a camera that is not called otherwise looks at its user.
  return !BACK.test(track.label);
}

/**
 * @param {unknown} error
 * @returns {ClassifierError}
 */
function explain(error) {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return new ClassifierError(
        "camera-denied",
        "The camera may not be used here.",
        "Allow it in the browser's settings for this page, then start it again.",
      );
    case "NotFoundError":
    case "OverconstrainedError":
      return new ClassifierError("camera-missing", "No camera was found.", "Connect one, or choose a picture instead.");
    case "NotReadableError":
    case "AbortError":
      return new ClassifierError(
        "camera-busy",
        "The camera does not answer.",
        "Another program may be using it: close that one and start again.",
      );
    default:
      return new ClassifierError(
        "camera-failed",
        `The camera could not be started: ${error instanceof Error ? error.message : error}.`,
        "Start it again, or choose a picture instead.",
      );
  }
}
