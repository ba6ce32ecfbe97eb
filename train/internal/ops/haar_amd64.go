//go:build amd64 && goexperiment.simd

package ops

import "simd/archsimd"

func haarAnalysis(coef, x Map) {
	if !hasAVX512 {
		haarAnalysisScalar(coef, x)
		return
	}
	zero := Alloc(x.C)
	gain := constant(&consts.haar)
	for cy := range coef.H {
		for cx := range coef.W {
			q00, q01, q10, q11 := haarCell(x, cy, cx, zero)
			p00, p01, p10, p11 := ptr(q00), ptr(q01), ptr(q10), ptr(q11)
			dst := ptr(coef.Data[(cy*coef.W+cx)*coef.LD:])
			for c := 0; c < x.C; c += lanes {
				a, b := load(at(p00, c)), load(at(p01, c))
				e, f := load(at(p10, c)), load(at(p11, c))
				sum0, sum1, dif0, dif1 := a.Add(b), e.Add(f), a.Sub(b), e.Sub(f)
				left := x.C - c
				put(at(dst, c), sum0.Add(sum1).Mul(gain), left)
				put(at(dst, c+x.C), sum0.Sub(sum1).Mul(gain), left)
				put(at(dst, c+2*x.C), dif0.Add(dif1).Mul(gain), left)
				put(at(dst, c+3*x.C), dif0.Sub(dif1).Mul(gain), left)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

func haarSynthesis(x, coef Map, accumulate bool) {
	if !hasAVX512 {
		haarSynthesisScalar(x, coef, accumulate)
		return
	}
	dropped := Alloc(x.C)
	gain := constant(&consts.haar)
	for cy := range coef.H {
		for cx := range coef.W {
			q00, q01, q10, q11 := haarCell(x, cy, cx, dropped)
			p00, p01, p10, p11 := ptr(q00), ptr(q01), ptr(q10), ptr(q11)
			src := ptr(coef.Data[(cy*coef.W+cx)*coef.LD:])
			for c := 0; c < x.C; c += lanes {
				ll, v := load(at(src, c)), load(at(src, c+x.C))
				hh, d := load(at(src, c+2*x.C)), load(at(src, c+3*x.C))
				sum0, sum1, dif0, dif1 := ll.Add(v), ll.Sub(v), hh.Add(d), hh.Sub(d)
				r00, r01 := sum0.Add(dif0).Mul(gain), sum0.Sub(dif0).Mul(gain)
				r10, r11 := sum1.Add(dif1).Mul(gain), sum1.Sub(dif1).Mul(gain)
				if accumulate {
					r00, r01 = r00.Add(load(at(p00, c))), r01.Add(load(at(p01, c)))
					r10, r11 = r10.Add(load(at(p10, c))), r11.Add(load(at(p11, c)))
				}
				left := x.C - c
				put(at(p00, c), r00, left)
				put(at(p01, c), r01, left)
				put(at(p10, c), r10, left)
				put(at(p11, c), r11, left)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}
