//go:build relaxed

package kernels

const (
	simdName = "relaxed"

	// The GEMM tile that is fastest and the tallest for the last rows.
	gemmRows, gemmLastRows = 6, 6
)
