//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// platformVariants returns the rows that this processor can run, slowest first.
func platformVariants() []Set {
	var sets []Set
	x86 := archsimd.X86
	if x86.AVX2() && x86.FMA() {
		sets = append(sets, avx2)
	}
	if x86.AVX512() {
		sets = append(sets, avx512)
	}
	return sets
}

// avx2 is the row for processors with AVX2 and FMA: vectors of 8.
var avx2 = Set{
	Name:          "avx2",
	GEMM:          GEMM{NR: nrAVX2, Run: gemmAVX2},
	Conv3x3S2:     conv3x3S2AVX2,
	Depthwise:     depthwiseAVX2,
	HaarAnalysis:  haarAnalysisAVX2,
	HaarSynthesis: haarSynthesisAVX2,
	SelectiveScan: selectiveScanAVX2,
	LayerNorm:     layerNormAVX2,
	GlobalPool:    globalPoolAVX2,
	ScaleShift:    scaleShiftAVX2,
	Add:           addAVX2,
	Mul:           mulAVX2,
	ReLU:          reluAVX2,
	SiLU:          siluAVX2,
	Sigmoid:       sigmoidAVX2,
	Resize:        Resize{Step: stepAVX2, Rows: resizeRowsAVX2, Columns: resizeColumnsAVX2},
	Normalize:     normalizeScalar, // the divisions that the table stands for save 10 µs a picture
	DropAlpha:     DropAlpha,       // no frame of a camera comes natively
	WidenHalves:   WidenHalves,     // a load takes milliseconds natively
}

// avx512 is the row for processors with AVX-512 F, CD, BW, DQ and VL: vectors of 16, the same algorithms.
var avx512 = Set{
	Name:          "avx512",
	GEMM:          GEMM{NR: nrAVX512, Run: gemmAVX512},
	Conv3x3S2:     conv3x3S2AVX512,
	Depthwise:     depthwiseAVX512,
	HaarAnalysis:  haarAnalysisAVX512,
	HaarSynthesis: haarSynthesisAVX512,
	SelectiveScan: selectiveScanAVX512,
	LayerNorm:     layerNormAVX512,
	GlobalPool:    globalPoolAVX512,
	ScaleShift:    scaleShiftAVX512,
	Add:           addAVX512,
	Mul:           mulAVX512,
	ReLU:          reluAVX512,
	SiLU:          siluAVX512,
	Sigmoid:       sigmoidAVX512,
	Resize:        Resize{Step: stepAVX512, Rows: resizeRowsAVX512, Columns: resizeColumnsAVX512},
	Normalize:     normalizeScalar, // the divisions that the table stands for save 10 µs a picture
	DropAlpha:     DropAlpha,       // no frame of a camera comes natively
	WidenHalves:   WidenHalves,     // a load takes milliseconds natively
}
