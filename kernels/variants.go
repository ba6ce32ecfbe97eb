package kernels

import (
	"fmt"
	"strings"
)

// Set is one variant of every operation.
type Set struct {
	Name          string // the instruction set: "scalar", "simd", "relaxed", "avx2" or "avx512"
	GEMM          GEMM
	Conv3x3S2     func(Conv3x3S2Args)
	Depthwise     func(DepthwiseArgs)
	HaarAnalysis  func(HaarArgs) // Coef from Map
	HaarSynthesis func(HaarArgs) // Map from Coef
	SelectiveScan func(ScanArgs)
	LayerNorm     func(LayerNormArgs)
	GlobalPool    func(y, x []float32, pixels, channels int) // y [channels] = the mean of x [pixels, channels] over its pixels
	ScaleShift    func(ScaleShiftArgs)
	Add           func(y, x []float32) // y += x, of the same length
	Mul           func(y, x []float32) // y *= x, of the same length
	ReLU          func(x []float32)    // in place, as are the next two
	SiLU          func(SiLUArgs)
	Sigmoid       func(x []float32)
	Resize        Resize
	Normalize     func(NormalizeArgs)
	DropAlpha     func(y, x []byte)           // y [pixels, 3] = x [pixels, 4] without the fourth bytes
	WidenHalves   func(y []float32, x []byte) // y = the binary16 values in x, little-endian
}

// Variants returns the table of what this build carries and this processor runs: one row per instruction set,
// slowest first, each complete: the reference, then the platform's. Tests and benchmarks range over it; a variant that
// is not in it cannot be reached.
func Variants() []Set {
	return append([]Set{scalar}, platformVariants()...)
}

// scalar is the reference row.
var scalar = Set{
	Name:          "scalar",
	GEMM:          GEMM{NR: scalarNR, Run: gemmScalar},
	Conv3x3S2:     conv3x3S2Scalar,
	Depthwise:     depthwiseScalar,
	HaarAnalysis:  haarAnalysisScalar,
	HaarSynthesis: haarSynthesisScalar,
	SelectiveScan: selectiveScanScalar,
	LayerNorm:     layerNormScalar,
	GlobalPool:    globalPoolScalar,
	ScaleShift:    scaleShiftScalar,
	Add:           addScalar,
	Mul:           mulScalar,
	ReLU:          reluScalar,
	SiLU:          siluScalar,
	Sigmoid:       sigmoidScalar,
	Resize:        Resize{Step: 1, Rows: resizeRowsScalar, Columns: resizeColumnsScalar},
	Normalize:     normalizeScalar,
	DropAlpha:     DropAlpha,
	WidenHalves:   WidenHalves,
}

// Select returns the named row of the table; "auto" or "" is the last, the fastest. A name that this build or this
// processor has no row for is an error, which lists those that there are.
func Select(name string) (*Set, error) {
	all := Variants()
	if name == "" || name == "auto" {
		return &all[len(all)-1], nil
	}
	var names []string
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
		names = append(names, all[i].Name)
	}
	return nil, fmt.Errorf("kernels: no variant %q in this build; it has %s", name, strings.Join(names, ", "))
}
