// Package sound decodes the page's earcons. go-mp3, which does the work, is unmaintained and written for files that are
// whole: this package keeps from it what it would take too much for, and would turn a panic into an error.
package sound

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/hajimehoshi/go-mp3"
)

// Channels is the number of channels of what Decode returns, whatever the file has.
const Channels = 2

// Bounds on a sound: an earcon is a few kilobytes and a second.
const (
	MaxBytes   = 64 << 10 // of the file
	MaxSeconds = 10       // of what is decoded; the rest is left out
)

// Decode returns the samples of an MP3, interleaved, from -1 to 1, and the frames a second. A sound beyond MaxBytes, of
// another format or damaged is an error.
func Decode(data []byte) (samples []float32, rate int, err error) {
	if len(data) > MaxBytes {
		return nil, 0, fmt.Errorf("%d bytes are too many for an earcon; the limit is %d", len(data), MaxBytes)
	}
	if data, err = withoutTags(data); err != nil {
		return nil, 0, err
	}
	defer func() {
		if r := recover(); r != nil {
			samples, rate, err = nil, 0, fmt.Errorf("the earcon is damaged: %v", r)
		}
	}()
	d, err := mp3.NewDecoder(bytes.NewReader(data))
	if err != nil {
		return nil, 0, fmt.Errorf("the earcon is no MP3: %w", err)
	}
	const frame = 2 * Channels // bytes
	pcm, err := io.ReadAll(io.LimitReader(d, int64(MaxSeconds*d.SampleRate()*frame)))
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

// withoutTags cuts ID3v2 tags off the beginning: go-mp3 takes as much memory for one as it claims, up to half a
// gigabyte, before it looks whether the file has it.
func withoutTags(data []byte) ([]byte, error) {
	const header = 10
	for bytes.HasPrefix(data, []byte("ID3")) {
		if len(data) < header {
			return nil, errors.New("the earcon is damaged: it ends within its tag")
		}
		size := 0
		for _, b := range data[6:header] { // seven bits each
			if b >= 0x80 {
				return nil, errors.New("the earcon is damaged: its tag has no length")
			}
			size = size<<7 | int(b)
		}
		if size > len(data)-header {
			return nil, fmt.Errorf("the earcon is damaged: its tag claims %d bytes", size)
		}
		data = data[header+size:]
	}
	return data, nil
}
