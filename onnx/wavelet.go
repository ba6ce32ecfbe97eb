package onnx

import (
	"fmt"
	"math"
)

// haarSigns are the signs of the four Haar filters (LL, V, H, D) over the pixels of a 2×2 cell in row-major
// order. The matrix is symmetric: the transform is its own inverse.
var haarSigns = [4][4]float32{
	{1, 1, 1, 1},
	{1, 1, -1, -1},
	{1, -1, 1, -1},
	{1, -1, -1, 1},
}

// haarGain is the filter value in the official checkpoints, the float32 square of 1/√2.
var haarGain = math.Float32frombits(0x3effffff)

// wavelet is WT(x) of the global branch (section 3.3): Haar analysis, a depthwise convolution of every band
// with a scale, Haar synthesis.
func (b *builder) wavelet(name string, x featureMap) featureMap {
	b.checkHaar(name + ".wt_filter")
	b.checkHaar(name + ".iwt_filter")
	conv := b.waveletConv(name, x.c)
	if x.rows {
		return x.named(b.dense(name+"#idwt", x, waveletDense(conv, x), nil))
	}
	h, w := (x.h+1)/2, (x.w+1)/2
	odd := h*2 != x.h || w*2 != x.w
	v := x.name
	if odd {
		v = b.node("Pad", name+"#dwt_in", []string{v, b.ints(0, 0, 0, 0, 0, 0, 2*h-x.h, 2*w-x.w)})
	}
	// SpaceToDepth puts the pixels of the cells side by side, in the order of haarSigns and each with all
	// channels: what is left of the transform is a 4×4 matrix. Reshape and Transpose instead, strided slices with
	// additions, and a grouped convolution with its transpose were within 1 % of this.
	v = b.node("SpaceToDepth", name+"#cells", []string{v}, attr{"blocksize", 2})
	v = b.haar(name+"#dwt", v, x.c, h, w)
	v = b.asMap(b.depthwise(featureMap{v, h, w, 4 * x.c, false}, conv)).name
	v = b.haar(name+"#bands", v, x.c, h, w)
	v = b.node("DepthToSpace", name+"#idwt", []string{v}, attr{"blocksize", 2}, attr{"mode", "DCR"})
	if odd {
		v = b.node("Slice", name+"#crop", []string{v, b.ints(0, 0), b.ints(x.h, x.w), b.ints(2, 3)})
	}
	return x.named(v)
}

// checkHaar refuses a checkpoint whose (frozen) filters are of another wavelet than Haar's.
func (b *builder) checkHaar(name string) {
	for i, v := range b.tensor(name) {
		want := haarGain * haarSigns[i/4%4][i%4]
		if !(math.Abs(float64(v-want)) <= 1e-3) && b.err == nil {
			b.err = fmt.Errorf("tensor %s holds another wavelet than Haar's (element %d is %v); only Haar is supported", name, i, v)
		}
	}
}

// haar transforms the four values a cell of each of c channels, [1, 4·c, h, w] with the channels contiguous.
func (b *builder) haar(name, x string, c, h, w int) string {
	matrix := make([]float32, 0, 16)
	for _, row := range haarSigns {
		for _, sign := range row {
			matrix = append(matrix, sign*haarGain)
		}
	}
	v := b.reshape(name+"#in", x, 4, c*h*w)
	v = b.node("MatMul", name+"#out", []string{b.floats("haar", matrix, 4, 4), v})
	return b.reshape(name, v, 1, 4*c, h, w)
}

// waveletConv reads the convolution of the bands with wavelet_scale folded in. Its channels are reordered from
// the official 4·channel + band to band·c + channel.
func (b *builder) waveletConv(name string, c int) depthwise {
	weight := b.tensor(name + ".wavelet_convs.0.weight")
	scale := b.tensor(name + ".wavelet_scale.0.weight")
	taps := len(weight) / len(scale)
	banded := make([]float32, len(weight))
	for i, s := range scale {
		channel, band := i/4, i%4
		for t, v := range weight[i*taps : (i+1)*taps] {
			banded[(band*c+channel)*taps+t] = v * s
		}
	}
	return newDepthwise(name+".wavelet_convs.0", banded, nil, 4*c, 1)
}

// waveletDense returns the whole branch, analysis, convolution and synthesis, as matrices [out, in, C] over the
// pixels of a tiny map: out and in are each a cell and a pixel in it, and the sum goes over the bands.
func waveletDense(conv depthwise, x featureMap) []float32 {
	h, w := (x.h+1)/2, (x.w+1)/2
	cells, n := conv.dense(h, w), x.pixels()
	cell := func(pixel int) (index, within int) {
		y, x := pixel/x.w, pixel%x.w
		return y/2*w + x/2, y%2*2 + x%2
	}
	m := make([]float32, n*n*x.c)
	for out := range n {
		outCell, outPixel := cell(out)
		for in := range n {
			inCell, inPixel := cell(in)
			row := m[(out*n+in)*x.c:][:x.c]
			for band := range haarSigns {
				gain := haarGain * haarGain * haarSigns[band][outPixel] * haarSigns[band][inPixel]
				taps := cells[((outCell*h*w+inCell)*4+band)*x.c:][:x.c]
				for c, v := range taps {
					row[c] += gain * v
				}
			}
		}
	}
	return m
}
