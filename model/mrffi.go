package model

import "mobilemamba/kernels"

// mrffi is the multi-receptive field feature interaction module (figure 4): it splits the channels into a
// global, a local and an identity branch, concatenates their results and mixes them.
type mrffi struct {
	name          string
	global, local int // channels of the first two branches; the identity branch has the rest

	ss2d    ss2d    // global branch: long range
	wavelet wavelet // global branch: fine detail
	dwconv  localOp // local branch
	proj    linear  // proj.1, behind a ReLU
}

func (b *builder) mrffi(name string, global, local int) mrffi {
	return mrffi{
		name: name, global: global, local: local,
		ss2d:    b.ss2d(name + ".global_op"),
		wavelet: b.wavelet(name + ".global_op"),
		dwconv:  b.localOp(name + ".local_op"),
		proj:    b.linear(name + ".proj.1"),
	}
}

// residual computes x = x + proj(relu(concat(global(x1), local(x2), x3))) in place.
func (m *mrffi) residual(set *kernels.Set, s *State, x Map) {
	cat := Map{x.Shape, s.cat[:x.len()]}
	m.globalBranch(set, s, x, cat)
	m.localBranch(set, s, x, cat)
	m.identityBranch(x, cat)
	s.probe(m.name, "#cat", cat.view())
	set.ReLU(cat.Data)
	set.GEMM.Run(kernels.GEMMArgs{
		M: x.pixels(), X: cat.Data, LDX: x.C, W: m.proj.Packed,
		Residual: x.Data, LDR: x.C, Y: x.Data, LDY: x.C,
	})
}

// globalBranch computes WT(x1) + base_scale·SS2D(x1): wavelet-enhanced Mamba.
func (m *mrffi) globalBranch(set *kernels.Set, s *State, x, cat Map) {
	s.probe(m.name, ".global_op#input", View{x.H, x.W, m.global, x.C, x.Data})
	m.wavelet.forward(set, s, x, cat)
	m.ss2d.add(set, s, x, cat)
	s.probe(m.name, ".global_op", View{x.H, x.W, m.global, x.C, cat.Data})
}

// localBranch is the multi-kernel depthwise convolution of x2.
func (m *mrffi) localBranch(set *kernels.Set, s *State, x, cat Map) {
	m.dwconv.forward(set, s, x.Shape, x.Data[m.global:], cat.Data[m.global:])
	s.probe(m.name, ".local_op", View{x.H, x.W, m.local, x.C, cat.Data[m.global:]})
}

// identityBranch copies x3.
func (m *mrffi) identityBranch(x, cat Map) {
	from := m.global + m.local
	if from == x.C {
		return
	}
	for i := 0; i < x.len(); i += x.C {
		copy(cat.Data[i+from:i+x.C], x.Data[i+from:i+x.C])
	}
}

func (m *mrffi) macs(in Shape) int64 {
	return m.ss2d.macs(in) + m.wavelet.macs(in) + m.dwconv.macs(in) + m.proj.macs(in.pixels())
}

func (m *mrffi) reserve(s *State, in Shape) {
	s.grow(&s.cat, in.len())
	m.ss2d.reserve(s, in)
	m.wavelet.reserve(s, in)
}

// localOp is the official DWConv2d_BN_ReLU: depthwise k×k convolution, ReLU, depthwise 1×1 convolution.
type localOp struct {
	name         string
	conv         depthwise
	scale, shift []float32 // the 1×1 convolution
}

func (b *builder) localOp(name string) localOp {
	return localOp{
		name:  name,
		conv:  b.depthwise(name+".0", 1),
		scale: b.floats(name + ".2.weight"),
		shift: b.floats(name + ".2.bias"),
	}
}

// forward computes y from x, both with pixels shape.C apart.
func (l *localOp) forward(set *kernels.Set, s *State, shape Shape, x, y []float32) {
	a := l.conv.args(shape.H, shape.W, x, shape.C)
	a.ReLU, a.Y, a.LDY = true, y, shape.C
	set.Depthwise(a)
	s.probe(l.name, ".bn1", View{shape.H, shape.W, l.conv.C, shape.C, y})
	set.ScaleShift(kernels.ScaleShiftArgs{
		Pixels: shape.pixels(), Channels: l.conv.C, X: y, LDX: shape.C, Scale: l.scale, Shift: l.shift,
	})
}

func (l *localOp) macs(in Shape) int64 {
	return l.conv.macs(in.H, in.W) + int64(in.pixels()*l.conv.C)
}
