package onnx

import (
	"fmt"

	"mobilemamba/kernels"
)

// tensor returns a copy of the named weights. model.Fuse has checked that they are there and of what shape;
// what cannot be read counts as zeros until b.err is reported.
func (b *builder) tensor(name string) []float32 {
	t := b.sd.Get(name)
	data, err := t.Float32s()
	if err != nil {
		if b.err == nil {
			b.err = fmt.Errorf("tensor %s: %w", name, err)
		}
		return make([]float32, t.Len())
	}
	return data
}

// linear is a 1×1 convolution or a linear layer.
type linear struct {
	name   string
	weight []float32 // [N, K]
	bias   []float32 // [N]; nil for none
	n, k   int
}

func (b *builder) linearLayer(name string) linear {
	return newLinear(name, b.tensor(name+".weight"), b.tensor(name+".bias"))
}

// newLinear returns a layer with as many outputs as bias has elements.
func newLinear(name string, weight, bias []float32) linear {
	return linear{name, weight, bias, len(bias), len(weight) / len(bias)}
}

// linear applies a layer to every pixel of x and returns the result in the layout that suited it.
func (b *builder) linear(x featureMap, l linear) featureMap {
	x = b.layout(x, x.rows || b.prefersGemm(x.pixels()))
	y := featureMap{l.name, x.h, x.w, l.n, x.rows}
	if x.rows {
		b.gemm(l.name, x.name, l)
		return y
	}
	b.node("Conv", l.name, []string{
		x.name, b.floats(l.name+".weight", l.weight, l.n, l.k, 1, 1), b.floats(l.name+".bias", l.bias, l.n),
	}, attr{"kernel_shape", []int{1, 1}})
	return y
}

// gemm applies a layer to rows [L, K].
func (b *builder) gemm(name, x string, l linear) string {
	in := []string{x, b.floats(l.name+".weight", l.weight, l.n, l.k)}
	if l.bias != nil {
		in = append(in, b.floats(l.name+".bias", l.bias, l.n))
	}
	return b.node("Gemm", name, in, attr{"transB", 1})
}

// depthwise is a depthwise convolution with "same" padding.
type depthwise struct {
	name         string
	weight       []float32 // [C, K, K]
	bias         []float32 // [C]; nil for none
	c, k, stride int
}

func (b *builder) depthwiseLayer(name string, stride int) depthwise {
	weight, bias := b.tensor(name+".weight"), b.tensor(name+".bias")
	return newDepthwise(name, weight, bias, len(bias), stride)
}

func newDepthwise(name string, weight, bias []float32, c, stride int) depthwise {
	d := depthwise{name, weight, bias, c, 0, stride}
	for d.k*d.k*c < len(weight) {
		d.k++
	}
	return d
}

// residualDepthwise reads a convolution and adds 1 to its middle taps, which makes conv(x) into x + conv(x).
func (b *builder) residualDepthwise(name string) depthwise {
	d := b.depthwiseLayer(name, 1)
	taps := d.k * d.k
	for c := range d.c {
		d.weight[c*taps+taps/2]++
	}
	return d
}

// depthwise applies a convolution to x.
func (b *builder) depthwise(x featureMap, d depthwise) featureMap {
	x = b.home(x)
	y := featureMap{d.name, kernels.ConvOut(x.h, d.stride), kernels.ConvOut(x.w, d.stride), x.c, x.rows}
	if x.rows {
		return y.named(b.dense(d.name, x, d.dense(x.h, x.w), d.bias))
	}
	in := []string{x.name, b.floats(d.name+".weight", d.weight, d.c, 1, d.k, d.k)}
	if d.bias != nil {
		in = append(in, b.floats(d.name+".bias", d.bias, d.c))
	}
	pad := d.k / 2
	b.node("Conv", d.name, in, attr{"group", d.c}, attr{"kernel_shape", []int{d.k, d.k}},
		attr{"pads", []int{pad, pad, pad, pad}}, attr{"strides", []int{d.stride, d.stride}})
	return y
}

// dense multiplies the pixels of each channel of x, in rows, by a matrix of the channel's own: weight is
// [out, in, C]. Any linear map over the pixels of a channel is one, a convolution for example; on a tiny map
// it has few more elements than the taps of the convolutions that it replaces.
func (b *builder) dense(name string, x featureMap, weight, bias []float32) string {
	w := b.floats(name+".weight#dense", weight, len(weight)/(x.pixels()*x.c), x.pixels(), x.c)
	v := b.node("Mul", name+"#products", []string{w, x.name})
	if bias == nil {
		return b.node("ReduceSum", name, []string{v, b.ints(1)}, attr{"keepdims", 0})
	}
	v = b.node("ReduceSum", name+"#sum", []string{v, b.ints(1)}, attr{"keepdims", 0})
	return b.node("Add", name, []string{v, b.floats(name+".bias", bias, x.c)})
}

// dense returns the convolution over an h×w map as matrices [out, in, C].
func (d depthwise) dense(h, w int) []float32 {
	outH, outW := kernels.ConvOut(h, d.stride), kernels.ConvOut(w, d.stride)
	in := h * w
	m := make([]float32, outH*outW*in*d.c)
	for out := range outH * outW {
		for tap := range d.k * d.k {
			y := out/outW*d.stride + tap/d.k - d.k/2
			x := out%outW*d.stride + tap%d.k - d.k/2
			if y < 0 || x < 0 || y >= h || x >= w {
				continue
			}
			row := m[(out*in+y*w+x)*d.c:][:d.c]
			for c := range row {
				row[c] = d.weight[c*d.k*d.k+tap]
			}
		}
	}
	return m
}
