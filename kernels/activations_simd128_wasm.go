//go:build simd128 || relaxed

package kernels

//go:noescape
func sigmoid_4_simd128(a *rowsArgs)

//go:noescape
func silu_4_simd128(a *rowsArgs)

func sigmoidSIMD128(x []float32) {
	whole := len(x) &^ 3
	if whole > 0 {
		a := oneRow(x, x)
		sigmoid_4_simd128(&a)
	}
	sigmoidScalar(x[whole:])
}

func siluSIMD128(a SiLUArgs) {
	whole := a.Channels &^ 3
	if whole > 0 && a.Pixels > 0 {
		t := rowsArgs{
			x: operand(a.X, a.Pixels, a.LDX, a.Channels), y: operand(a.Y, a.Pixels, a.LDY, a.Channels), rows: a.Pixels, vectors: whole / 4,
			skipx: 4 * (a.LDX - whole), skipy: 4 * (a.LDY - whole),
		}
		silu_4_simd128(&t)
	}
	if whole < a.Channels {
		a.X, a.Y, a.Channels = a.X[whole:], a.Y[whole:], a.Channels-whole
		siluScalar(a)
	}
}
