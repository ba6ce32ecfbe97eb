//go:build simd128 || relaxed

package kernels

// platformVariants is the row of the instruction set that this module was built for.
func platformVariants() []Set {
	return []Set{{
		Name:          simdName,
		GEMM:          GEMM{NR: simdNR, Run: gemmSIMD128},
		Conv3x3S2:     conv3x3S2SIMD128,
		Depthwise:     depthwiseSIMD128,
		HaarAnalysis:  haarAnalysisSIMD128,
		HaarSynthesis: haarSynthesisSIMD128,
		SelectiveScan: selectiveScanSIMD128,
		LayerNorm:     layerNormSIMD128,
		GlobalPool:    globalPoolSIMD128,
		ScaleShift:    scaleShiftSIMD128,
		Add:           addSIMD128,
		Mul:           mulSIMD128,
		ReLU:          reluSIMD128,
		SiLU:          siluSIMD128,
		Sigmoid:       sigmoidSIMD128,
		Resize:        Resize{Step: resizeRowsStep, Rows: resizeRowsSIMD128, Columns: resizeColumnsSIMD128},
		Normalize:     normalizeSIMD128,
		DropAlpha:     dropAlphaSIMD128,
		WidenHalves:   widenHalvesSIMD128,
	}}
}
