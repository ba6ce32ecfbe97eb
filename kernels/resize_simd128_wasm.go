//go:build simd128 || relaxed

package kernels

import "unsafe"

// resizeRowsStep is what the taps of the horizontal pass are a multiple of: four pixels are three vectors.
const resizeRowsStep = 4

// resizeRowsArgs are the operands of the assembly for a block of rows. Distances are in bytes.
type resizeRowsArgs struct {
	x, first, weights, y unsafe.Pointer
	rows, outputs        int
	eights, four         int // the taps: steps of eight, and one of four or none
	ldx, ldw, ldy        int
}

//go:noescape
func resizerows_12_simd128(a *resizeRowsArgs)

func resizeRowsSIMD128(a ResizeRowsArgs) {
	outputs := len(a.First)
	if a.Taps%resizeRowsStep != 0 || a.Taps == 0 {
		resizeRowsScalar(a)
		return
	}
	if a.Rows == 0 || outputs == 0 {
		return
	}
	a.check()
	for y := 0; y < a.Rows; y += rowsAtOnce {
		b := a.block(y)
		t := resizeRowsArgs{
			x: unsafe.Pointer(&b.X[0]), first: unsafe.Pointer(&b.First[0]), weights: unsafe.Pointer(&b.Weights[0]),
			y: unsafe.Pointer(&b.Y[0]), rows: b.Rows, outputs: outputs, eights: b.Taps / 8, four: b.Taps / 4 % 2,
			ldx: b.LDX, ldw: 4 * 3 * b.Taps, ldy: b.LDY,
		}
		resizerows_12_simd128(&t)
	}
}

// resizeColumnsArgs are the operands of the assembly for all outputs, in blocks of sixteen bytes, the last at last.
type resizeColumnsArgs struct {
	x, first, weights, y unsafe.Pointer
	outputs, taps        int
	blocks, last         int
	ldx, width           int
}

//go:noescape
func resizecolumns_16_simd128(a *resizeColumnsArgs)

func resizeColumnsSIMD128(a ResizeColumnsArgs) {
	const block = 16
	if a.Width < block || a.Taps == 0 {
		resizeColumnsScalar(a)
		return
	}
	if len(a.First) == 0 {
		return
	}
	a.check()
	t := resizeColumnsArgs{
		x: unsafe.Pointer(&a.X[0]), first: unsafe.Pointer(&a.First[0]), weights: unsafe.Pointer(&a.Weights[0]),
		y: unsafe.Pointer(&a.Y[0]), outputs: len(a.First), taps: a.Taps,
		blocks: (a.Width + block - 1) / block, last: a.Width - block, ldx: a.LDX, width: a.Width,
	}
	resizecolumns_16_simd128(&t)
}

// normalizeArgs are the operands of the assembly for four pixels at a time.
type normalizeArgs struct {
	x, y, table unsafe.Pointer
	fours       int
}

//go:noescape
func normalize_4_simd128(a *normalizeArgs)

func normalizeSIMD128(a NormalizeArgs) {
	const step = 4 * 3
	whole := len(a.X) / step * step
	if whole > 0 {
		y := a.Y[:whole]
		t := normalizeArgs{
			x: unsafe.Pointer(&a.X[0]), y: unsafe.Pointer(&y[0]), table: unsafe.Pointer(a.Table), fours: whole / step,
		}
		normalize_4_simd128(&t)
	}
	normalizeScalar(NormalizeArgs{X: a.X[whole:], Table: a.Table, Y: a.Y[whole:]})
}

// dropAlphaArgs are the operands of the assembly for four pixels at a time.
type dropAlphaArgs struct {
	x, y  unsafe.Pointer
	fours int
}

//go:noescape
func dropalpha_4_simd128(a *dropAlphaArgs)

func dropAlphaSIMD128(y, x []byte) {
	const step = 4
	// Twelve bytes are stored as sixteen, so that four more must follow.
	fours := max(len(y)-4, 0) / (3 * step)
	if fours > 0 {
		_ = x[4*step*fours-1]
		t := dropAlphaArgs{x: unsafe.Pointer(&x[0]), y: unsafe.Pointer(&y[0]), fours: fours}
		dropalpha_4_simd128(&t)
	}
	DropAlpha(y[3*step*fours:], x[4*step*fours:])
}
