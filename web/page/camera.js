/** The device's cameras: opening one, changing to the next, and telling what went wrong. */

import { ClassifierError } from "../errors.js";

/**
 * @typedef {object} OpenCamera
 * @property {MediaStream} stream
 * @property {string} deviceId
 * @property {boolean} front
 * @property {string[]} deviceIds  of all cameras; known once the user has agreed
 */

/**
 * Opens a camera: the one with the given id, else the back one where the device tells them apart.
 * @param {string} [deviceId]
 * @returns {Promise<OpenCamera>}
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
  // Facing is a wish, not a demand: a laptop's camera faces nowhere in particular and must do as well.
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { ...which, width: { ideal: 640 }, height: { ideal: 480 } },
    });
  } catch (error) {
    throw explain(error);
  }
  const [track] = stream.getVideoTracks();
  const settings = track.getSettings();
  const devices = await navigator.mediaDevices.enumerateDevices();
  return {
    stream,
    deviceId: settings.deviceId ?? "",
    front: facesUser(track, settings),
    deviceIds: devices.filter((device) => device.kind === "videoinput").map((device) => device.deviceId),
  };
}

/**
 * The camera after the open one.
 * @param {OpenCamera} camera
 * @returns {string}
 */
export function nextDevice({ deviceId, deviceIds }) {
  return deviceIds[(deviceIds.indexOf(deviceId) + 1) % deviceIds.length];
}

/** @param {MediaStream} stream */
export function releaseCamera(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * Resolves when the video shows a frame that it has not shown before.
 * @param {HTMLVideoElement} video
 * @returns {Promise<unknown>}
 */
export function nextFrame(video) {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

/**
 * @param {MediaStreamTrack} track
 * @param {MediaTrackSettings} settings
 */
function facesUser(track, settings) {
  if (settings.facingMode) return settings.facingMode === "user";
  // Desktop browsers do not say; there a camera that is not called otherwise looks at its user.
  return !/back|rear|environment/i.test(track.label);
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
