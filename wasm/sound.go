//go:build js && wasm

package main

import (
	"math"
	"syscall/js"

	"mobilemamba/sound"
)

// decodeSound decodes the earcon in "bytes" to {sampleRate, channels, samples}, interleaved float32 from -1 to 1.
func decodeSound(arg js.Value) (js.Value, error) {
	data, err := bytesOf(arg.Get("bytes"))
	if err != nil {
		return js.Value{}, badRequest("sound", err)
	}
	samples, rate, err := sound.Decode(data)
	if err != nil {
		return js.Value{}, badRequest("sound", err)
	}
	out := js.Global().Get("Object").New()
	out.Set("sampleRate", rate)
	out.Set("channels", sound.Channels)
	out.Set("samples", float32Array(samples))
	return out, nil
}

// float32Array copies values into a Float32Array through their bytes, in one step.
func float32Array(x []float32) js.Value {
	raw := make([]byte, 4*len(x))
	for i, v := range x {
		bits := math.Float32bits(v)
		raw[4*i], raw[4*i+1], raw[4*i+2], raw[4*i+3] = byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24)
	}
	array := js.Global().Get("Uint8Array").New(len(raw))
	js.CopyBytesToJS(array, raw)
	return js.Global().Get("Float32Array").New(array.Get("buffer"))
}
