package train

import "mobilemamba/train/internal/ops"

// depthwise is a depthwise convolution without bias. Its weights are [C, 1, K, K]; the arithmetic wants the taps
// channels last.
type depthwise struct {
	weight *Param
	c      int
	op     ops.Depthwise
	grad   []float32
}

func (t *tensors) depthwise(name string, stride int) *depthwise {
	d := &depthwise{weight: t.param(name)}
	if t.err == nil {
		shape := d.weight.Shape
		d.c = shape[0]
		d.op = ops.Depthwise{K: shape[2], Stride: stride, Taps: ops.Alloc(len(d.weight.Data))}
		d.grad = ops.Alloc(len(d.weight.Data))
	}
	return d
}

// load brings the taps up to date with the weights.
func (d *depthwise) load() { transpose(d.op.Taps, d.weight.Data, d.c, d.op.K*d.op.K) }

// forward computes y = d(x) + bias; bias may be nil.
func (d *depthwise) forward(p *pass, y, x ops.Map, bias []float32) {
	d.load()
	d.op.Forward(p.team, y, x, bias, false)
}

func (d *depthwise) backward(p *pass, dx, dy, x ops.Map, accumulate bool) {
	d.op.GradTaps(p.team, d.grad, dy, x)
	transpose(d.weight.Grad, d.grad, d.op.K*d.op.K, d.c)
	d.op.GradInput(p.team, dx, dy, accumulate)
}

// transpose computes dst [n, m] from src [m, n].
func transpose(dst, src []float32, m, n int) {
	for i := range m {
		for j, v := range src[i*n:][:n] {
			dst[j*m+i] = v
		}
	}
}

// depthwiseBN is a depthwise convolution with BatchNorm and, maybe, a ReLU.
type depthwiseBN struct {
	conv *depthwise
	bn   *batchNorm
	relu bool

	x, z, y ops.Map
}

func (t *tensors) depthwiseBN(conv, bn string, stride int, relu bool) *depthwiseBN {
	return &depthwiseBN{conv: t.depthwise(conv+".weight", stride), bn: t.batchNorm(bn), relu: relu}
}

// forward computes l(x), or x + l(x) with residual.
func (l *depthwiseBN) forward(p *pass, x ops.Map, residual bool) ops.Map {
	l.x = x
	h, w := l.conv.op.Out(x.H), l.conv.op.Out(x.W)
	z := output(&l.z, x.B, h, w, x.C)
	l.conv.forward(p, z, x, nil)
	r := ops.Map{}
	if residual {
		r = x
	}
	y := output(&l.y, x.B, h, w, x.C)
	l.bn.forward(p, y, z, r, l.relu)
	return y
}

func (l *depthwiseBN) backward(p *pass, dx, dy ops.Map, accumulate bool) {
	dz := p.scratch(dy, dy.C)
	l.bn.backward(p, dz, dy, l.z)
	l.conv.backward(p, dx, dz, l.x, accumulate)
	p.done(dz)
}
