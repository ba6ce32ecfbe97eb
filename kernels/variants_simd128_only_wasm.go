//go:build simd128 && !relaxed

package kernels

const (
	simdName = "simd"

	// The GEMM tile that is fastest and the tallest for the last rows. A product that is not fused needs a
	// register, so that a height of 6 spills.
	gemmRows, gemmLastRows = 4, 5
)
