package train

import "mobilemamba/train/internal/ops"

// linear is a 1×1 convolution or linear layer without bias: y = x·Wᵀ over all pixels.
type linear struct {
	weight *Param
	n, k   int // outputs and inputs

	forwardPanels, backwardPanels ops.Panels
}

func (t *tensors) linear(name string) *linear {
	l := &linear{weight: t.param(name)}
	if t.err == nil {
		l.n = l.weight.Shape[0]
		l.k = size(l.weight.Shape[1:])
	}
	return l
}

func (l *linear) forward(p *pass, y, x ops.Map) {
	l.forwardPanels.PackForward(p.team, l.weight.Data, l.n, l.k)
	ops.Mul(p.team, y, x, &l.forwardPanels, false)
}

// backward computes the weight's gradient and dx, or adds to dx with accumulate. Without data in dx it is left out.
func (l *linear) backward(p *pass, dx, dy, x ops.Map, accumulate bool) {
	ops.GradWeight(p.team, l.weight.Grad, dy, x)
	if dx.Data == nil {
		return
	}
	l.backwardPanels.PackBackward(p.team, l.weight.Data, l.n, l.k)
	ops.Mul(p.team, dx, dy, &l.backwardPanels, accumulate)
}

// convBN is a 1×1 convolution with BatchNorm and, maybe, a ReLU (official Conv2d_BN and an activation).
type convBN struct {
	conv *linear
	bn   *batchNorm
	relu bool

	x, z, y ops.Map // input, output of the convolution, output
}

func (t *tensors) convBN(name string, relu bool) *convBN {
	return &convBN{conv: t.linear(name + ".c.weight"), bn: t.batchNorm(name + ".bn"), relu: relu}
}

func (l *convBN) forward(p *pass, x ops.Map) ops.Map {
	return l.forwardTo(p, like(&l.y, x, l.conv.n), x, ops.Map{})
}

// residual computes r + l(x).
func (l *convBN) residual(p *pass, x, r ops.Map) ops.Map {
	return l.forwardTo(p, like(&l.y, x, l.conv.n), x, r)
}

// forwardTo computes y = r + l(x); y may be r.
func (l *convBN) forwardTo(p *pass, y, x, r ops.Map) ops.Map {
	l.x = x
	l.conv.forward(p, like(&l.z, x, l.conv.n), x)
	l.bn.forward(p, y, l.z, r, l.relu)
	return y
}

// backward computes dx for the gradient dy of l(x), which it leaves alone unless it is dx.
func (l *convBN) backward(p *pass, dx, dy ops.Map, accumulate bool) {
	dz := p.scratch(dy, dy.C)
	l.bn.backward(p, dz, dy, l.z)
	l.conv.backward(p, dx, dz, l.x, accumulate)
	p.done(dz)
}
