package train

import "mobilemamba/train/internal/ops"

// mrffi is the multi-receptive field feature interaction module (figure 4) within its residual: it splits the
// channels into a global, a local and an identity branch, concatenates their results and mixes them.
type mrffi struct {
	name          string
	global, local int // channels of the first two branches; the identity branch has the rest

	ss2d    *ss2d    // global branch: long range
	wavelet *wavelet // global branch: fine detail
	dwconv  *localOp // local branch
	proj    *convBN  // proj.1, behind a ReLU

	cat ops.Map // the branches side by side, behind the ReLU
}

func (t *tensors) mrffi(name string, global, local int) *mrffi {
	return &mrffi{
		name: name, global: global, local: local,
		ss2d:    t.ss2d(name + ".global_op"),
		wavelet: t.wavelet(name + ".global_op"),
		dwconv:  t.localOp(name + ".local_op"),
		proj:    t.convBN(name+".proj.1", false),
	}
}

// branches returns the slices of x that belong to the three branches.
func (m *mrffi) branches(x ops.Map) (global, local, identity ops.Map) {
	g, l := m.global, m.global+m.local
	return x.Channels(0, g), x.Channels(g, l), x.Channels(l, x.C)
}

// forward computes x + proj(relu(concat(global(x1), local(x2), x3))), where global is the sum of the wavelet
// branch and base_scale·SS2D.
func (m *mrffi) forward(p *pass, x ops.Map) ops.Map {
	cat := like(&m.cat, x, x.C)
	x1, x2, x3 := m.branches(x)
	y1, y2, y3 := m.branches(cat)
	m.wavelet.forward(p, y1, x1)
	m.ss2d.add(p, y1, x1)
	p.show(m.name+".global_op", y1)
	m.dwconv.forward(p, y2, x2)
	p.show(m.name+".local_op", y2)
	ops.Copy(p.team, y3, x3)
	p.show(m.name+"#cat", cat)
	ops.ReLU(p.team, cat)
	return m.proj.residual(p, cat, x)
}

// backward turns the gradient of the output into that of the input, in place.
func (m *mrffi) backward(p *pass, d ops.Map) {
	p.showGrad(m.name+".proj", d)
	dcat := p.scratch(d, d.C)
	m.proj.backward(p, dcat, d, false)
	ops.ReLUGrad(p.team, dcat, m.cat)
	p.showGrad(m.name+"#cat", dcat)
	dy1, dy2, dy3 := m.branches(dcat)
	dx1, dx2, dx3 := m.branches(d)
	ops.Add(p.team, dx3, dy3)
	p.showGrad(m.name+".local_op", dy2)
	m.dwconv.backward(p, dx2, dy2)
	p.showGrad(m.name+".global_op", dy1)
	m.ss2d.backward(p, dx1, dy1)
	m.wavelet.backward(p, dx1, dy1)
	p.done(dcat)
}

// localOp is the official DWConv2d_BN_ReLU: depthwise k×k convolution, BatchNorm, ReLU, depthwise 1×1 convolution,
// BatchNorm. The 1×1 convolution is a factor a channel, which bn2 takes care of.
type localOp struct {
	dw  *depthwiseBN // dwconv3x3 (of any size), bn1, ReLU
	bn2 *batchNorm
	h   ops.Map // input of the 1×1 convolution
}

func (t *tensors) localOp(name string) *localOp {
	l := &localOp{
		dw:  t.depthwiseBN(name+".dwconv3x3", name+".bn1", 1, true),
		bn2: t.batchNorm(name + ".bn2"),
	}
	l.bn2.before = t.param(name + ".dwconv1x1.weight")
	return l
}

func (l *localOp) forward(p *pass, y, x ops.Map) {
	if x.C == 0 {
		return
	}
	l.h = l.dw.forward(p, x, false)
	l.bn2.forward(p, y, l.h, ops.Map{}, false)
}

// backward adds to dx.
func (l *localOp) backward(p *pass, dx, dy ops.Map) {
	if dy.C == 0 {
		return
	}
	dh := p.scratch(dy, dy.C)
	l.bn2.backward(p, dh, dy, l.h)
	l.dw.backward(p, dx, dh, true)
	p.done(dh)
}
