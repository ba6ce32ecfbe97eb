//go:build amd64 && goexperiment.simd

package ops

import "simd/archsimd"

func moments(x Map, pivot, s0, s1 []float32) {
	if !hasAVX512 {
		momentsScalar(x, pivot, s0, s1)
		return
	}
	rows, ld := x.Rows(), x.LD
	c := 0
	for ; c+4*lanes <= x.C; c += 4 * lanes {
		var a0, a1, a2, a3, b0, b1, b2, b3 vec
		m := at(ptr(pivot), c)
		p := at(ptr(x.Data), c)
		for o := 0; o < rows*ld; o += ld {
			p := at(p, o)
			d0 := load(p).Sub(load(m))
			d1 := load(at(p, lanes)).Sub(load(at(m, lanes)))
			d2 := load(at(p, 2*lanes)).Sub(load(at(m, 2*lanes)))
			d3 := load(at(p, 3*lanes)).Sub(load(at(m, 3*lanes)))
			a0, b0 = a0.Add(d0), d0.MulAdd(d0, b0)
			a1, b1 = a1.Add(d1), d1.MulAdd(d1, b1)
			a2, b2 = a2.Add(d2), d2.MulAdd(d2, b2)
			a3, b3 = a3.Add(d3), d3.MulAdd(d3, b3)
		}
		store4(s0[c:], a0, a1, a2, a3)
		store4(s1[c:], b0, b1, b2, b3)
	}
	for ; c < x.C; c += lanes {
		var a, b vec
		m := load(at(ptr(pivot), c))
		p := at(ptr(x.Data), c)
		for o := 0; o < rows*ld; o += ld {
			d := load(at(p, o)).Sub(m)
			a, b = a.Add(d), d.MulAdd(d, b)
		}
		put(ptr(s0[c:]), a, x.C-c)
		put(ptr(s1[c:]), b, x.C-c)
	}
	archsimd.ClearAVXUpperBits()
}

func store4(dst []float32, v0, v1, v2, v3 vec) {
	p := ptr(dst)
	store(p, v0)
	store(at(p, lanes), v1)
	store(at(p, 2*lanes), v2)
	store(at(p, 3*lanes), v3)
}

func (a *Affine) apply(y, x, residual Map) {
	if !hasAVX512 {
		a.applyScalar(y, x, residual)
		return
	}
	mean, scale, shift := ptr(a.Mean), ptr(a.Scale), ptr(a.Shift)
	for i := range x.Rows() {
		src, dst := ptr(x.Data[i*x.LD:]), ptr(y.Data[i*y.LD:])
		switch {
		case residual.Data != nil:
			r := ptr(residual.Data[i*residual.LD:])
			for c := 0; c < x.C; c += lanes {
				v := load(at(src, c)).Sub(load(at(mean, c)))
				v = v.MulAdd(load(at(scale, c)), load(at(shift, c)))
				put(at(dst, c), v.Add(load(at(r, c))), x.C-c)
			}
		case a.ReLU:
			var zero vec
			for c := 0; c < x.C; c += lanes {
				v := load(at(src, c)).Sub(load(at(mean, c)))
				v = v.MulAdd(load(at(scale, c)), load(at(shift, c)))
				put(at(dst, c), v.Max(zero), x.C-c)
			}
		default:
			for c := 0; c < x.C; c += lanes {
				v := load(at(src, c)).Sub(load(at(mean, c)))
				v = v.MulAdd(load(at(scale, c)), load(at(shift, c)))
				put(at(dst, c), v, x.C-c)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

func (a *Affine) gradSums(dy, x Map, s0, s1 []float32) {
	if !hasAVX512 {
		a.gradSumsScalar(dy, x, s0, s1)
		return
	}
	rows := x.Rows()
	var zero vec
	c := 0
	for ; c+2*lanes <= x.C; c += 2 * lanes {
		var a0, a1, b0, b1 vec
		m0, m1 := load(at(ptr(a.Mean), c)), load(at(ptr(a.Mean), c+lanes))
		scale, shift := at(ptr(a.Scale), c), at(ptr(a.Shift), c)
		p, q := at(ptr(x.Data), c), at(ptr(dy.Data), c)
		for i := range rows {
			p, q := at(p, i*x.LD), at(q, i*dy.LD)
			d0, d1 := load(p).Sub(m0), load(at(p, lanes)).Sub(m1)
			g0, g1 := load(q), load(at(q, lanes))
			if a.ReLU {
				g0 = g0.Masked(d0.MulAdd(load(scale), load(shift)).Greater(zero))
				g1 = g1.Masked(d1.MulAdd(load(at(scale, lanes)), load(at(shift, lanes))).Greater(zero))
			}
			a0, b0 = a0.Add(g0), d0.MulAdd(g0, b0)
			a1, b1 = a1.Add(g1), d1.MulAdd(g1, b1)
		}
		store(ptr(s0[c:]), a0)
		store(ptr(s0[c+lanes:]), a1)
		store(ptr(s1[c:]), b0)
		store(ptr(s1[c+lanes:]), b1)
	}
	for ; c < x.C; c += lanes {
		var a0, b0 vec
		m := load(at(ptr(a.Mean), c))
		scale, shift := load(at(ptr(a.Scale), c)), load(at(ptr(a.Shift), c))
		p, q := at(ptr(x.Data), c), at(ptr(dy.Data), c)
		for i := range rows {
			d, g := load(at(p, i*x.LD)).Sub(m), load(at(q, i*dy.LD))
			if a.ReLU {
				g = g.Masked(d.MulAdd(scale, shift).Greater(zero))
			}
			a0, b0 = a0.Add(g), d.MulAdd(g, b0)
		}
		put(ptr(s0[c:]), a0, x.C-c)
		put(ptr(s1[c:]), b0, x.C-c)
	}
	archsimd.ClearAVXUpperBits()
}

func (a *Affine) grad(dx, dy, x Map, c0, c1, c2 []float32) {
	if !hasAVX512 {
		a.gradScalar(dx, dy, x, c0, c1, c2)
		return
	}
	mean, scale, shift := ptr(a.Mean), ptr(a.Scale), ptr(a.Shift)
	f0, f1, f2 := ptr(c0), ptr(c1), ptr(c2)
	var zero vec
	for i := range x.Rows() {
		src, g, dst := ptr(x.Data[i*x.LD:]), ptr(dy.Data[i*dy.LD:]), ptr(dx.Data[i*dx.LD:])
		for c := 0; c < x.C; c += lanes {
			d, u := load(at(src, c)).Sub(load(at(mean, c))), load(at(g, c))
			if a.ReLU {
				u = u.Masked(d.MulAdd(load(at(scale, c)), load(at(shift, c))).Greater(zero))
			}
			v := d.MulAdd(load(at(f1, c)), load(at(f2, c)))
			put(at(dst, c), u.MulAdd(load(at(f0, c)), v), x.C-c)
		}
	}
	archsimd.ClearAVXUpperBits()
}
