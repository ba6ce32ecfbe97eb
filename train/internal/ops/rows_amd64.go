//go:build amd64 && goexperiment.simd

package ops

import (
	"math"
	"simd/archsimd"
)

func add(y, x []float32) {
	if !hasAVX512 || len(y) < lanes {
		addScalar(y, x)
		return
	}
	q, p, n := ptr(y), ptr(x), len(y)
	for c := 0; c < n; c += lanes {
		put(at(q, c), load(at(q, c)).Add(load(at(p, c))), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func copyRuns(dst []float32, stepD int, src []float32, stepS, n, count int, exact bool) {
	// Whole vectors reach behind the end of src, which may be a caller's picture without slack.
	if !hasAVX512 || len(src) < (count-1)*stepS+n+lanes {
		copyRunsScalar(dst, stepD, src, stepS, n, count, exact)
		return
	}
	d, s := ptr(dst), ptr(src)
	whole := n
	if exact {
		whole = n - n%lanes
	}
	for i := range count {
		from, to := i*stepS, i*stepD
		c := 0
		for ; c < whole; c += lanes {
			store(at(d, to+c), load(at(s, from+c)))
		}
		if c < n {
			storePart(at(d, to+c), load(at(s, from+c)), n-c)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func mulAdd(y, a, b []float32) {
	if !hasAVX512 || len(y) < lanes {
		mulAddScalar(y, a, b)
		return
	}
	q, p0, p1, n := ptr(y), ptr(a), ptr(b), len(y)
	for c := 0; c < n; c += lanes {
		put(at(q, c), load(at(p0, c)).MulAdd(load(at(p1, c)), load(at(q, c))), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func relu(x []float32) {
	if !hasAVX512 || len(x) < lanes {
		reluScalar(x)
		return
	}
	var zero vec
	p, n := ptr(x), len(x)
	for c := 0; c < n; c += lanes {
		put(at(p, c), load(at(p, c)).Max(zero), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func reluGrad(dy, y []float32) {
	if !hasAVX512 || len(y) < lanes {
		reluGradScalar(dy, y)
		return
	}
	var zero vec
	q, p, n := ptr(dy), ptr(y), len(dy)
	for c := 0; c < n; c += lanes {
		put(at(q, c), load(at(q, c)).Masked(load(at(p, c)).Greater(zero)), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func silu(y, x []float32) {
	if !hasAVX512 {
		siluScalar(y, x)
		return
	}
	q, p, n := ptr(y), ptr(x), len(x)
	for c := 0; c < n; c += lanes {
		v := load(at(p, c))
		put(at(q, c), v.Mul(sigmoidOf(v, exp(minusAbs(v)))), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func siluGrad(dx, dy, x []float32) {
	if !hasAVX512 {
		siluGradScalar(dx, dy, x)
		return
	}
	r, q, p, n := ptr(dx), ptr(dy), ptr(x), len(x)
	for c := 0; c < n; c += lanes {
		v := load(at(p, c))
		s := sigmoidOf(v, exp(minusAbs(v)))
		slope := s.Sub(s.Mul(s)).MulAdd(v, s) // s + v·s·(1-s)
		put(at(r, c), load(at(q, c)).Mul(slope), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func gate(y, x, z []float32) {
	if !hasAVX512 {
		gateScalar(y, x, z)
		return
	}
	r, q, p, n := ptr(y), ptr(x), ptr(z), len(z)
	for c := 0; c < n; c += lanes {
		v := load(at(p, c))
		put(at(r, c), load(at(q, c)).Mul(v.Mul(sigmoidOf(v, exp(minusAbs(v))))), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func gateGrad(dx, dz, dy, x, z []float32) {
	if !hasAVX512 {
		gateGradScalar(dx, dz, dy, x, z)
		return
	}
	pdx, pdz, pdy, px, pz, n := ptr(dx), ptr(dz), ptr(dy), ptr(x), ptr(z), len(z)
	for c := 0; c < n; c += lanes {
		v, g := load(at(pz, c)), load(at(pdy, c))
		s := sigmoidOf(v, exp(minusAbs(v)))
		slope := s.Sub(s.Mul(s)).MulAdd(v, s)
		put(at(pdz, c), g.Mul(load(at(px, c))).Mul(slope), n-c)
		put(at(pdx, c), g.Mul(v.Mul(s)), n-c)
	}
	archsimd.ClearAVXUpperBits()
}

func layerNorm(y, xh, x, weight, bias []float32) float32 {
	if !hasAVX512 || len(x)%lanes != 0 {
		return layerNormScalar(y, xh, x, weight, bias)
	}
	n := len(x)
	p, ph, py, pw, pb := ptr(x), ptr(xh), ptr(y), ptr(weight), ptr(bias)
	// As in Moments, sums are of differences from a pivot.
	pivot := broadcast(x[0])
	var s vec
	for c := 0; c < n; c += lanes {
		s = s.Add(load(at(p, c)).Sub(pivot))
	}
	mean := broadcast(x[0] + sum(s)/float32(n))
	s = vec{}
	for c := 0; c < n; c += lanes {
		d := load(at(p, c)).Sub(mean)
		store(at(ph, c), d)
		s = d.MulAdd(d, s)
	}
	inv := float32(1 / math.Sqrt(float64(sum(s))/float64(n)+layerNormEps))
	f := broadcast(inv)
	for c := 0; c < n; c += lanes {
		d := load(at(ph, c)).Mul(f)
		store(at(ph, c), d)
		store(at(py, c), d.MulAdd(load(at(pw, c)), load(at(pb, c))))
	}
	archsimd.ClearAVXUpperBits()
	return inv
}

func layerNormGrad(dx, dy, xh, weight []float32, inv float32, dw, db []float32) {
	if !hasAVX512 || len(dy)%lanes != 0 {
		layerNormGradScalar(dx, dy, xh, weight, inv, dw, db)
		return
	}
	n := len(dy)
	pdx, pdy, ph, pw, pdw, pdb := ptr(dx), ptr(dy), ptr(xh), ptr(weight), ptr(dw), ptr(db)
	var s, sx vec
	for c := 0; c < n; c += lanes {
		v, h := load(at(pdy, c)), load(at(ph, c))
		g := v.Mul(load(at(pw, c)))
		s, sx = s.Add(g), g.MulAdd(h, sx)
		store(at(pdw, c), v.MulAdd(h, load(at(pdw, c))))
		store(at(pdb, c), v.Add(load(at(pdb, c))))
	}
	mean, meanX, f := broadcast(sum(s)/float32(n)), broadcast(sum(sx)/float32(n)), broadcast(inv)
	for c := 0; c < n; c += lanes {
		g := load(at(pdy, c)).Mul(load(at(pw, c))).Sub(mean)
		store(at(pdx, c), g.Sub(load(at(ph, c)).Mul(meanX)).Mul(f))
	}
	archsimd.ClearAVXUpperBits()
}
