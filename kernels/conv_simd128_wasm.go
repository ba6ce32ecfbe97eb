//go:build simd128 || relaxed

package kernels

// conv3x3S2SIMD128 reads the neighbourhoods where they lie: the inputs of an output pixel are three segments of
// 3·C contiguous values, and the next pixel's are 2·C further on, so that a row of output is a GEMM without a
// copy. At the borders the segments are shorter or fewer.
func conv3x3S2SIMD128(a Conv3x3S2Args) {
	need(a.X, a.H*a.W, a.C, a.C)
	need(a.Y, ConvOut(a.H, 2)*ConvOut(a.W, 2), a.Weights.N, a.Weights.N)
	for _, rows := range convSpans(a.H) {
		for _, cols := range convSpans(a.W) {
			if cols.n == 1 { // a border: the pixels below each other form one product
				a.product(rows.first, cols.first, rows.n, 2*a.W*a.C, ConvOut(a.W, 2)*a.Weights.N, rows, cols)
				continue
			}
			for i := range rows.n {
				a.product(rows.first+i, cols.first, cols.n, 2*a.C, a.Weights.N, rows, cols)
			}
		}
	}
}

// convSpan is a run of output pixels along one axis that use the same taps of their neighbourhoods.
type convSpan struct {
	first, n   int
	begin, end int // of the taps that lie inside the map
}

// convSpans returns the first, the inner and the last output pixels along an axis of n pixels; some may be none.
func convSpans(n int) [3]convSpan {
	out := ConvOut(n, 2)
	s := [3]convSpan{
		{first: 0, n: 1, begin: 1, end: min(n+1, 3)},
		{first: 1, n: max(out-2, 0), begin: 0, end: 3},
		{first: out - 1, n: 1, begin: 0, end: 3 - n%2},
	}
	if out == 1 {
		s[2].n = 0
	}
	return s
}

// product computes n output pixels from (oy, ox) on; nextX and nextY are the distances between their inputs and
// their outputs.
func (a *Conv3x3S2Args) product(oy, ox, n, nextX, nextY int, rows, cols convSpan) {
	if n == 0 {
		return
	}
	k := (cols.end - cols.begin) * a.C
	gemmPanels(&gemmCall{
		gemmArgs: gemmArgs{
			k: k, segments: rows.end - rows.begin, floor: floorOf(a.ReLU),
			xskip: 4 * (a.W*a.C - k), wskip: 4 * simdNR * (3*a.C - k),
		},
		m: n, x: a.X[((2*oy-1+rows.begin)*a.W+2*ox-1+cols.begin)*a.C:], ldx: nextX,
		y: a.Y[(oy*ConvOut(a.W, 2)+ox)*a.Weights.N:], ldy: nextY,
		weights: a.Weights, firstWeight: (rows.begin*3 + cols.begin) * a.C,
	})
}
