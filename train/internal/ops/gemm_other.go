//go:build !amd64

package ops

// tile is tileScalar.
func tile(depth int, a []float32, stepR, stepD int, b []float32, ldb int, c []float32, ldc, cols int, accumulate bool) {
	tileScalar(depth, a, stepR, stepD, b, ldb, c, ldc, cols, accumulate)
}

// useVectors does nothing: there are no other variants than the scalar ones.
func useVectors(bool) bool { return false }

// Arithmetic names what this build uses on this processor.
func Arithmetic() string { return "scalar" }
