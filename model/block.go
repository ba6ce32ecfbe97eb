package model

import "mobilemamba/kernels"

// mobileMambaBlock is the paper's block (figure 4): a depthwise convolution and an FFN before and after the
// MRFFI module, each with its residual, and a skip around the whole.
type mobileMambaBlock struct {
	set        *kernels.Set
	name       string
	dw0, dw1   depthwise
	ffn0, ffn1 ffn
	mixer      mrffi
}

func (b *builder) mobileMambaBlock(name string, global, local int) *mobileMambaBlock {
	return &mobileMambaBlock{
		set:   b.set,
		name:  name,
		dw0:   b.depthwise(name+".dw0.m", 1),
		ffn0:  b.ffn(name + ".ffn0"),
		mixer: b.mrffi(name+".mixer.m.attn", global, local),
		dw1:   b.depthwise(name+".dw1.m", 1),
		ffn1:  b.ffn(name + ".ffn1"),
	}
}

func (m *mobileMambaBlock) forward(s *State, x Map) Map {
	y := m.dw0.residual(m.set, x, s.a)
	s.probe(m.name, ".dw0", y.view())
	m.ffn0.residual(m.set, s, y)
	s.probe(m.name, ".ffn0", y.view())
	m.mixer.residual(m.set, s, y)
	s.probe(m.name, ".mixer", y.view())
	y = m.dw1.residual(m.set, y, s.b)
	s.probe(m.name, ".dw1", y.view())
	m.ffn1.residual(m.set, s, y)
	s.probe(m.name, ".ffn1", y.view())
	m.set.Add(x.Data, y.Data)
	return x
}

func (m *mobileMambaBlock) out(in Shape) Shape { return in }

func (m *mobileMambaBlock) macs(in Shape) int64 {
	return m.dw0.macs(in.H, in.W) + m.ffn0.macs(in) + m.mixer.macs(in) + m.dw1.macs(in.H, in.W) + m.ffn1.macs(in)
}

func (m *mobileMambaBlock) reserve(s *State, in Shape) {
	s.growMaps(in.len())
	m.ffn0.reserve(s, in)
	m.mixer.reserve(s, in)
}

// ffn is the feed-forward network: 1×1 convolution to twice the width, ReLU, 1×1 convolution back.
type ffn struct {
	name     string
	pw1, pw2 linear
}

func (b *builder) ffn(name string) ffn {
	return ffn{name: name, pw1: b.linear(name + ".m.pw1"), pw2: b.linear(name + ".m.pw2")}
}

// residual computes x = x + pw2(relu(pw1(x))) in place.
func (f *ffn) residual(set *kernels.Set, s *State, x Map) {
	wide := f.pw1.N
	set.GEMM.Run(kernels.GEMMArgs{
		M: x.pixels(), X: x.Data, LDX: x.C, W: f.pw1.Packed, ReLU: true, Y: s.hidden, LDY: wide,
	})
	s.probe(f.name, ".m.pw1", View{x.H, x.W, wide, wide, s.hidden})
	set.GEMM.Run(kernels.GEMMArgs{
		M: x.pixels(), X: s.hidden, LDX: wide, W: f.pw2.Packed,
		Residual: x.Data, LDR: x.C, Y: x.Data, LDY: x.C,
	})
}

func (f *ffn) macs(in Shape) int64 { return f.pw1.macs(in.pixels()) + f.pw2.macs(in.pixels()) }

func (f *ffn) reserve(s *State, in Shape) { s.grow(&s.hidden, in.pixels()*f.pw1.N) }

// mixing is the depthwise convolution and FFN, each with its residual, before and after a patch merging.
type mixing struct {
	set  *kernels.Set
	name string
	dw   depthwise
	ffn  ffn
}

func (b *builder) mixing(name string) *mixing {
	return &mixing{set: b.set, name: name, dw: b.depthwise(name+".0.m", 1), ffn: b.ffn(name + ".1")}
}

func (m *mixing) forward(s *State, x Map) Map {
	y := m.dw.residual(m.set, x, s.a)
	s.probe(m.name, ".0", y.view())
	m.ffn.residual(m.set, s, y)
	s.probe(m.name, ".1", y.view())
	s.x, s.a = s.a, s.x
	return y
}

func (m *mixing) out(in Shape) Shape  { return in }
func (m *mixing) macs(in Shape) int64 { return m.dw.macs(in.H, in.W) + m.ffn.macs(in) }

func (m *mixing) reserve(s *State, in Shape) {
	s.growMaps(in.len())
	m.ffn.reserve(s, in)
}
