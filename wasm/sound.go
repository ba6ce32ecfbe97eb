//go:build js && wasm

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"syscall/js"

	"github.com/hajimehoshi/go-mp3"
)

// maxSound bounds an earcon, in bytes of MP3: go-mp3 is for the project's own few kilobytes.
const maxSound = 64 << 10

// sound decodes the earcon in "bytes" to {sampleRate, channels, samples}, interleaved float32 from -1 to 1.
func sound(arg js.Value) (js.Value, error) {
	data, err := bytesOf(arg.Get("bytes"))
	if err != nil {
		return js.Value{}, badRequest("sound", err)
	}
	if len(data) > maxSound {
		return js.Value{}, badRequest("sound", fmt.Errorf("%d bytes are too many for an earcon; the limit is %d", len(data), maxSound))
	}
	samples, rate, err := decodeMP3(data)
	if err != nil {
		return js.Value{}, badRequest("sound", err)
	}
	out := js.Global().Get("Object").New()
	out.Set("sampleRate", rate)
	out.Set("channels", mp3Channels)
	out.Set("samples", float32Array(samples))
	return out, nil
}

// mp3Channels is what go-mp3 always delivers.
const mp3Channels = 2

func decodeMP3(data []byte) (samples []float32, rate int, err error) {
	d, err := mp3.NewDecoder(bytes.NewReader(data))
	if err != nil {
		return nil, 0, fmt.Errorf("the earcon is no MP3: %w", err)
	}
	const maxSeconds = 10
	limit := int64(maxSeconds * d.SampleRate() * mp3Channels * 2)
	pcm, err := io.ReadAll(io.LimitReader(d, limit))
	if err != nil {
		return nil, 0, fmt.Errorf("the earcon is damaged: %w", err)
	}
	if len(pcm) == 0 {
		return nil, 0, errors.New("the earcon is silent")
	}
	samples = make([]float32, len(pcm)/2)
	for i := range samples {
		samples[i] = float32(int16(uint16(pcm[2*i])|uint16(pcm[2*i+1])<<8)) / (1 << 15)
	}
	return samples, d.SampleRate(), nil
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
