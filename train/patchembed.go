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

// stemConv is a dense 3×3 convolution of stride 2 with BatchNorm, as a matrix product over patches.
type stemConv struct {
	name   string
	weight *Param // [n, c, 3, 3]
	bn     *batchNorm
	relu   bool
	n, c   int

	taps, grad                    []float32 // [n, 3, 3, c]
	forwardPanels, backwardPanels ops.Panels
	x, patches, z, y              ops.Map
}

func (t *tensors) stemConv(name string, relu bool) stemConv {
	l := stemConv{name: name, weight: t.param(name + ".c.weight"), bn: t.batchNorm(name + ".bn"), relu: relu}
	if t.err == nil {
		l.n, l.c = l.weight.Shape[0], l.weight.Shape[1]
		l.taps, l.grad = ops.Alloc(len(l.weight.Data)), ops.Alloc(len(l.weight.Data))
	}
	return l
}

func (l *stemConv) forward(p *pass, x ops.Map) ops.Map {
	l.x = x
	for o := range l.n {
		from, to := o*l.c*9, (o+1)*l.c*9
		transpose(l.taps[from:to], l.weight.Data[from:to], l.c, 9)
	}
	h, w := (x.H+1)/2, (x.W+1)/2
	ops.Patches(p.team, output(&l.patches, x.B, h, w, 9*l.c), x)
	l.forwardPanels.PackForward(p.team, l.taps, l.n, 9*l.c)
	ops.Mul(p.team, output(&l.z, x.B, h, w, l.n), l.patches, &l.forwardPanels, false)
	l.bn.forward(p, output(&l.y, x.B, h, w, l.n), l.z, ops.Map{}, l.relu)
	p.show(l.name, l.y)
	return l.y
}

func (l *stemConv) backward(p *pass, dx, dy ops.Map) {
	dz := p.scratch(dy, l.n)
	l.bn.backward(p, dz, dy, l.z)
	ops.GradWeight(p.team, l.grad, dz, l.patches)
	for o := range l.n {
		from, to := o*l.c*9, (o+1)*l.c*9
		transpose(l.weight.Grad[from:to], l.grad[from:to], 9, l.c)
	}
	if dx.Data != nil {
		l.backwardPanels.PackBackward(p.team, l.taps, l.n, 9*l.c)
		dpatches := p.scratch(dy, 9*l.c)
		ops.Mul(p.team, dpatches, dz, &l.backwardPanels, false)
		ops.PatchesGrad(p.team, dx, dpatches)
		p.done(dpatches)
	}
	p.done(dz)
}
