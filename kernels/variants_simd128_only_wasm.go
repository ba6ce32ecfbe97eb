//go:build simd128 && !relaxed

package kernels

const (
	simdName = "simd"
	gemmRows = 4 // of the tallest GEMM tile
)
