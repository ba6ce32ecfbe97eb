package train

import (
	"math"

	"mobilemamba/train/internal/ops"
)

// ss2d is the selective state space module of the global branch (official SS2D, forward type v052d): a gated
// depthwise convolution and a bidirectional selective scan of state size 1 over the pixels in row-major order.
type ss2d struct {
	name    string
	d, rank int // d_inner and dt_rank

	inProj                 *convBN // to x and the gate z
	conv2d                 *depthwise
	convBias               *Param
	xProj                  *linear // to (low-rank Δ, B, C) of both directions
	dtWeight, dtBias       *Param
	aLogs, skip            *Param // A_logs and Ds
	normWeight, normBias   *Param
	outProj                *convBN // base_scale is in its BatchNorm
	xz, conv, u            ops.Map // u = silu(conv2d(x))
	proj                   ops.Map // output of xProj
	dirs                   [2]scanDirection
	scanned, xh, norm, out ops.Map
	inv                    []float32 // of the LayerNorm, by pixel
}

// scanDirection is one direction of the scan; the second runs over the reversed sequence.
type scanDirection struct {
	scan          ops.Scan
	delta, states ops.Map
	forward, back ops.Panels // of dt_projs_weight
}

func (t *tensors) ss2d(globalOp string) *ss2d {
	name := globalOp + ".global_atten"
	m := &ss2d{
		name:       name,
		inProj:     t.convBN(name+".in_proj", false),
		conv2d:     t.depthwise(name+".conv2d.weight", 1),
		convBias:   t.param(name + ".conv2d.bias"),
		xProj:      &linear{weight: t.param(name + ".x_proj_weight")},
		dtWeight:   t.param(name + ".dt_projs_weight"),
		dtBias:     t.param(name + ".dt_projs_bias"),
		aLogs:      t.param(name + ".A_logs"),
		skip:       t.param(name + ".Ds"),
		normWeight: t.param(name + ".out_norm.weight"),
		normBias:   t.param(name + ".out_norm.bias"),
		outProj:    t.convBN(name+".out_proj", false),
	}
	m.outProj.bn.after = t.param(globalOp + ".base_scale.weight")
	if t.err == nil {
		shape := m.dtWeight.Shape // [2, d, rank]
		m.d, m.rank = shape[1], shape[2]
		m.xProj.n, m.xProj.k = 2*(m.rank+2), m.d
	}
	return m
}

// low returns the slices of the projection that belong to direction k: low-rank Δ, and B and C.
func (m *ss2d) low(proj ops.Map, k int) (delta, bc ops.Map) {
	from := k * (m.rank + 2)
	return proj.Channels(from, from+m.rank), proj.Channels(from+m.rank, from+m.rank+2)
}

// add computes y += base_scale·SS2D(x).
func (m *ss2d) add(p *pass, y, x ops.Map) {
	d := m.d
	m.xz = m.inProj.forward(p, x)
	p.show(m.name+".in_proj", m.xz)
	in, gate := m.xz.Channels(0, d), m.xz.Channels(d, 2*d)
	m.conv2d.forward(p, like(&m.conv, x, d), in, m.convBias.Data)
	p.show(m.name+".conv2d", m.conv)
	ops.SiLU(p.team, like(&m.u, x, d), m.conv)

	m.scan(p)
	p.show(m.name+"#scan_merged", m.scanned)

	m.inv = ops.Grow(m.inv, x.Rows())
	ops.LayerNorm(p.team, like(&m.norm, x, d), like(&m.xh, x, d), m.scanned, m.normWeight.Data, m.normBias.Data, m.inv)
	p.show(m.name+".out_norm", m.norm)
	ops.Gate(p.team, like(&m.out, x, d), m.norm, gate)
	p.show(m.name+"#gated", m.out)
	m.outProj.forwardTo(p, y, m.out, y)
}

// scan runs the selective scan over u in both directions and leaves the sum in scanned. The projections to Δ, B and
// C depend on single pixels, so both directions share one product, in the order of the pixels.
func (m *ss2d) scan(p *pass) {
	d, u := m.d, m.u
	m.xProj.forward(p, like(&m.proj, u, m.xProj.n), u)
	like(&m.scanned, u, d)
	for k := range m.dirs {
		dir := &m.dirs[k]
		delta, bc := m.low(m.proj, k)
		dir.forward.PackForward(p.team, m.dtWeight.Data[k*d*m.rank:], d, m.rank)
		ops.Mul(p.team, like(&dir.delta, u, d), delta, &dir.forward, false)
		a := ops.Grow(dir.scan.A, d)
		for i, v := range m.aLogs.Data[k*d:][:d] {
			a[i] = float32(-math.Exp(float64(v)))
		}
		dir.scan = ops.Scan{
			Reverse: k == 1, U: u, Delta: dir.delta, BC: bc,
			A: a, D: m.skip.Data[k*d:][:d], Bias: m.dtBias.Data[k*d:][:d],
			H: like(&dir.states, u, d),
		}
		dir.scan.Forward(p.team, m.scanned, k == 1)
	}
}

// backward adds to dx.
func (m *ss2d) backward(p *pass, dx, dy ops.Map) {
	d := m.d
	dgated := p.scratch(dy, d)
	m.outProj.backward(p, dgated, dy, false)
	p.showGrad(m.name+"#gated", dgated)

	dxz := p.scratch(dy, 2*d)
	din, dgate := dxz.Channels(0, d), dxz.Channels(d, 2*d)
	ops.GateGrad(p.team, dgated, dgate, dgated, m.norm, m.xz.Channels(d, 2*d))
	p.showGrad(m.name+".out_norm", dgated)
	ops.LayerNormGrad(p.team, dgated, dgated, m.xh, m.normWeight.Data, m.inv, m.normWeight.Grad, m.normBias.Grad)
	p.showGrad(m.name+"#scan_merged", dgated)

	du := p.scratch(dy, d)
	m.scanBackward(p, du, dgated)
	ops.SiLUGrad(p.team, du, du, m.conv)
	p.showGrad(m.name+".conv2d", du)
	ops.BiasGrad(p.team, m.convBias.Grad, du)
	m.conv2d.backward(p, din, du, m.xz.Channels(0, d), false)
	p.showGrad(m.name+".in_proj", dxz)
	m.inProj.backward(p, dx, dxz, true)
	p.done(dgated, dxz, du)
}

// scanBackward computes du. The scan's input reaches the output three ways in each direction: through the state,
// through the skip Ds, and through the projection to Δ, B and C.
func (m *ss2d) scanBackward(p *pass, du, dy ops.Map) {
	d := m.d
	dproj := p.scratch(dy, m.xProj.n)
	ddelta := p.scratch(dy, d)
	clear(du.Data)
	for k := range m.dirs {
		dir := &m.dirs[k]
		dlow, dbc := m.low(dproj, k)
		slice := func(param *Param) []float32 { return param.Grad[k*d:][:d] }
		dir.scan.Grad(p.team, &ops.ScanGrads{
			U: du, Delta: ddelta, BC: dbc,
			ALogs: slice(m.aLogs), D: slice(m.skip), Bias: slice(m.dtBias),
		}, dy)
		low, _ := m.low(m.proj, k)
		ops.GradWeight(p.team, m.dtWeight.Grad[k*d*m.rank:][:d*m.rank], ddelta, low)
		dir.back.PackBackward(p.team, m.dtWeight.Data[k*d*m.rank:], d, m.rank)
		ops.Mul(p.team, dlow, ddelta, &dir.back, false)
	}
	m.xProj.backward(p, du, dproj, m.u, true)
	p.done(dproj, ddelta)
}
