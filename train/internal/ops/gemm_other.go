//go:build !amd64

package ops

// tile is tileScalar.
func tile(depth int, a []float32, stepR, stepD int, b []float32, ldb int, c []float32, ldc, cols int, accumulate bool) {
	tileScalar(depth, a, stepR, stepD, b, ldb, c, ldc, cols, accumulate)
}

// features is what there are variants for: nothing.
type features struct{}

// use does nothing.
func use(f features) features { return f }

// Arithmetic names what this build uses on this processor.
func Arithmetic() string { return "scalar" }
