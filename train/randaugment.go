package train

import (
	"math"
	"math/rand/v2"
)

// RandAugment as the official recipe uses it (timm's rand-m9-mstd0.5-inc1): some operations drawn from a list, all of
// about the same strength. Geometric ones become part of the window, so that a picture is interpolated once; the
// others act on the colours 0…255 of the result.

// randOp is one operation at a strength from 0 to 1.
type randOp struct {
	window func(w *window, strength float64) // strength with a random sign
	colour func(x []float32, size int, strength float64, sign float64)
}

var randOps = []randOp{
	{colour: func(x []float32, _ int, _, _ float64) { autoContrast(x) }},
	{colour: func(x []float32, _ int, _, _ float64) { equalize(x) }},
	{colour: func(x []float32, _ int, _, _ float64) { mapColours(x, func(v float32) float32 { return 255 - v }) }},
	{window: func(w *window, s float64) { w.rotate(30 * s) }},
	{colour: func(x []float32, _ int, s, _ float64) {
		levels := float32(int(256) >> (4 - min(3, int(4*s)))) // bits that are cleared, as a step
		mapColours(x, func(v float32) float32 { return float32(int(v/levels)) * levels })
	}},
	{colour: func(x []float32, _ int, s, _ float64) {
		threshold := float32(256 - 256*s)
		mapColours(x, func(v float32) float32 {
			if v >= threshold {
				return 255 - v
			}
			return v
		})
	}},
	{colour: func(x []float32, _ int, s, _ float64) {
		add := float32(110 * s)
		mapColours(x, func(v float32) float32 {
			if v < 128 {
				return min(v+add, 255)
			}
			return v
		})
	}},
	{colour: func(x []float32, _ int, s, sign float64) {
		blend(x, 1+0.9*s*sign, func(l float32) float32 { return l })
	}},
	{colour: func(x []float32, _ int, s, sign float64) {
		mean := meanLuma(x)
		blend(x, 1+0.9*s*sign, func(float32) float32 { return mean })
	}},
	{colour: func(x []float32, _ int, s, sign float64) { blend(x, 1+0.9*s*sign, func(float32) float32 { return 0 }) }},
	{colour: func(x []float32, size int, s, sign float64) { sharpen(x, size, float32(0.9*s*sign)) }},
	{window: func(w *window, s float64) { w.compose(1, 0.3*s, -0.15*s, 0, 1, 0) }}, // shear along x and y
	{window: func(w *window, s float64) { w.compose(1, 0, 0, 0.3*s, 1, -0.15*s) }},
	{window: func(w *window, s float64) { w.compose(1, 0, 0.45*s, 0, 1, 0) }}, // translate along x and y
	{window: func(w *window, s float64) { w.compose(1, 0, 0, 0, 1, 0.45*s) }},
}

// drawnOp is an operation with its strength.
type drawnOp struct {
	randOp
	strength, sign float64
}

// drawOps draws n operations at a magnitude of 0 to 10, varied by half a unit. Each is applied with probability 1/2.
func drawOps(rng *rand.Rand, n int, magnitude float64) []drawnOp {
	var ops []drawnOp
	for range n {
		op := randOps[rng.IntN(len(randOps))]
		m := min(max(magnitude+0.5*rng.NormFloat64(), 0), 10)
		sign := 1.0
		if rng.IntN(2) == 0 {
			sign = -1
		}
		if rng.IntN(2) == 0 {
			ops = append(ops, drawnOp{op, m / 10, sign})
		}
	}
	return ops
}

// compose puts the affine map (u, v) → (a·u + b·v + c, d·u + e·v + f) of the input's unit square in front.
func (w *window) compose(a, b, c, d, e, f float64) {
	*w = window{
		x0: w.x0 + c*w.xu + f*w.xv, xu: a*w.xu + d*w.xv, xv: b*w.xu + e*w.xv,
		y0: w.y0 + c*w.yu + f*w.yv, yu: a*w.yu + d*w.yv, yv: b*w.yu + e*w.yv,
	}
}

// rotate turns the input about its centre.
func (w *window) rotate(degrees float64) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	w.compose(cos, -sin, 0.5-0.5*cos+0.5*sin, sin, cos, 0.5-0.5*sin-0.5*cos)
}

func mapColours(x []float32, f func(v float32) float32) {
	for i, v := range x {
		x[i] = f(v)
	}
}

// blend moves every colour from a base, made of the pixel's grey, by a factor.
func blend(x []float32, factor float64, base func(grey float32) float32) {
	k := float32(factor)
	for i := 0; i+3 <= len(x); i += 3 {
		p := x[i:][:3]
		b := base(luma[0]*p[0] + luma[1]*p[1] + luma[2]*p[2])
		for c, v := range p {
			p[c] = clip(b + k*(v-b))
		}
	}
}

func meanLuma(x []float32) float32 {
	var sum float32
	for i := 0; i+3 <= len(x); i += 3 {
		sum += luma[0]*x[i] + luma[1]*x[i+1] + luma[2]*x[i+2]
	}
	return sum / float32(len(x)/3)
}

// autoContrast stretches every channel to the whole range.
func autoContrast(x []float32) {
	for c := range 3 {
		lo, hi := float32(255), float32(0)
		for i := c; i < len(x); i += 3 {
			lo, hi = min(lo, x[i]), max(hi, x[i])
		}
		if hi-lo < 1 {
			continue
		}
		scale := 255 / (hi - lo)
		for i := c; i < len(x); i += 3 {
			x[i] = (x[i] - lo) * scale
		}
	}
}

// equalize makes the histogram of every channel flat.
func equalize(x []float32) {
	for c := range 3 {
		var below [257]float32
		for i := c; i < len(x); i += 3 {
			below[min(max(int(x[i]), 0), 255)+1]++
		}
		for v := range 256 {
			below[v+1] += below[v]
		}
		scale := 255 / max(below[256], 1)
		for i := c; i < len(x); i += 3 {
			v := min(max(int(x[i]), 0), 255)
			x[i] = (below[v] + below[v+1]) / 2 * scale
		}
	}
}

// sharpen moves the picture away from its smoothed form, or towards it with a negative amount. The border stays.
func sharpen(x []float32, size int, amount float32) {
	src := append([]float32(nil), x...)
	for y := 1; y < size-1; y++ {
		for i := (y*size + 1) * 3; i < (y*size+size-1)*3; i++ {
			up, here, down := src[i-3*size:], src[i:], src[i+3*size:]
			sum := src[i-3*size-3] + up[0] + up[3] + src[i-3] + 5*here[0] + here[3] + src[i+3*size-3] + down[0] + down[3]
			x[i] = clip(here[0] + amount*(here[0]-sum/13))
		}
	}
}
