package kernels

// haarGain is the float32 square of 1/√2, the filter value in the official checkpoints (bits 0x3effffff); it
// is not exactly 0.5.
const haarGain = 0.49999997

// HaarArgs are the operands of one level of the two-dimensional Haar transform (section 3.3; WTConv, arXiv 2407.05848)
// and its inverse, between a map [H, W, C] and its coefficients [h, w, 4, C] with h = ceil(H/2), w = ceil(W/2) and the
// bands in the order LL, V (vertical high), H (horizontal high), D (both). A map of odd size counts as zero-padded by a
// row at the bottom or a column at the right; the inverse drops what it would write there.
type HaarArgs struct {
	H, W, C int
	Map     []float32 // [H, W, C], pixels LD apart
	LD      int
	Coef    []float32 // [ceil(H/2), ceil(W/2), 4, C]
}

func haarAnalysisScalar(a HaarArgs) {
	h, w := (a.H+1)/2, (a.W+1)/2
	for y := range h {
		for x := range w {
			coef := a.Coef[(y*w+x)*4*a.C:]
			ll, v := coef[:a.C], coef[a.C:][:a.C]
			hh, d := coef[2*a.C:][:a.C], coef[3*a.C:][:a.C]
			right, below := 2*x+1 < a.W, 2*y+1 < a.H
			p := (2*y*a.W + 2*x) * a.LD
			for c := range ll {
				var p00, p01, p10, p11 float32
				p00 = a.Map[p+c]
				if right {
					p01 = a.Map[p+a.LD+c]
				}
				if below {
					p10 = a.Map[p+a.W*a.LD+c]
				}
				if right && below {
					p11 = a.Map[p+(a.W+1)*a.LD+c]
				}
				sum0, sum1 := p00+p01, p10+p11
				dif0, dif1 := p00-p01, p10-p11
				ll[c] = haarGain * (sum0 + sum1)
				v[c] = haarGain * (sum0 - sum1)
				hh[c] = haarGain * (dif0 + dif1)
				d[c] = haarGain * (dif0 - dif1)
			}
		}
	}
}

func haarSynthesisScalar(a HaarArgs) {
	h, w := (a.H+1)/2, (a.W+1)/2
	for y := range h {
		for x := range w {
			coef := a.Coef[(y*w+x)*4*a.C:]
			ll, v := coef[:a.C], coef[a.C:][:a.C]
			hh, d := coef[2*a.C:][:a.C], coef[3*a.C:][:a.C]
			right, below := 2*x+1 < a.W, 2*y+1 < a.H
			p := (2*y*a.W + 2*x) * a.LD
			for c := range ll {
				sum0, sum1 := ll[c]+v[c], ll[c]-v[c]
				dif0, dif1 := hh[c]+d[c], hh[c]-d[c]
				a.Map[p+c] = haarGain * (sum0 + dif0)
				if right {
					a.Map[p+a.LD+c] = haarGain * (sum0 - dif0)
				}
				if below {
					a.Map[p+a.W*a.LD+c] = haarGain * (sum1 + dif1)
				}
				if right && below {
					a.Map[p+(a.W+1)*a.LD+c] = haarGain * (sum1 - dif1)
				}
			}
		}
	}
}
