package ops

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// features is what this processor has of the instructions that variants are written in.
type features struct{ avx512, avx2 bool }

var (
	has = features{
		avx512: cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW,
		avx2:   cpu.X86.HasAVX2 && cpu.X86.HasFMA,
	}
	hasAVX512 = has.avx512
)

// use limits the variants to some features, for tests, and returns what was.
func use(f features) (before features) {
	before, has = has, f
	hasAVX512 = f.avx512
	return before
}

// Arithmetic names what this build uses on this processor.
func Arithmetic() string {
	switch {
	case hasAVX512 && vectors:
		return "AVX-512"
	case hasAVX512:
		return "AVX-512 for matrix products, scalar for the rest (built with GOEXPERIMENT=simd it is more than twice as fast)"
	case has.avx2:
		return "AVX2 for matrix products, scalar for the rest"
	}
	return "scalar"
}

//go:noescape
func tile12x32(depth int, a *float32, stepR, stepD int, b *float32, ldb int, c *float32, ldc int, mask uint32, accumulate bool)

//go:noescape
func tile12x16(depth int, a *float32, stepR, stepD int, b *float32, ldb int, c *float32, ldc int, mask uint32, accumulate bool)

// tile is tileScalar on this processor.
func tile(depth int, a []float32, stepR, stepD int, b []float32, ldb int, c []float32, ldc, cols int, accumulate bool) {
	if depth == 0 || !hasAVX512 && !has.avx2 {
		tileScalar(depth, a, stepR, stepD, b, ldb, c, ldc, cols, accumulate)
		return
	}
	_ = a[(tileRows-1)*stepR+(depth-1)*stepD]
	_ = b[(depth-1)*ldb+cols-1]
	_ = c[(tileRows-1)*ldc+cols-1]
	if !hasAVX512 {
		tileAVX2(depth, a, stepR, stepD, b, ldb, c, ldc, cols, accumulate)
		return
	}
	f := tile12x32
	if cols <= tileCols/2 {
		f = tile12x16
	}
	f(depth, unsafe.SliceData(a), stepR, stepD, unsafe.SliceData(b), ldb, unsafe.SliceData(c), ldc, 1<<cols-1, accumulate)
}

//go:noescape
func tile6x16(depth int, a *float32, stepR, stepD int, b *float32, ldb int, c *float32, ldc int, accumulate bool)

// tileAVX2 computes a tile in parts of 6×16. Those that reach behind the last column go through a buffer; they read
// what lies behind b's rows, which its slack allows.
func tileAVX2(depth int, a []float32, stepR, stepD int, b []float32, ldb int, c []float32, ldc, cols int, accumulate bool) {
	const rows, width = 6, 16
	var part [rows * width]float32
	for j := 0; j < cols; j += width {
		for r := 0; r < tileRows; r += rows {
			from, to := unsafe.SliceData(a[r*stepR:]), c[r*ldc+j:]
			if j+width <= cols {
				tile6x16(depth, from, stepR, stepD, unsafe.SliceData(b[j:]), ldb, unsafe.SliceData(to), ldc, accumulate)
				continue
			}
			tile6x16(depth, from, stepR, stepD, unsafe.SliceData(b[j:]), ldb, &part[0], width, false)
			for i := range rows {
				row := to[i*ldc:][:cols-j]
				if !accumulate {
					clear(row)
				}
				for k := range row {
					row[k] += part[i*width+k]
				}
			}
		}
	}
}
