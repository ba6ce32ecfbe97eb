// Package goldentensor reads tensors of the reference data and compares results with them.
package goldentensor

import (
	"bytes"
	"math"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/golden"
)

// File is a reference file's tensors.
type File struct {
	t    testing.TB
	name string
	sd   *checkpoint.StateDict
}

// Open reads a safetensors file of the reference data.
func Open(t testing.TB, name string) File {
	t.Helper()
	data := golden.Read(t, name)
	sd, err := checkpoint.Read(bytes.NewReader(data), int64(len(data)), checkpoint.Options{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return File{t, name, sd}
}

// StateDict returns the tensors whose names begin with prefix, without it.
func (f File) StateDict(prefix string) *checkpoint.StateDict {
	f.t.Helper()
	out := &checkpoint.StateDict{}
	for _, t := range f.sd.Tensors {
		if len(t.Name) > len(prefix) && t.Name[:len(prefix)] == prefix {
			out.Add(checkpoint.NewTensor(t.Name[len(prefix):], t.Shape, f.Floats(t.Name)))
		}
	}
	return out
}

// Shape returns the shape of the named tensor.
func (f File) Shape(name string) []int {
	f.t.Helper()
	t := f.sd.Get(name)
	if t == nil {
		f.t.Fatalf("%s has no tensor %s", f.name, name)
	}
	return t.Shape
}

// Floats returns the named tensor as float32.
func (f File) Floats(name string) []float32 {
	f.t.Helper()
	f.Shape(name)
	data, err := f.sd.Get(name).Float32s()
	if err != nil {
		f.t.Fatalf("%s: %v", f.name, err)
	}
	return data
}

// Doubles returns the named tensor as float64.
func (f File) Doubles(name string) []float64 {
	f.t.Helper()
	f.Shape(name)
	data, err := f.sd.Get(name).Float64s()
	if err != nil {
		f.t.Fatalf("%s: %v", f.name, err)
	}
	return data
}

// Map returns the named [1, C, H, W] tensor channels last, with its size.
func (f File) Map(name string) (hwc []float32, h, w, c int) {
	f.t.Helper()
	s := f.Shape(name)
	if len(s) != 4 || s[0] != 1 {
		f.t.Fatalf("%s: tensor %s has shape %v, want [1, C, H, W]", f.name, name, s)
	}
	c, h, w = s[1], s[2], s[3]
	return ChannelsLast(f.Floats(name), c, h*w), h, w, c
}

// ChannelsLast turns [c, n] into [n, c].
func ChannelsLast[T any](x []T, c, n int) []T {
	out := make([]T, len(x))
	for i := range c {
		for p := range n {
			out[p*c+i] = x[i*n+p]
		}
	}
	return out
}

// Near fails the test where got strays from want by more than rel times want's largest magnitude plus abs, or
// where it is not finite. Both are in the same order. It returns the largest difference as a share of that
// magnitude.
func Near(t testing.TB, what string, got []float32, want []float64, rel, abs float64) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return math.Inf(1)
	}
	scale := 0.0
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	limit := rel*scale + abs
	worst, at := 0.0, 0
	for i, v := range want {
		d := math.Abs(float64(got[i]) - v)
		if d != d {
			d = math.Inf(1)
		}
		if d > worst {
			worst, at = d, i
		}
	}
	if worst > limit {
		t.Errorf("%s: element %d is %v, want %v: off by %.3g, limit %.3g (%.3g of the scale %.3g)",
			what, at, got[at], want[at], worst, limit, worst/scale, scale)
	}
	if scale == 0 {
		return worst
	}
	return worst / scale
}
