//go:build amd64 && goexperiment.simd

package kernels

import (
	"math"
	"unsafe"
)

// The vector kernels walk with unsafe pointers: archsimd's loads from slices check bounds at every vector,
// which costs a third of the speed of a GEMM. In exchange every operation checks on entry, with inRange, that
// its slices hold what it will touch, and never loads or stores outside of them. archsimd's masked loads
// (LoadFloat32x8Part and Masked) compile to whole loads in Go 1.27.4, so that they may read beyond the last
// page; tails are instead whole vectors that overlap the one before (see overlap in each operation), and rows
// shorter than a vector are left to the narrower variant.

// at returns the address of element i from p on.
func at(p unsafe.Pointer, i int) unsafe.Pointer { return unsafe.Add(p, 4*i) }

// ptr returns the address of the first element.
func ptr(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

// inRange panics, as indexing would, if x is shorter than rows of n elements that are ld apart.
func inRange(x []float32, rows, n, ld int) {
	if rows > 0 && n > 0 {
		_ = x[(rows-1)*ld+n-1]
	}
}

// lanes is a constant in every lane of the widest vector, to be used from memory: the compiler would broadcast
// a constant anew for every vector.
type lanes = [16]float32

func splat(v float32) (l lanes) {
	for i := range l {
		l[i] = v
	}
	return l
}

// The constants of math.go.
var (
	vOne     = splat(1)
	vTwo     = splat(2)
	vHaar    = splat(haarGain)
	vSign    = splat(float32(math.Copysign(0, -1)))
	vBias    = splat(127) // of a float32's exponent
	vMinExp  = splat(expMin)
	vLog2E   = splat(log2E)
	vMinusHi = splat(-ln2Hi)
	vMinusLo = splat(-ln2Lo)

	vExp = [...]lanes{
		splat(1.9875691500e-4), splat(1.3981999507e-3), splat(8.3334519073e-3),
		splat(4.1665795894e-2), splat(1.6666665459e-1), splat(5.0000001201e-1),
	}
	vLog1p = [...]lanes{
		splat(2.0 / 15), splat(2.0 / 13), splat(2.0 / 11), splat(2.0 / 9),
		splat(2.0 / 7), splat(2.0 / 5), splat(2.0 / 3), splat(2),
	}
)

// gemmTile is the work of one register tile: some rows of X times one panel of weights.
type gemmTile struct {
	x, w, bias, residual, y unsafe.Pointer // residual is nil for none
	ldx, ldr, ldy           int            // in elements
	k                       int
	relu                    bool
}

// tileRows returns how many of the rows that are left the next tile takes: four, but never so that a single row
// remains, whose tile is half as fast.
func tileRows(left int) int {
	if left == 5 {
		return 3
	}
	return min(left, 4)
}

// depthwiseTile is the work at one output pixel: the taps that lie inside of the map.
type depthwiseTile struct {
	x, w, bias, residual, y unsafe.Pointer // x and w at the first of the taps; residual is nil for none
	rows, cols              int            // of taps
	ldx, ldw                int            // from a tap to the one at its right, in elements
	nextX, nextW            int            // from a row of taps to the one below
	relu                    bool
}

// keepLanes are 16 zeros before 16 masks of all ones: loaded n elements before their border, a mask that clears
// the first n lanes of a vector.
var keepLanes = func() (m [32]int32) {
	for i := 16; i < len(m); i++ {
		m[i] = -1
	}
	return m
}()
