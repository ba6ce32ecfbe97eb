package train

import "mobilemamba/train/internal/ops"

// wavelet is WT(x) of the global branch (section 3.3): Haar analysis, a depthwise convolution of every band with a
// scale, Haar synthesis.
//
// Official coefficient channels are numbered 4·c + band; here the bands lie one after the other, band·C + c. The
// scale multiplies the taps: scale·(taps * x) = (scale·taps) * x.
type wavelet struct {
	name   string
	weight *Param // [4·C, 1, K, K]
	scale  *Param // [1, 4·C, 1, 1]
	c      int
	op     ops.Depthwise
	grad   []float32

	coef, filtered ops.Map
}

func (t *tensors) wavelet(name string) *wavelet {
	w := &wavelet{
		name:   name,
		weight: t.param(name + ".wavelet_convs.0.weight"),
		scale:  t.param(name + ".wavelet_scale.0.weight"),
	}
	if t.err == nil {
		w.c = w.weight.Shape[0] / 4
		w.op = ops.Depthwise{K: w.weight.Shape[2], Stride: 1, Taps: ops.Alloc(len(w.weight.Data))}
		w.grad = ops.Alloc(len(w.weight.Data))
	}
	return w
}

func (w *wavelet) forward(p *pass, y, x ops.Map) {
	taps := w.op.K * w.op.K
	for i, s := range w.scale.Data {
		channel := i%4*w.c + i/4
		for t, v := range w.weight.Data[i*taps:][:taps] {
			w.op.Taps[t*4*w.c+channel] = s * v
		}
	}
	h, half := (x.H+1)/2, (x.W+1)/2
	coef := output(&w.coef, x.B, h, half, 4*w.c)
	ops.HaarAnalysis(p.team, coef, x)
	filtered := output(&w.filtered, x.B, h, half, 4*w.c)
	w.op.Forward(p.team, filtered, coef, nil, false)
	p.show(w.name+".wavelet_scale.0#banded", filtered)
	ops.HaarSynthesis(p.team, y, filtered, false)
}

// backward adds to dx. The transforms are each other's adjoint.
func (w *wavelet) backward(p *pass, dx, dy ops.Map) {
	dfiltered := p.scratch(w.coef, 4*w.c)
	ops.HaarAnalysis(p.team, dfiltered, dy)
	p.showGrad(w.name+".wavelet_scale.0#banded", dfiltered)
	w.op.GradTaps(p.team, w.grad, dfiltered, w.coef)
	taps := w.op.K * w.op.K
	for i, s := range w.scale.Data {
		channel := i%4*w.c + i/4
		var sum float64
		for t, v := range w.weight.Data[i*taps:][:taps] {
			g := w.grad[t*4*w.c+channel]
			w.weight.Grad[i*taps+t] = s * g
			sum += float64(v) * float64(g)
		}
		w.scale.Grad[i] = float32(sum)
	}
	dcoef := p.scratch(w.coef, 4*w.c)
	w.op.GradInput(p.team, dcoef, dfiltered, false)
	ops.HaarSynthesis(p.team, dx, dcoef, true)
	p.done(dfiltered, dcoef)
}
