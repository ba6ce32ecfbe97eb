//go:build amd64 && goexperiment.simd

package ops

import "simd/archsimd"

func (s *Scan) forward(y Map, accumulate bool) {
	if !hasAVX512 {
		s.forwardScalar(y, accumulate)
		return
	}
	pixels, n := s.U.Pixels(), s.U.C
	for c := 0; c < n; c += lanes {
		a, skip, bias := load(at(ptr(s.A), c)), load(at(ptr(s.D), c)), load(at(ptr(s.Bias), c))
		left := n - c
		var h vec
		for i := range pixels {
			t, _ := s.step(i, pixels)
			u := load(at(ptr(s.U.Data), t*s.U.LD+c))
			v := load(at(ptr(s.Delta.Data), t*s.Delta.LD+c)).Add(bias)
			dt := softplusOf(v, exp(minusAbs(v)))
			bc := s.BC.Data[t*s.BC.LD:]
			h = exp(dt.Mul(a)).Mul(h)
			h = dt.Mul(u).MulAdd(broadcast(bc[0]), h)
			put(at(ptr(s.H.Data), t*s.H.LD+c), h, left)
			out := h.Mul(broadcast(bc[1]))
			out = skip.MulAdd(u, out)
			dst := at(ptr(y.Data), t*y.LD+c)
			if accumulate {
				out = out.Add(load(dst))
			}
			put(dst, out, left)
		}
	}
	archsimd.ClearAVXUpperBits()
}

// grad keeps the sums over channels, of dB and dC, as vectors a pixel in scratch: 32 values a pixel.
func (s *Scan) grad(g *ScanGrads, dy Map, scratch []float32) {
	if !hasAVX512 {
		s.gradScalar(g, dy, scratch)
		return
	}
	pixels, n := s.U.Pixels(), s.U.C
	sums := ptr(scratch)
	clear(scratch[:2*lanes*pixels])
	for c := 0; c < n; c += lanes {
		a, skip, bias := load(at(ptr(s.A), c)), load(at(ptr(s.D), c)), load(at(ptr(s.Bias), c))
		left := n - c
		var carry, dALogs, dD, dBias vec
		for i := pixels - 1; i >= 0; i-- {
			t, before := s.step(i, pixels)
			u := load(at(ptr(s.U.Data), t*s.U.LD+c))
			v := load(at(ptr(s.Delta.Data), t*s.Delta.LD+c)).Add(bias)
			e := exp(minusAbs(v))
			dt := softplusOf(v, e)
			decay := exp(dt.Mul(a))
			d := load(at(ptr(dy.Data), t*dy.LD+c))
			bc := s.BC.Data[t*s.BC.LD:]
			b := broadcast(bc[0])
			grad := d.MulAdd(broadcast(bc[1]), carry)
			carry = decay.Mul(grad)
			var through vec
			if i > 0 {
				through = carry.Mul(load(at(ptr(s.H.Data), before*s.H.LD+c))).Mul(a)
			}
			gdt := grad.Mul(dt)
			du := at(ptr(g.U.Data), t*g.U.LD+c)
			put(du, gdt.MulAdd(b, skip.MulAdd(d, load(du))), left)
			slope := sigmoidOf(v, e)
			dd := grad.Mul(b).MulAdd(u, through).Mul(slope)
			put(at(ptr(g.Delta.Data), t*g.Delta.LD+c), dd, left)
			dBias = dBias.Add(dd)
			dD = d.MulAdd(u, dD)
			dALogs = through.MulAdd(dt, dALogs)
			db, dc := at(sums, 2*lanes*t), at(sums, 2*lanes*t+lanes)
			h := load(at(ptr(s.H.Data), t*s.H.LD+c))
			store(db, load(db).Add(firstLanes(gdt.Mul(u), left)))
			store(dc, load(dc).Add(firstLanes(d.Mul(h), left)))
		}
		accumulate(g.ALogs, dALogs, c, left)
		accumulate(g.D, dD, c, left)
		accumulate(g.Bias, dBias, c, left)
	}
	for t := range pixels {
		dbc := g.BC.Row(t)
		dbc[0], dbc[1] = sum(load(at(sums, 2*lanes*t))), sum(load(at(sums, 2*lanes*t+lanes)))
	}
	archsimd.ClearAVXUpperBits()
}

// accumulate adds v to dst[c:].
func accumulate(dst []float32, v vec, c, left int) {
	p := at(ptr(dst), c)
	put(p, load(p).Add(v), left)
}
