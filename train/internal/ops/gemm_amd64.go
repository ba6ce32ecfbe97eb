package ops

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// hasAVX512 is whether this processor runs the AVX-512 variants.
var hasAVX512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW

// Arithmetic names what this build uses on this processor.
func Arithmetic() string {
	switch {
	case hasAVX512 && vectors:
		return "AVX-512"
	case hasAVX512:
		return "AVX-512 for matrix products, scalar for the rest (built with GOEXPERIMENT=simd it is more than twice as fast)"
	}
	return "scalar"
}

// useVectors turns the AVX-512 variants on or off, for tests, and returns what was.
func useVectors(on bool) (before bool) {
	before, hasAVX512 = hasAVX512, on
	return before
}

//go:noescape
func tile12x32(depth int, a *float32, stepR, stepD int, b *float32, ldb int, c *float32, ldc int, mask uint32, accumulate bool)

//go:noescape
func tile12x16(depth int, a *float32, stepR, stepD int, b *float32, ldb int, c *float32, ldc int, mask uint32, accumulate bool)

// tile is tileScalar on this processor.
func tile(depth int, a []float32, stepR, stepD int, b []float32, ldb int, c []float32, ldc, cols int, accumulate bool) {
	if !hasAVX512 || depth == 0 {
		tileScalar(depth, a, stepR, stepD, b, ldb, c, ldc, cols, accumulate)
		return
	}
	_ = a[(tileRows-1)*stepR+(depth-1)*stepD]
	_ = b[(depth-1)*ldb+cols-1]
	_ = c[(tileRows-1)*ldc+cols-1]
	f := tile12x32
	if cols <= tileCols/2 {
		f = tile12x16
	}
	f(depth, unsafe.SliceData(a), stepR, stepD, unsafe.SliceData(b), ldb, unsafe.SliceData(c), ldc, 1<<cols-1, accumulate)
}
