//go:build simd128 || relaxed

package kernels

import "unsafe"

// layerNormArgs are the operands of the assembly.
type layerNormArgs struct {
	x, weight, bias unsafe.Pointer
	rows, vectors   int
	count, eps      float32
}

//go:noescape
func layernorm_4_simd128(a *layerNormArgs)

// layerNormSIMD128 leaves a number of channels that is no multiple of four, which no official model has, to the
// reference.
func layerNormSIMD128(a LayerNormArgs) {
	if a.Channels%4 != 0 || a.Pixels == 0 {
		layerNormScalar(a)
		return
	}
	t := layerNormArgs{
		x:      operand(a.X, a.Pixels, a.Channels, a.Channels),
		weight: operand(a.Weight, 1, 0, a.Channels), bias: operand(a.Bias, 1, 0, a.Channels),
		rows: a.Pixels, vectors: a.Channels / 4, count: float32(a.Channels), eps: LayerNormEps,
	}
	layernorm_4_simd128(&t)
}
