package sound_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mobilemamba/internal/bounds"
	"mobilemamba/sound"
)

// cost is what a file may cost: at most ten seconds of sound are made of it.
var cost = bounds.Limit{Bytes: 96 << 20, Time: time.Second}

// earcons are the files that the page ships.
func earcons(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../assets/sounds/*.mp3")
	if err != nil || len(names) == 0 {
		t.Fatalf("no sounds: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// tagged puts an ID3v2 tag before a sound.
func tagged(body, data []byte) []byte {
	n := len(body)
	tag := []byte{'I', 'D', '3', 4, 0, 0, byte(n >> 21), byte(n >> 14 & 0x7f), byte(n >> 7 & 0x7f), byte(n & 0x7f)}
	return slices.Concat(tag, body, data)
}

func TestEarcons(t *testing.T) {
	for name, data := range earcons(t) {
		samples, rate, err := sound.Decode(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		seconds := float64(len(samples)) / sound.Channels / float64(rate)
		if loudest := max(slices.Max(samples), -slices.Min(samples)); loudest < 0.05 || loudest > 1 || seconds < 0.02 || seconds > 2 {
			t.Errorf("%s: %.2f s, loudest sample %v", name, seconds, loudest)
		}
	}
}

func TestRefusals(t *testing.T) {
	whole := earcons(t)["shutter.mp3"]
	for _, c := range []struct {
		name string
		data []byte
		says string
	}{
		{"nothing", nil, "no MP3"},
		{"text", []byte("hello, this is no sound at all"), "no MP3"},
		{"too long", make([]byte, sound.MaxBytes+1), "too many"},
		{"a tag of half a gigabyte", []byte("ID3\x04\x00\x00\xff\xff\xff\xff"), "no length"},
		{"a tag of a quarter of it", append([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), whole...), "claims 268435455"},
		{"half a tag", []byte("ID3\x04\x00"), "within its tag"},
		{"nothing behind a tag", tagged(nil, nil), "no MP3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			bounds.Check(t, "decoding", bounds.Limit{Bytes: 1 << 20, Time: cost.Time}, func() { _, _, err = sound.Decode(c.data) })
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

// FuzzDecode: a damaged sound is an error or ten seconds of samples between -1 and 1 at most, within a second and 96 MB.
func FuzzDecode(f *testing.F) {
	data := earcons(f)["shutter.mp3"]
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(tagged([]byte("TIT2"), data))
	f.Fuzz(func(t *testing.T, data []byte) {
		var samples []float32
		var rate int
		var err error
		bounds.Check(t, "decoding", cost, func() { samples, rate, err = sound.Decode(data) })
		if err != nil {
			if len(err.Error()) > 300 {
				t.Errorf("%v is no message for people", err)
			}
			return
		}
		if rate < 8000 || rate > 48000 || len(samples) == 0 || len(samples) > sound.Channels*sound.MaxSeconds*rate {
			t.Errorf("%d samples at %d Hz", len(samples), rate)
		}
		if low, high := slices.Min(samples), slices.Max(samples); low < -1 || high > 1 {
			t.Errorf("samples from %v to %v", low, high)
		}
	})
}

// FuzzTag: tags of any content before a sound change nothing about it.
func FuzzTag(f *testing.F) {
	data := earcons(f)["shutter.mp3"]
	want, _, err := sound.Decode(data)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("TIT2"), uint8(1))
	f.Add(data, uint8(2))
	f.Add([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), uint8(0))
	f.Fuzz(func(t *testing.T, body []byte, more uint8) {
		whole := data
		for range 1 + more%3 {
			whole = tagged(body[:min(len(body), 20000)], whole)
		}
		got, _, err := sound.Decode(whole)
		if len(whole) > sound.MaxBytes {
			return
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("with a tag: %d samples, %v; want %d", len(got), err, len(want))
		}
	})
}
