//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

func haarAnalysisAVX2(a HaarArgs) {
	if a.C < lanesAVX2 {
		haarAnalysisScalar(a)
		return
	}
	h, w := (a.H+1)/2, (a.W+1)/2
	inRange(a.Map, a.H*a.W, a.C, a.LD)
	inRange(a.Coef, h*w, 4*a.C, 4*a.C)
	gain := archsimd.LoadFloat32x8Array(&constantsAVX2.haar)
	for y := range h {
		for x := range w {
			coef := at(ptr(a.Coef), (y*w+x)*4*a.C)
			right, below := 2*x+1 < a.W, 2*y+1 < a.H
			p := at(ptr(a.Map), (2*y*a.W+2*x)*a.LD)
			for c := 0; c < a.C; c += lanesAVX2 {
				c = min(c, a.C-lanesAVX2) // the last overlaps
				var p01, p10, p11 archsimd.Float32x8
				p00 := loadAVX2(at(p, c))
				if right {
					p01 = loadAVX2(at(p, a.LD+c))
				}
				if below {
					p10 = loadAVX2(at(p, a.W*a.LD+c))
				}
				if right && below {
					p11 = loadAVX2(at(p, (a.W+1)*a.LD+c))
				}
				sum0, sum1 := p00.Add(p01), p10.Add(p11)
				dif0, dif1 := p00.Sub(p01), p10.Sub(p11)
				storeAVX2(at(coef, c), gain.Mul(sum0.Add(sum1)))
				storeAVX2(at(coef, a.C+c), gain.Mul(sum0.Sub(sum1)))
				storeAVX2(at(coef, 2*a.C+c), gain.Mul(dif0.Add(dif1)))
				storeAVX2(at(coef, 3*a.C+c), gain.Mul(dif0.Sub(dif1)))
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

func haarSynthesisAVX2(a HaarArgs) {
	if a.C < lanesAVX2 {
		haarSynthesisScalar(a)
		return
	}
	h, w := (a.H+1)/2, (a.W+1)/2
	inRange(a.Map, a.H*a.W, a.C, a.LD)
	inRange(a.Coef, h*w, 4*a.C, 4*a.C)
	gain := archsimd.LoadFloat32x8Array(&constantsAVX2.haar)
	for y := range h {
		for x := range w {
			coef := at(ptr(a.Coef), (y*w+x)*4*a.C)
			right, below := 2*x+1 < a.W, 2*y+1 < a.H
			p := at(ptr(a.Map), (2*y*a.W+2*x)*a.LD)
			for c := 0; c < a.C; c += lanesAVX2 {
				c = min(c, a.C-lanesAVX2) // the last overlaps
				ll, v := loadAVX2(at(coef, c)), loadAVX2(at(coef, a.C+c))
				hh, d := loadAVX2(at(coef, 2*a.C+c)), loadAVX2(at(coef, 3*a.C+c))
				sum0, sum1 := ll.Add(v), ll.Sub(v)
				dif0, dif1 := hh.Add(d), hh.Sub(d)
				storeAVX2(at(p, c), gain.Mul(sum0.Add(dif0)))
				if right {
					storeAVX2(at(p, a.LD+c), gain.Mul(sum0.Sub(dif0)))
				}
				if below {
					storeAVX2(at(p, a.W*a.LD+c), gain.Mul(sum1.Add(dif1)))
				}
				if right && below {
					storeAVX2(at(p, (a.W+1)*a.LD+c), gain.Mul(sum1.Sub(dif1)))
				}
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}
