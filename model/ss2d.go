package model

import (
	"math"

	"mobilemamba/kernels"
)

// ss2d is the selective state space module of the global branch (official SS2D, forward type v052d): a gated
// depthwise convolution and a bidirectional selective scan of state size 1 over the pixels in row-major order.
type ss2d struct {
	name   string
	d      int       // d_inner
	inProj linear    // to x and z
	conv2d depthwise // 3×3, of x
	xProj  linear    // to (low-rank Δ, B, C) of both directions
	dirs   [2]scanDirection
	norm   struct{ weight, bias []float32 } // out_norm
	// outProj carries base_scale in its weights.
	outProj linear
}

// scanDirection holds the parameters of one direction; the second scans the reversed sequence.
type scanDirection struct {
	rank   int
	dtProj linear    // low-rank Δ to d_inner channels, with bias
	a      []float32 // -exp(A_logs)
	d      []float32 // Ds
}

func (b *builder) ss2d(globalOp string) ss2d {
	name := globalOp + ".global_atten"
	m := ss2d{
		name:   name,
		inProj: b.linear(name + ".in_proj"),
		conv2d: b.depthwise(name+".conv2d", 1),
	}
	m.d = m.conv2d.C
	m.norm.weight, m.norm.bias = b.floats(name+".out_norm.weight"), b.floats(name+".out_norm.bias")
	xProj := b.floats(name + ".x_proj_weight") // [2, rank+2, d]
	dtWeight := b.floats(name + ".dt_projs_weight")
	dtBias := b.floats(name + ".dt_projs_bias")
	aLogs, ds := b.floats(name+".A_logs"), b.floats(name+".Ds")
	m.outProj = b.scaledLinear(name+".out_proj", globalOp+".base_scale.weight")
	if b.err != nil {
		return ss2d{}
	}
	m.xProj = b.pack(xProj, nil, len(xProj)/m.d)
	for k := range m.dirs {
		lo, hi := k*m.d, (k+1)*m.d
		rank := len(dtWeight) / (2 * m.d)
		dir := scanDirection{
			rank:   rank,
			dtProj: b.pack(dtWeight[lo*rank:hi*rank], dtBias[lo:hi], m.d),
			a:      make([]float32, m.d),
			d:      ds[lo:hi],
		}
		for i, v := range aLogs[lo:hi] {
			dir.a[i] = float32(-math.Exp(float64(v)))
		}
		m.dirs[k] = dir
	}
	return m
}

// scaledLinear reads a linear layer whose outputs are multiplied by a scale.
func (b *builder) scaledLinear(name, scale string) linear {
	w, bias, s := b.floats(name+".weight"), b.floats(name+".bias"), b.floats(scale)
	if b.err != nil {
		return linear{}
	}
	k := len(w) / len(s)
	for i := range w {
		w[i] *= s[i/k]
	}
	for i := range bias {
		bias[i] *= s[i]
	}
	return b.pack(w, bias, len(s))
}

// add computes cat = cat + base_scale·SS2D(x) on the first channels of both.
func (m *ss2d) add(set *kernels.Set, s *State, x, cat Map) {
	l, d := x.pixels(), m.d
	set.GEMM.Run(kernels.GEMMArgs{M: l, X: x.Data, LDX: x.C, W: m.inProj.Packed, Y: s.xz, LDY: 2 * d})
	s.probe(m.name, ".in_proj", View{x.H, x.W, 2 * d, 2 * d, s.xz})
	set.SiLU(kernels.SiLUArgs{Pixels: l, Channels: d, X: s.xz[d:], LDX: 2 * d, Y: s.z, LDY: d})
	s.probe(m.name, "#z_act", View{x.H, x.W, d, d, s.z})

	conv := m.conv2d.args(x.H, x.W, s.xz, 2*d)
	conv.Y, conv.LDY = s.u, d
	set.Depthwise(conv)
	s.probe(m.name, ".conv2d", View{x.H, x.W, d, d, s.u})
	set.SiLU(kernels.SiLUArgs{Pixels: l, Channels: d, X: s.u, LDX: d, Y: s.u, LDY: d})
	s.probe(m.name, "#x_act", View{x.H, x.W, d, d, s.u})

	m.scan(set, s, l)
	y := s.y[:l*d]
	s.probe(m.name, "#scan_merged", View{x.H, x.W, d, d, y})

	set.LayerNorm(kernels.LayerNormArgs{Pixels: l, Channels: d, X: y, Weight: m.norm.weight, Bias: m.norm.bias})
	s.probe(m.name, ".out_norm", View{x.H, x.W, d, d, y})
	set.Mul(y, s.z)
	s.probe(m.name, "#gated", View{x.H, x.W, d, d, y})
	set.GEMM.Run(kernels.GEMMArgs{
		M: l, X: y, LDX: d, W: m.outProj.Packed,
		Residual: cat.Data, LDR: cat.C, Y: cat.Data, LDY: cat.C,
	})
}

// scan runs the selective scan over the sequence s.u [l, d] in both directions and leaves the sum in s.y. The
// projections to Δ, B and C depend on single steps, so both directions share one pass over the sequence.
func (m *ss2d) scan(set *kernels.Set, s *State, l int) {
	d, width := m.d, m.xProj.N
	set.GEMM.Run(kernels.GEMMArgs{M: l, X: s.u, LDX: d, W: m.xProj.Packed, Y: s.proj, LDY: width})
	s.probe(m.name, "#scan_proj", View{1, l, width, width, s.proj})
	for k, dir := range m.dirs {
		from := k * (dir.rank + 2)
		set.GEMM.Run(kernels.GEMMArgs{M: l, X: s.proj[from:], LDX: width, W: dir.dtProj.Packed, Y: s.delta, LDY: d})
		s.probe(m.name, deltaNames[k], View{1, l, d, d, s.delta})
		set.SelectiveScan(kernels.ScanArgs{
			L: l, Channels: d, X: s.u, Delta: s.delta, A: dir.a,
			B: s.proj[from+dir.rank:], C: s.proj[from+dir.rank+1:], LDBC: width,
			D: dir.d, Reverse: k == 1, Accumulate: k == 1, H: s.hstate, Y: s.y,
		})
	}
}

// deltaNames are Δ before softplus, bias included, by direction; row t belongs to pixel t in both.
var deltaNames = [...]string{"#delta0", "#delta1"}

func (m *ss2d) macs(in Shape) int64 {
	l := in.pixels()
	return m.inProj.macs(l) + m.conv2d.macs(in.H, in.W) + m.xProj.macs(l) +
		m.dirs[0].dtProj.macs(l) + m.dirs[1].dtProj.macs(l) + m.outProj.macs(l)
}

func (m *ss2d) reserve(s *State, in Shape) {
	l := in.pixels()
	s.grow(&s.xz, l*2*m.d)
	s.grow(&s.proj, l*m.xProj.N)
	s.grow(&s.hstate, m.d)
	for _, buf := range []*[]float32{&s.u, &s.z, &s.delta, &s.y} {
		s.grow(buf, l*m.d)
	}
}
