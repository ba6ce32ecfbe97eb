package train

import (
	"fmt"

	"mobilemamba/train/internal/ops"
)

// patchEmbed is the stem: four 3×3 convolutions of stride 2 with BatchNorm, ReLU between them.
type patchEmbed struct {
	convs [4]stemConv
}

func (t *tensors) patchEmbed(name string) *patchEmbed {
	e := &patchEmbed{}
	for i := range e.convs {
		e.convs[i] = t.stemConv(fmt.Sprintf("%s.%d", name, 2*i), i < len(e.convs)-1)
	}
	return e
}

func (e *patchEmbed) forward(p *pass, x ops.Map) ops.Map {
	for i := range e.convs {
		x = e.convs[i].forward(p, x)
	}
	return x
}

// backward computes the gradient of the picture in dx, if it has data.
func (e *patchEmbed) backward(p *pass, dx, dy ops.Map) {
	for i := len(e.convs) - 1; i >= 0; i-- {
		in := e.convs[i].x
		d := dx
		if i > 0 {
			d = p.scratch(in, in.C)
		}
		e.convs[i].backward(p, d, dy)
		if i < len(e.convs)-1 {
			p.done(dy)
		}
		dy = d
	}
}

// stemConv is a dense 3×3 convolution of stride 2 with BatchNorm. Its weights are [N, C, 3, 3]; the arithmetic wants
// the taps first.
type stemConv struct {
	name   string
	weight *Param
	bn     *batchNorm
	relu   bool

	op      ops.Conv
	grad    []float32 // as op.Weights
	x, z, y ops.Map
}

func (t *tensors) stemConv(name string, relu bool) stemConv {
	l := stemConv{name: name, weight: t.param(name + ".c.weight"), bn: t.batchNorm(name + ".bn"), relu: relu}
	if t.err == nil {
		l.op = ops.Conv{N: l.weight.Shape[0], C: l.weight.Shape[1], Weights: ops.Alloc(len(l.weight.Data))}
		l.grad = ops.Alloc(len(l.weight.Data))
	}
	return l
}

func (l *stemConv) forward(p *pass, x ops.Map) ops.Map {
	l.x = x
	n, per := l.op.N, 9*l.op.C
	for o := range n {
		transpose(l.op.Weights[o*per:], l.weight.Data[o*per:], l.op.C, 9)
	}
	h, w := (x.H+1)/2, (x.W+1)/2
	l.op.Forward(p.team, output(&l.z, x.B, h, w, n), x)
	l.bn.forward(p, output(&l.y, x.B, h, w, n), l.z, ops.Map{}, l.relu)
	p.show(l.name, l.y)
	return l.y
}

// backward computes dx, if it has data.
func (l *stemConv) backward(p *pass, dx, dy ops.Map) {
	n, per := l.op.N, 9*l.op.C
	dz := p.scratch(dy, n)
	l.bn.backward(p, dz, dy, l.z)
	l.op.Grad(p.team, l.grad, dx, dz, l.x)
	for o := range n {
		transpose(l.weight.Grad[o*per:], l.grad[o*per:], 9, l.op.C)
	}
	p.done(dz)
}
