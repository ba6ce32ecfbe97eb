//go:build amd64 && goexperiment.simd

package ops

import "simd/archsimd"

func (a *AdamW) step(p, m, v, g []float32) {
	if !hasAVX512 {
		a.stepScalar(p, m, v, g)
		return
	}
	keep, rate, eps, scale := broadcast(a.Keep), broadcast(a.Rate), broadcast(a.Eps), broadcast(a.GradScale)
	beta1, beta2, correction := broadcast(a.Beta1), broadcast(a.Beta2), broadcast(a.Correction)
	rest1, rest2 := broadcast(a.Rest1), broadcast(a.Rest2)
	pp, pm, pv, pg, n := ptr(p), ptr(m), ptr(v), ptr(g), len(p)
	for i := 0; i < n; i += lanes {
		d := load(at(pg, i)).Mul(scale)
		mi := d.MulAdd(rest1, load(at(pm, i)).Mul(beta1))
		vi := d.Mul(d).MulAdd(rest2, load(at(pv, i)).Mul(beta2))
		root := vi.Sqrt().MulAdd(correction, eps)
		put(at(pm, i), mi, n-i)
		put(at(pv, i), vi, n-i)
		put(at(pp, i), load(at(pp, i)).Mul(keep).Sub(mi.Mul(rate).Div(root)), n-i)
	}
	archsimd.ClearAVXUpperBits()
}
