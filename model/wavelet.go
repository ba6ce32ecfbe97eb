package model

import (
	"fmt"
	"math"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
)

// wavelet is WT(x) of the global branch (section 3.3): Haar analysis, a depthwise convolution of every band
// with a scale, Haar synthesis.
type wavelet struct {
	name string
	c    int
	conv depthwise // over the 4·c coefficient channels, in the kernels' band-major order; the scale folded in
}

// haarFilter holds the four 2×2 analysis filters (LL, V, H, D) of one channel as the official checkpoints
// store them; h is the float32 square of 1/√2.
var haarFilter = func() [16]float32 {
	h := math.Float32frombits(0x3effffff)
	return [16]float32{
		h, h, h, h,
		h, h, -h, -h,
		h, -h, h, -h,
		h, -h, -h, h,
	}
}()

func (b *builder) wavelet(name string) wavelet {
	b.checkHaar(name + ".wt_filter")
	b.checkHaar(name + ".iwt_filter")
	w := b.floats(name + ".wavelet_convs.0.weight")
	scale := b.floats(name + ".wavelet_scale.0.weight")
	if b.err != nil {
		return wavelet{}
	}
	c, taps := len(scale)/4, len(w)/len(scale)
	banded := make([]float32, len(w))
	for i, v := range scale {
		channel, band := i/4, i%4
		dst := banded[(band*c+channel)*taps:][:taps]
		for t := range dst {
			dst[t] = w[i*taps+t] * v
		}
	}
	return wavelet{name: name, c: c, conv: newDepthwise(banded, make([]float32, 4*c), 1)}
}

// checkHaar refuses a checkpoint whose (frozen) filters are of another wavelet than Haar's.
func (b *builder) checkHaar(name string) {
	for i, v := range b.floats(name) {
		if math.Abs(float64(v-haarFilter[i%len(haarFilter)])) > 1e-3 || v != v {
			b.err = &checkpoint.Error{
				Code: checkpoint.Mismatch,
				Msg:  fmt.Sprintf("tensor %s holds another wavelet than Haar's (element %d is %v); only Haar is supported", name, i, v),
			}
			return
		}
	}
}

// forward writes the branch's output into the first c channels of cat.
func (w *wavelet) forward(set *kernels.Set, s *State, x, cat Map) {
	h, half := (x.H+1)/2, (x.W+1)/2
	set.HaarAnalysis(kernels.HaarArgs{H: x.H, W: x.W, C: w.c, Map: x.Data, LD: x.C, Coef: s.coef})
	s.probe(w.name, "#dwt", View{h, half, 4 * w.c, 4 * w.c, s.coef})

	a := w.conv.args(h, half, s.coef, 4*w.c)
	a.Y, a.LDY = s.filtered, 4*w.c
	set.Depthwise(a)
	s.probe(w.name, ".wavelet_scale.0", View{h, half, 4 * w.c, 4 * w.c, s.filtered})

	set.HaarSynthesis(kernels.HaarArgs{H: x.H, W: x.W, C: w.c, Map: cat.Data, LD: x.C, Coef: s.filtered})
	s.probe(w.name, "#idwt", View{x.H, x.W, w.c, x.C, cat.Data})
}

// macs counts both transforms as the 2×2 convolutions they are.
func (w *wavelet) macs(in Shape) int64 {
	h, half := (in.H+1)/2, (in.W+1)/2
	return 2*int64(h*half)*int64(16*w.c) + w.conv.macs(h, half)
}

func (w *wavelet) reserve(s *State, in Shape) {
	n := (in.H + 1) / 2 * ((in.W + 1) / 2) * 4 * w.c
	s.grow(&s.coef, n)
	s.grow(&s.filtered, n)
}
