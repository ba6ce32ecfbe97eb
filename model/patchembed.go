package model

import (
	"fmt"

	"mobilemamba/kernels"
)

// patchEmbed is the stem: four 3×3 convolutions of stride 2 with ReLU between them, 16× smaller in all.
type patchEmbed struct {
	set   *kernels.Set
	name  string
	convs [4]linear // over 3×3 patches, inputs in the order (ky, kx, c)
}

func (b *builder) patchEmbed(name string) *patchEmbed {
	p := &patchEmbed{set: b.set, name: name}
	for i := range p.convs {
		conv := fmt.Sprintf("%s.%d", name, 2*i)
		w, bias := b.floats(conv+".weight"), b.floats(conv+".bias")
		p.convs[i] = b.pack(tapsFirst(w, len(bias)), bias, len(bias))
	}
	return p
}

// tapsFirst reorders the weights of a dense 3×3 convolution from [n, c, 3, 3] to [n, 3, 3, c].
func tapsFirst(w []float32, n int) []float32 {
	if n == 0 {
		return w
	}
	out := make([]float32, len(w))
	c := len(w) / n / 9
	for o := range n {
		for i := range c {
			for t := range 9 {
				out[(o*9+t)*c+i] = w[(o*c+i)*9+t]
			}
		}
	}
	return out
}

func (p *patchEmbed) forward(s *State, x Map) Map {
	buffers := [2][]float32{s.a, s.x}
	for i, conv := range p.convs {
		y := buffers[i%2]
		relu := i < len(p.convs)-1
		out := convShape(x.Shape, conv.N)
		p.set.Conv3x3S2(kernels.Conv3x3S2Args{
			H: x.H, W: x.W, C: x.C, X: x.Data, Weights: conv.Packed, ReLU: relu, Y: y, Patches: s.patches,
		})
		x = Map{out, y[:out.len()]}
		if relu {
			s.probe(p.name, reluNames[i], x.view())
		}
	}
	return x
}

// reluNames are the stem's activations within patch_embed.
var reluNames = [...]string{".1", ".3", ".5"}

// convShape is the output of a stride 2 convolution to n channels.
func convShape(in Shape, n int) Shape {
	return Shape{kernels.ConvOut(in.H, 2), kernels.ConvOut(in.W, 2), n}
}

func (p *patchEmbed) out(in Shape) Shape {
	for _, conv := range p.convs {
		in = convShape(in, conv.N)
	}
	return in
}

func (p *patchEmbed) macs(in Shape) int64 {
	var n int64
	for _, conv := range p.convs {
		in = convShape(in, conv.N)
		n += conv.macs(in.pixels())
	}
	return n
}

func (p *patchEmbed) reserve(s *State, in Shape) {
	for _, conv := range p.convs {
		out := convShape(in, conv.N)
		s.grow(&s.patches, out.W*conv.K)
		s.growMaps(out.len())
		in = out
	}
}
