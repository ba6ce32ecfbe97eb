//go:build simd128 || relaxed

package kernels

import "unsafe"

// scanArgs are the operands of the assembly. The pointers begin at the first step; distances are in bytes.
type scanArgs struct {
	x, delta, y, decay, skip, h, b, c unsafe.Pointer
	steps, vectors                    int
	next                              int // from the end of a step's channels to the next step
	nextbc                            int
	accumulate                        int
}

//go:noescape
func scan_16_simd128(a *scanArgs)

// selectiveScanSIMD128 leaves a number of channels that is no multiple of four, which no official model has, to
// the reference.
func selectiveScanSIMD128(a ScanArgs) {
	if a.Channels%4 != 0 || a.L == 0 {
		selectiveScanScalar(a)
		return
	}
	h := a.H[:a.Channels]
	clear(h)
	first, next, nextbc := 0, 0, 4*a.LDBC
	if a.Reverse {
		first, next, nextbc = a.L-1, -2*4*a.Channels, -nextbc
	}
	for _, x := range [...][]float32{a.X, a.Delta, a.Y} {
		need(x, a.L, a.Channels, a.Channels)
	}
	for _, x := range [...][]float32{a.B, a.C} {
		need(x, a.L, a.LDBC, 1)
	}
	at := first * a.Channels
	t := scanArgs{
		x: unsafe.Pointer(&a.X[at]), delta: unsafe.Pointer(&a.Delta[at]), y: unsafe.Pointer(&a.Y[at]),
		decay: operand(a.A, 1, 0, len(h)), skip: operand(a.D, 1, 0, len(h)), h: operand(h, 1, 0, len(h)),
		b: unsafe.Pointer(&a.B[first*a.LDBC]), c: unsafe.Pointer(&a.C[first*a.LDBC]),
		steps: a.L, vectors: a.Channels / 4, next: next, nextbc: nextbc,
	}
	if a.Accumulate {
		t.accumulate = 1
	}
	scan_16_simd128(&t)
}
