//go:build relaxed

package kernels

const (
	simdName = "relaxed"
	gemmRows = 6 // of the tallest GEMM tile
)
