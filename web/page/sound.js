/** Earcons: MP3s of the site, decoded by the engine, played through Web Audio. */

import { ClassifierError } from "../errors.js";

/** @typedef {"shutter" | "confident" | "error"} Earcon */

/** @type {Earcon[]} */
const EARCONS = ["shutter", "confident", "error"];

/**
 * @typedef {object} Player
 * @property {() => Promise<void>} on  must be called from a click or key press, as browsers ask for audio
 * @property {() => void} off
 * @property {(name: Earcon) => void} play  silent while off
 */

/**
 * @param {import("../mobilemamba.js").Classifier} classifier
 * @returns {Player}
 */
export function createPlayer(classifier) {
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {Map<Earcon, AudioBuffer>} */
  const buffers = new Map();
  let isOn = false;

  return {
    async on() {
      try {
        context ??= new AudioContext();
        await context.resume();
        for (const name of EARCONS) {
          if (!buffers.has(name))
            buffers.set(name, toBuffer(context, await classifier.sound(`assets/sounds/${name}.mp3`)));
        }
        isOn = true;
      } catch (error) {
        const message = `The sounds could not be prepared: ${error instanceof Error ? error.message : error}`;
        throw new ClassifierError("sound-failed", message, "The page works without them.");
      }
    },

    off() {
      isOn = false;
      void context?.suspend();
    },

    play(name) {
      const buffer = buffers.get(name);
      if (!isOn || !context || !buffer) return;
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(context.destination);
      source.start();
    },
  };
}

/**
 * @param {AudioContext} context
 * @param {import("../protocol.js").Sound} sound
 * @returns {AudioBuffer}
 */
function toBuffer(context, { sampleRate, channels, samples }) {
  const frames = samples.length / channels;
  const buffer = context.createBuffer(channels, frames, sampleRate);
  for (let channel = 0; channel < channels; channel++) {
    const plane = buffer.getChannelData(channel);
    for (let frame = 0; frame < frames; frame++) plane[frame] = samples[frame * channels + channel];
  }
  return buffer;
}
