package onnx

import "slices"

// featureMap is a value of the graph that holds a map of the network, in one of two layouts. Channels are
// axis 1 in both.
type featureMap struct {
	name    string
	h, w, c int
	rows    bool // [H·W, C] instead of [1, C, H, W]
}

func (m featureMap) pixels() int { return m.h * m.w }

// named returns m as the value of another node.
func (m featureMap) named(value string) featureMap {
	m.name = value
	return m
}

// The layouts below were chosen by timing whole networks with onnxruntime-web 1.30 in Chromium.
const (
	// Up to 4×4 pixels a convolution has hardly any work a channel, and its overhead dominates. As rows, every
	// operation of the network runs along contiguous channels: linear layers as Gemm, depthwise convolutions as
	// a product and a sum (see dense). T2 at 192 gains 4 %, S6 at 224 1.5 %.
	tinyPixels = 16
	// Between them and 8×8, Conv wastes what is missing to the next multiple of 16 pixels, the width of its
	// matrix kernel; Gemm, whose columns are channels, does not. At 36 (T2) or 49 pixels (S6) it saves 4 and 6 %
	// of the network's time, transposes included; from 64 pixels on it costs 2 to 7 %.
	smallPixels, kernelPixels = 64, 16
)

// tiny reports whether maps of this size are kept as rows.
func (b *builder) tiny(pixels int) bool { return b.target == Web && pixels <= tinyPixels }

// prefersGemm reports whether linear layers over maps of this size are faster as Gemm.
func (b *builder) prefersGemm(pixels int) bool {
	return b.target == Web && (pixels <= tinyPixels || pixels < smallPixels && pixels%kernelPixels != 0)
}

// asRows returns the map as rows.
func (b *builder) asRows(x featureMap) featureMap {
	if x.rows {
		return x
	}
	v := b.reshape(x.name+"#flat", x.name, x.c, x.pixels())
	v = b.node("Transpose", x.name+"#rows", []string{v}, attr{"perm", []int{1, 0}})
	return featureMap{v, x.h, x.w, x.c, true}
}

// asMap returns the map as [1, C, H, W].
func (b *builder) asMap(x featureMap) featureMap {
	if !x.rows {
		return x
	}
	v := b.node("Transpose", x.name+"#flat", []string{x.name}, attr{"perm", []int{1, 0}})
	return featureMap{b.reshape(x.name+"#map", v, 1, x.c, x.h, x.w), x.h, x.w, x.c, false}
}

// layout returns x as rows or as a map.
func (b *builder) layout(x featureMap, rows bool) featureMap {
	if rows {
		return b.asRows(x)
	}
	return b.asMap(x)
}

// home returns x in the layout in which maps of its size are kept.
func (b *builder) home(x featureMap) featureMap { return b.layout(x, b.tiny(x.pixels())) }

// add returns x + y in the layout of x.
func (b *builder) add(name string, x, y featureMap) featureMap {
	return x.named(b.node("Add", name, []string{x.name, b.layout(y, x.rows).name}))
}

// relu returns max(x, 0).
func (b *builder) relu(x featureMap) featureMap {
	return x.named(b.node("Relu", x.name+"#relu", []string{x.name}))
}

// silu returns x·σ(x), two operators that ONNX Runtime fuses.
func (b *builder) silu(x featureMap) featureMap {
	gate := b.node("Sigmoid", x.name+"#sigmoid", []string{x.name})
	return x.named(b.node("Mul", x.name+"#silu", []string{x.name, gate}))
}

// part is a slice of a map's channels to cut out.
type part struct {
	name     string
	channels int
}

// split cuts the channels of x into parts; empty ones are left out.
func (b *builder) split(name string, x featureMap, parts ...part) []featureMap {
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.channels == 0 })
	out := make([]featureMap, len(parts))
	names, sizes := make([]string, len(parts)), make([]int, len(parts))
	for i, p := range parts {
		names[i], sizes[i] = p.name, p.channels
		out[i] = featureMap{p.name, x.h, x.w, p.channels, x.rows}
	}
	b.nodes("Split", name, []string{x.name, b.ints(sizes...)}, names, attr{"axis", 1})
	return out
}

// concat joins maps of one layout along the channels.
func (b *builder) concat(name string, maps ...featureMap) featureMap {
	out, names := maps[0], make([]string, len(maps))
	out.c = 0
	for i, m := range maps {
		names[i] = m.name
		out.c += m.c
	}
	return out.named(b.node("Concat", name, names, attr{"axis", 1}))
}

// perChannel adds a constant with a value for each channel of x, shaped to be broadcast over its pixels.
func (b *builder) perChannel(name string, data []float32, x featureMap) string {
	if x.rows {
		return b.floats(name, data, x.c)
	}
	return b.floats(name, data, x.c, 1, 1)
}

// pool averages x over its pixels to a row [1, C].
func (b *builder) pool(name string, x featureMap) string {
	if x.rows {
		return b.node("ReduceMean", name, []string{x.name}, attr{"axes", []int{0}}, attr{"keepdims", 1})
	}
	v := b.node("GlobalAveragePool", name, []string{x.name})
	return b.reshape(name+"#row", v, 1, x.c)
}
