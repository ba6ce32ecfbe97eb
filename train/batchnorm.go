package train

import (
	"math"

	"mobilemamba/train/internal/ops"
)

const (
	bnEps      = 1e-5
	bnMomentum = 0.1
)

// batchNorm normalises every channel over the batch. Two neighbours of the official network are per-channel factors,
// and are computed here for nothing: before, a factor on the input (the 1×1 depthwise convolution of the local
// branch); after, one on the output (base_scale of the global branch). Either may be nil.
type batchNorm struct {
	weight, bias   *Param
	mean, variance *Stat
	before, after  *Param

	affine     ops.Affine
	m, v       []float64 // of the batch
	sum, sumX  []float64
	c0, c1, c2 []float32
}

func (t *tensors) batchNorm(name string) *batchNorm {
	bn := &batchNorm{
		weight: t.param(name + ".weight"), bias: t.param(name + ".bias"),
		mean: t.stat(name + ".running_mean"), variance: t.stat(name + ".running_var"),
	}
	n := len(bn.weight.Data)
	for _, s := range []*[]float64{&bn.m, &bn.v, &bn.sum, &bn.sumX} {
		*s = make([]float64, n)
	}
	for _, s := range []*[]float32{&bn.affine.Mean, &bn.affine.Scale, &bn.affine.Shift, &bn.c0, &bn.c1, &bn.c2} {
		*s = ops.Alloc(n)
	}
	return bn
}

// factors returns channel c's factors before and after the normalisation.
func (bn *batchNorm) factors(c int) (before, after float64) {
	before, after = 1, 1
	if bn.before != nil {
		before = float64(bn.before.Data[c])
	}
	if bn.after != nil {
		after = float64(bn.after.Data[c])
	}
	return before, after
}

// forward computes y = residual + bn(x), with a ReLU behind it or without; the residual's data may be nil.
func (bn *batchNorm) forward(p *pass, y, x, residual ops.Map, relu bool) {
	a := &bn.affine
	a.ReLU = relu
	n := float64(x.Rows())
	if p.training {
		ops.Moments(p.team, x, bn.m, bn.v)
	}
	for c := range a.Mean {
		before, after := bn.factors(c)
		weight, bias := float64(bn.weight.Data[c]), float64(bn.bias.Data[c])
		if !p.training {
			// The running mean is that of before·x, so it cannot be the point to turn around where before is 0.
			inv := 1 / math.Sqrt(float64(bn.variance.Data[c])+bnEps)
			a.Mean[c] = 0
			a.Scale[c] = float32(after * weight * before * inv)
			a.Shift[c] = float32(after * (bias - weight*inv*float64(bn.mean.Data[c])))
			continue
		}
		inv := bn.inv(c, before)
		a.Mean[c] = float32(bn.m[c])
		a.Scale[c] = float32(after * weight * before * inv)
		a.Shift[c] = float32(after * bias)
		if p.update {
			unbiased := before * before * bn.v[c] * n / (n - 1)
			track(&bn.mean.Data[c], before*bn.m[c])
			track(&bn.variance.Data[c], unbiased)
		}
	}
	a.Apply(p.team, y, x, residual)
}

// inv returns 1/√(variance + eps) of before·x.
func (bn *batchNorm) inv(c int, before float64) float64 {
	return 1 / math.Sqrt(before*before*bn.v[c]+bnEps)
}

// track moves a running statistic towards the batch's, unless a broken step would leave it broken for good.
func track(running *float32, batch float64) {
	if math.IsNaN(batch) || math.IsInf(batch, 0) {
		return
	}
	*running = float32((1-bnMomentum)*float64(*running) + bnMomentum*batch)
}

// backward computes dx from the gradient dy of the normalised map (of the ReLU behind it, if there is one) and the
// gradients of the parameters. dx may be dy.
//
// With u = before·x, û = (u - mean)·inv and y = after·(weight·û + bias):
//
//	du = after·weight·inv·(dy - Σdy/N - û·Σ(dy·û)/N)
func (bn *batchNorm) backward(p *pass, dx, dy, x ops.Map) {
	a := &bn.affine
	a.GradSums(p.team, dy, x, bn.sum, bn.sumX)
	n := float64(x.Rows())
	for c := range a.Mean {
		before, after := bn.factors(c)
		weight, bias := float64(bn.weight.Data[c]), float64(bn.bias.Data[c])
		inv := bn.inv(c, before)
		sum, sumHat := bn.sum[c], before*inv*bn.sumX[c] // Σdy, Σ(dy·û)
		bn.weight.Grad[c] = float32(after * sumHat)
		bn.bias.Grad[c] = float32(after * sum)
		if bn.after != nil {
			bn.after.Grad[c] = float32(weight*sumHat + bias*sum)
		}
		if bn.before != nil {
			// Σ du·x, in which all but the effect of eps cancels: without eps, û would not depend on before.
			bn.before.Grad[c] = float32(after * weight * inv * bn.sumX[c] * bnEps * inv * inv)
		}
		g := after * weight * before * inv
		bn.c0[c] = float32(g)
		bn.c1[c] = float32(-g * before * inv * sumHat / n)
		bn.c2[c] = float32(-g * sum / n)
	}
	a.Grad(p.team, dx, dy, x, bn.c0, bn.c1, bn.c2)
}
