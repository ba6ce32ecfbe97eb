package model

import "mobilemamba/kernels"

// patchMerging halves the map between stages: 1×1 convolution to four times the width, ReLU, depthwise 3×3 of
// stride 2, ReLU, squeeze-and-excite, 1×1 convolution to the new width.
type patchMerging struct {
	set          *kernels.Set
	name         string
	conv1, conv3 linear
	conv2        depthwise
	fc1, fc2     linear // se
}

func (b *builder) patchMerging(name string) *patchMerging {
	return &patchMerging{
		set:   b.set,
		name:  name,
		conv1: b.linear(name + ".conv1"),
		conv2: b.depthwise(name+".conv2", 2),
		fc1:   b.linear(name + ".se.fc1"),
		fc2:   b.linear(name + ".se.fc2"),
		conv3: b.linear(name + ".conv3"),
	}
}

func (p *patchMerging) forward(s *State, x Map) Map {
	wide := p.conv1.N
	p.set.GEMM.Run(kernels.GEMMArgs{
		M: x.pixels(), X: x.Data, LDX: x.C, W: p.conv1.Packed, ReLU: true, Y: s.hidden, LDY: wide,
	})
	s.probe(p.name, ".conv1", View{x.H, x.W, wide, wide, s.hidden})

	a := p.conv2.args(x.H, x.W, s.hidden, wide)
	a.ReLU, a.Y, a.LDY = true, s.down, wide
	p.set.Depthwise(a)
	out := p.out(x.Shape)
	s.probe(p.name, ".conv2", View{out.H, out.W, wide, wide, s.down})

	p.set.SqueezeExcite(kernels.SqueezeExciteArgs{
		Pixels: out.pixels(), Channels: wide, X: s.down, FC1: p.fc1.Packed, FC2: p.fc2.Packed,
		Gate: s.gate, Hidden: s.squeezed,
	})
	s.probe(p.name, ".se.gate", View{1, 1, wide, wide, s.gate})
	s.probe(p.name, ".se", View{out.H, out.W, wide, wide, s.down})

	p.set.GEMM.Run(kernels.GEMMArgs{
		M: out.pixels(), X: s.down, LDX: wide, W: p.conv3.Packed, Y: s.x, LDY: out.C,
	})
	return Map{out, s.x[:out.len()]}
}

func (p *patchMerging) out(in Shape) Shape { return convShape(in, p.conv3.N) }

func (p *patchMerging) macs(in Shape) int64 {
	out := p.out(in)
	return p.conv1.macs(in.pixels()) + p.conv2.macs(in.H, in.W) +
		p.fc1.macs(1) + p.fc2.macs(1) + p.conv3.macs(out.pixels())
}

func (p *patchMerging) reserve(s *State, in Shape) {
	out := p.out(in)
	s.grow(&s.hidden, in.pixels()*p.conv1.N)
	s.grow(&s.down, out.pixels()*p.conv1.N)
	s.grow(&s.gate, p.fc2.N)
	s.grow(&s.squeezed, p.fc1.N)
	s.growMaps(out.len())
}
