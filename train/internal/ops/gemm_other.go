//go:build !amd64

package ops

// tile is tileScalar.
func tile(depth int, a []float32, stepR, stepD int, b, c []float32, ldc, cols int, accumulate bool) {
	tileScalar(depth, a, stepR, stepD, b, c, ldc, cols, accumulate)
}

// useVectors does nothing: there are no other variants than the scalar ones.
func useVectors(bool) bool { return false }

// packRows is packRowsScalar.
func packRows(dst []float32, m Map, width int) { packRowsScalar(dst, m, width) }
