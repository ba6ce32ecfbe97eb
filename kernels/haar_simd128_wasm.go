//go:build simd128 || relaxed

package kernels

import "unsafe"

// haarArgs are the operands of the assembly for whole vectors of one cell: four pixels and four bands.
type haarArgs struct {
	p00, p01, p10, p11 unsafe.Pointer
	ll, v, h, d        unsafe.Pointer
	vectors            int
	right, below       int // 1 if the cell's right and lower pixels exist
	gain               float32
}

//go:noescape
func haar_analysis_4_simd128(a *haarArgs)

//go:noescape
func haar_synthesis_4_simd128(a *haarArgs)

func haarAnalysisSIMD128(a HaarArgs) {
	if a.C < 4 {
		haarAnalysisScalar(a)
		return
	}
	haarCells(&a, true)
}

func haarSynthesisSIMD128(a HaarArgs) {
	if a.C < 4 {
		haarSynthesisScalar(a)
		return
	}
	haarCells(&a, false)
}

// haarCells transforms one cell after the other. The last channels of a number that is no multiple of four are
// computed together with those before them once more: input and output do not overlap.
func haarCells(a *HaarArgs, analysis bool) {
	h, w := (a.H+1)/2, (a.W+1)/2
	need(a.Map, a.H*a.W, a.LD, a.C)
	need(a.Coef, h*w, 4*a.C, 4*a.C)
	for y := range h {
		for x := range w {
			right, below := 0, 0
			if 2*x+1 < a.W {
				right = 1
			}
			if 2*y+1 < a.H {
				below = 1
			}
			p, q := (2*y*a.W+2*x)*a.LD, (y*w+x)*4*a.C
			haarCell(a, p, q, a.C/4, right, below, analysis)
			if rest := a.C % 4; rest != 0 {
				haarCell(a, p+a.C-4, q+a.C-4, 1, right, below, analysis)
			}
		}
	}
}

// haarCell transforms vectors of the cell whose first pixel and band begin at p and q.
func haarCell(a *HaarArgs, p, q, vectors, right, below int, analysis bool) {
	t := haarArgs{
		p00: unsafe.Pointer(&a.Map[p]),
		ll:  unsafe.Pointer(&a.Coef[q]), v: unsafe.Pointer(&a.Coef[q+a.C]),
		h: unsafe.Pointer(&a.Coef[q+2*a.C]), d: unsafe.Pointer(&a.Coef[q+3*a.C]),
		vectors: vectors, right: right, below: below, gain: haarGain,
	}
	if right == 1 {
		t.p01 = unsafe.Pointer(&a.Map[p+a.LD])
	}
	if below == 1 {
		t.p10 = unsafe.Pointer(&a.Map[p+a.W*a.LD])
		if right == 1 {
			t.p11 = unsafe.Pointer(&a.Map[p+(a.W+1)*a.LD])
		}
	}
	if analysis {
		haar_analysis_4_simd128(&t)
	} else {
		haar_synthesis_4_simd128(&t)
	}
}
