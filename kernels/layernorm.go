package kernels

import "math"

// LayerNormEps is the eps of the official LayerNorm2d.
const LayerNormEps = 1e-5

// LayerNormArgs are the operands of a layer normalisation over the channels of each pixel (biased variance),
// X = (X-mean)/√(var+LayerNormEps)·Weight + Bias, in place.
type LayerNormArgs struct {
	Pixels, Channels int
	X                []float32 // [Pixels, Channels]
	Weight, Bias     []float32 // [Channels]
}

// layerNormScalar sums in float64, so that a mean far from zero costs the variance nothing.
func layerNormScalar(a LayerNormArgs) {
	n := float64(a.Channels)
	for i := range a.Pixels {
		x := a.X[i*a.Channels:][:a.Channels]
		var sum float64
		for _, v := range x {
			sum += float64(v)
		}
		mean := sum / n
		var squares float64
		for _, v := range x {
			d := float64(v) - mean
			squares += d * d
		}
		scale := 1 / math.Sqrt(squares/n+LayerNormEps)
		weight, bias := a.Weight[:len(x)], a.Bias[:len(x)]
		for c, v := range x {
			x[c] = float32((float64(v)-mean)*scale)*weight[c] + bias[c]
		}
	}
}
