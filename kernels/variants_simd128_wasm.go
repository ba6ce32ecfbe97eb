//go:build simd128 || relaxed

package kernels

// platformVariants is the row of the instruction set that this module was built for.
func platformVariants() []Set {
	s := scalar
	s.Name = simdName
	s.GEMM = GEMM{NR: simdNR, Run: gemmSIMD128}
	s.Conv3x3S2 = func(a Conv3x3S2Args) { conv3x3S2(a, gemmSIMD128) }
	return []Set{s}
}
