package ops

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// hasAVX512 is whether this processor runs the AVX-512 variants.
var hasAVX512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW

// useVectors turns the AVX-512 variants on or off, for tests, and returns what was.
func useVectors(on bool) (before bool) {
	before, hasAVX512 = hasAVX512, on
	return before
}

//go:noescape
func tile12x32(depth int, a *float32, stepR, stepD int, b, c *float32, ldc int, mask uint32, accumulate bool)

//go:noescape
func tile12x16(depth int, a *float32, stepR, stepD int, b, c *float32, ldc int, mask uint32, accumulate bool)

// tile is tileScalar on this processor.
func tile(depth int, a []float32, stepR, stepD int, b, c []float32, ldc, cols int, accumulate bool) {
	if !hasAVX512 || depth == 0 {
		tileScalar(depth, a, stepR, stepD, b, c, ldc, cols, accumulate)
		return
	}
	_ = a[(tileRows-1)*stepR+(depth-1)*stepD]
	_ = b[depth*tileCols-1]
	_ = c[(tileRows-1)*ldc+cols-1]
	f := tile12x32
	if cols <= tileCols/2 {
		f = tile12x16
	}
	f(depth, unsafe.SliceData(a), stepR, stepD, unsafe.SliceData(b), unsafe.SliceData(c), ldc, 1<<cols-1, accumulate)
}

//go:noescape
func copyRows32(dst, src *float32, ld, rows int, mask uint64)

//go:noescape
func copyRows48(dst, src *float32, ld, rows int, mask uint64)

// packRows is packRowsScalar on this processor.
func packRows(dst []float32, m Map, width int) {
	rows, cols := m.Rows(), min(m.C, width)
	if !hasAVX512 || rows == 0 {
		packRowsScalar(dst, m, width)
		return
	}
	_ = dst[rows*width-1]
	_ = m.Data[(rows-1)*m.LD+cols-1]
	f := copyRows32
	if width == gradRows {
		f = copyRows48
	}
	f(unsafe.SliceData(dst), unsafe.SliceData(m.Data), m.LD, rows, 1<<cols-1)
}
