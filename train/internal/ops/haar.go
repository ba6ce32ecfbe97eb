package ops

// haarGain is the float32 square of 1/√2, the filter value in the official checkpoints; not exactly 0.5.
const haarGain = 0.49999997

// HaarAnalysis computes the coefficients [B, ceil(H/2), ceil(W/2), 4·C] of x, the bands LL, V, H, D one after the
// other. A map of odd size counts as zero-padded. It is also the gradient of HaarSynthesis.
func HaarAnalysis(t *Team, coef, x Map) {
	t.eachChunk(x.B, x.Pixels()*x.C, func(from, to int) {
		for b := from; b < to; b++ {
			haarAnalysis(coef.Images(b, b+1), x.Images(b, b+1))
		}
	})
}

func haarAnalysisScalar(coef, x Map) {
	zero := make([]float32, x.C)
	for cy := range coef.H {
		for cx := range coef.W {
			p00, p01, p10, p11 := haarCell(x, cy, cx, zero)
			dst := coef.Row(cy*coef.W + cx)
			ll, v := dst[:x.C], dst[x.C:][:x.C]
			hh, d := dst[2*x.C:][:x.C], dst[3*x.C:][:x.C]
			for c := range ll {
				sum0, sum1 := p00[c]+p01[c], p10[c]+p11[c]
				dif0, dif1 := p00[c]-p01[c], p10[c]-p11[c]
				ll[c] = haarGain * (sum0 + sum1)
				v[c] = haarGain * (sum0 - sum1)
				hh[c] = haarGain * (dif0 + dif1)
				d[c] = haarGain * (dif0 - dif1)
			}
		}
	}
}

// haarCell returns the four pixels of a cell; those behind the map's edge are outside.
func haarCell(x Map, cy, cx int, outside []float32) (p00, p01, p10, p11 []float32) {
	at := 2*cy*x.W + 2*cx
	right, below := 2*cx+1 < x.W, 2*cy+1 < x.H
	p00, p01, p10, p11 = x.Row(at), outside, outside, outside
	if right {
		p01 = x.Row(at + 1)
	}
	if below {
		p10 = x.Row(at + x.W)
	}
	if right && below {
		p11 = x.Row(at + x.W + 1)
	}
	return p00, p01, p10, p11
}

// HaarSynthesis computes x from its coefficients, or adds to x with accumulate. It drops what lies behind the edge
// of an odd map. It is also the gradient of HaarAnalysis.
func HaarSynthesis(t *Team, x, coef Map, accumulate bool) {
	t.eachChunk(x.B, x.Pixels()*x.C, func(from, to int) {
		for b := from; b < to; b++ {
			haarSynthesis(x.Images(b, b+1), coef.Images(b, b+1), accumulate)
		}
	})
}

func haarSynthesisScalar(x, coef Map, accumulate bool) {
	dropped := make([]float32, x.C)
	for cy := range coef.H {
		for cx := range coef.W {
			p00, p01, p10, p11 := haarCell(x, cy, cx, dropped)
			if !accumulate {
				clear(p00)
				clear(p01)
				clear(p10)
				clear(p11)
			}
			src := coef.Row(cy*coef.W + cx)
			ll, v := src[:x.C], src[x.C:][:x.C]
			hh, d := src[2*x.C:][:x.C], src[3*x.C:][:x.C]
			for c := range ll {
				sum0, sum1 := ll[c]+v[c], ll[c]-v[c]
				dif0, dif1 := hh[c]+d[c], hh[c]-d[c]
				p00[c] += haarGain * (sum0 + dif0)
				p01[c] += haarGain * (sum0 - dif0)
				p10[c] += haarGain * (sum1 + dif1)
				p11[c] += haarGain * (sum1 - dif1)
			}
		}
	}
}
