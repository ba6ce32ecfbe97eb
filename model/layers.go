package model

import "mobilemamba/kernels"

// builder makes layers out of a folded state dict and keeps the first error.
type builder struct {
	reader
	set *kernels.Set
}

// linear is a 1×1 convolution or a linear layer with bias.
type linear struct{ *kernels.Packed }

// linear reads NAME.weight [N, K] or [N, K, 1, 1] and NAME.bias.
func (b *builder) linear(name string) linear {
	w, bias := b.floats(name+".weight"), b.floats(name+".bias")
	return b.pack(w, bias, len(bias))
}

// pack lays out w [n, k] for the set's GEMM.
func (b *builder) pack(w, bias []float32, n int) linear {
	if b.err != nil {
		return linear{}
	}
	return linear{b.set.GEMM.Pack(w, bias, n, len(w)/n)}
}

// forward applies the layer to a single row.
func (l linear) forward(set *kernels.Set, x, y []float32) {
	set.GEMM.Run(kernels.GEMMArgs{M: 1, X: x, LDX: l.K, W: l.Packed, Y: y, LDY: l.N})
}

// macs counts the layer over n pixels.
func (l linear) macs(pixels int) int64 { return int64(pixels) * int64(l.K) * int64(l.N) }

// depthwise is a depthwise convolution with bias and "same" padding.
type depthwise struct {
	C, K, Stride int
	Weight       []float32 // [K, K, C]
	Bias         []float32 // [C]
}

// depthwise reads NAME.weight [C, 1, K, K] and NAME.bias.
func (b *builder) depthwise(name string, stride int) depthwise {
	return newDepthwise(b.floats(name+".weight"), b.floats(name+".bias"), stride)
}

// newDepthwise reorders w [C, K, K] to channels last.
func newDepthwise(w, bias []float32, stride int) depthwise {
	c := len(bias)
	if c == 0 {
		return depthwise{}
	}
	taps := len(w) / c
	d := depthwise{C: c, Stride: stride, Weight: make([]float32, len(w)), Bias: bias}
	for d.K*d.K < taps {
		d.K++
	}
	for i := range c {
		for t := range taps {
			d.Weight[t*c+i] = w[i*taps+t]
		}
	}
	return d
}

// args are the operands on a map of the given size, without the outputs.
func (d *depthwise) args(h, w int, x []float32, ldx int) kernels.DepthwiseArgs {
	return kernels.DepthwiseArgs{
		H: h, W: w, C: d.C, K: d.K, Stride: d.Stride, X: x, LDX: ldx, Weights: d.Weight, Bias: d.Bias,
	}
}

// residual computes y = x + conv(x).
func (d *depthwise) residual(set *kernels.Set, x Map, y []float32) Map {
	a := d.args(x.H, x.W, x.Data, x.C)
	a.Residual, a.LDR = x.Data, x.C
	a.Y, a.LDY = y, x.C
	set.Depthwise(a)
	return Map{x.Shape, y[:x.len()]}
}

// macs counts the convolution over an input of h×w pixels.
func (d *depthwise) macs(h, w int) int64 {
	return int64(kernels.ConvOut(h, d.Stride)) * int64(kernels.ConvOut(w, d.Stride)) * int64(d.C*d.K*d.K)
}
