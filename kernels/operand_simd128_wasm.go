//go:build simd128 || relaxed

package kernels

import "unsafe"

// need panics if x does not hold rows of cols values ld apart: the assembly checks nothing.
func need(x []float32, rows, ld, cols int) {
	if rows > 0 && cols > 0 {
		_ = x[(rows-1)*ld+cols-1]
	}
}

// operand returns the address of rows of cols values ld apart, and panics if x does not hold them.
func operand(x []float32, rows, ld, cols int) unsafe.Pointer {
	need(x, rows, ld, cols)
	return unsafe.Pointer(unsafe.SliceData(x))
}
