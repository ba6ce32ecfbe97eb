//go:build simd128 || relaxed

package kernels

import "unsafe"

// rowsArgs are the operands of the assembly for an operation on single values: rows of whole vectors of x, and
// of y, which is what is written. Skips are the bytes from the end of a row to the next.
type rowsArgs struct {
	x, y          unsafe.Pointer
	rows, vectors int
	skipx, skipy  int
}

// oneRow are the operands of an operation on the first len(x)/4 vectors.
func oneRow(x, y []float32) rowsArgs {
	n := len(x)
	return rowsArgs{x: operand(x, 1, 0, n), y: operand(y, 1, 0, n), rows: 1, vectors: n / 4}
}

//go:noescape
func relu_4_simd128(a *rowsArgs)

//go:noescape
func add_4_simd128(a *rowsArgs)

//go:noescape
func mul_4_simd128(a *rowsArgs)

func reluSIMD128(x []float32) {
	whole := len(x) &^ 3
	if whole > 0 {
		a := oneRow(x, x)
		relu_4_simd128(&a)
	}
	reluScalar(x[whole:])
}

func addSIMD128(y, x []float32) {
	whole := len(y) &^ 3
	if whole > 0 {
		a := oneRow(x[:len(y)], y)
		add_4_simd128(&a)
	}
	addScalar(y[whole:], x[whole:])
}

func mulSIMD128(y, x []float32) {
	whole := len(y) &^ 3
	if whole > 0 {
		a := oneRow(x[:len(y)], y)
		mul_4_simd128(&a)
	}
	mulScalar(y[whole:], x[whole:])
}

// scaleArgs are the operands of the assembly for x = x·scale (+ shift) over rows of whole vectors.
type scaleArgs struct {
	x, scale, shift unsafe.Pointer
	rows, vectors   int
	skip            int
}

//go:noescape
func scale_4_simd128(a *scaleArgs)

//go:noescape
func scaleshift_4_simd128(a *scaleArgs)

func scaleShiftSIMD128(a ScaleShiftArgs) {
	whole := a.Channels &^ 3
	if whole > 0 && a.Pixels > 0 {
		t := scaleArgs{
			x: operand(a.X, a.Pixels, a.LDX, a.Channels), scale: operand(a.Scale, 1, 0, a.Channels),
			rows: a.Pixels, vectors: whole / 4, skip: 4 * (a.LDX - whole),
		}
		if a.Shift == nil {
			scale_4_simd128(&t)
		} else {
			t.shift = operand(a.Shift, 1, 0, a.Channels)
			scaleshift_4_simd128(&t)
		}
	}
	if whole == a.Channels {
		return
	}
	a.X, a.Scale, a.Channels = a.X[whole:], a.Scale[whole:], a.Channels-whole
	if a.Shift != nil {
		a.Shift = a.Shift[whole:]
	}
	scaleShiftScalar(a)
}

// poolArgs are the operands of the assembly for the mean over rows of whole vectors.
type poolArgs struct {
	x, y          unsafe.Pointer
	rows, vectors int
	ld            int
	count         float32
}

//go:noescape
func globalpool_4_simd128(a *poolArgs)

func globalPoolSIMD128(y, x []float32, pixels, channels int) {
	whole := channels &^ 3
	if whole > 0 {
		t := poolArgs{
			x: operand(x, pixels, channels, channels), y: operand(y, 1, 0, channels),
			rows: pixels, vectors: whole / 4, ld: 4 * channels, count: float32(pixels),
		}
		globalpool_4_simd128(&t)
	}
	for c := whole; c < channels; c++ {
		var sum float32
		for i := range pixels {
			sum += x[i*channels+c]
		}
		y[c] = sum / float32(pixels)
	}
}
