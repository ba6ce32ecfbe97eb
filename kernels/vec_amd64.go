//go:build amd64 && goexperiment.simd

package kernels

import (
	"math"
	"unsafe"
)

// The vector kernels load and store through unsafe pointers: archsimd's functions on slices check bounds at every
// vector. In exchange every operation checks on entry, with inRange, that its slices hold what it will touch, and
// never reads or writes outside of them. A masked load would not do for tails: archsimd's (LoadFloat32x8Part, Masked)
// compile to a whole load and an AND in Go 1.27.4, which may read beyond the last page. Tails are instead whole
// vectors that overlap the one before, and rows shorter than a vector are left to the narrower variant.

// cacheLine is the size in bytes of what a load should not straddle.
const cacheLine = 64

// at returns the address of element i from p on. No pointer may leave its slice, not even by a step behind the end
// that nothing is read from: the garbage collector, which may look at any time, takes it for a pointer to what lies
// there. So loops count offsets, and pointers stay at elements.
func at(p unsafe.Pointer, i int) unsafe.Pointer { return unsafe.Add(p, 4*i) }

// ptr returns the address of the first element.
func ptr(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

// aligned returns the address of the first element of x that begins a cache line, one of the first sixteen.
func aligned(x []float32) unsafe.Pointer {
	return unsafe.Add(ptr(x), -uintptr(ptr(x))%cacheLine)
}

// inRange panics, as indexing would, if x is shorter than rows of n elements that are ld apart.
func inRange(x []float32, rows, n, ld int) {
	if rows > 0 && n > 0 {
		_ = x[(rows-1)*ld+n-1]
	}
}

// constants are math.go's and what else the kernels need, in every lane of a vector V, to be used from memory: the
// compiler would broadcast a constant anew for every vector.
type constants[V [8]float32 | [16]float32] struct {
	one, two, haar, sign   V
	bias                   V // of a float32's exponent
	expMin, log2E          V
	minusLn2Hi, minusLn2Lo V
	exp                    [6]V
	log1p                  [7]V
	zeros, ones            V // bits: see dropAVX2
}

var (
	constantsAVX2   = newConstants[[8]float32]()
	constantsAVX512 = newConstants[[16]float32]()
)

// newConstants aligns them to cache lines: a load across two of them costs double, which would be every load of 512
// bits.
func newConstants[V [8]float32 | [16]float32]() *constants[V] {
	room := make([]byte, unsafe.Sizeof(constants[V]{})+cacheLine)
	p := unsafe.Pointer(unsafe.SliceData(room))
	c := (*constants[V])(unsafe.Add(p, -uintptr(p)%cacheLine))
	for _, set := range []struct {
		to    *V
		value float32
	}{
		{&c.one, 1}, {&c.two, 2}, {&c.haar, haarGain}, {&c.sign, float32(math.Copysign(0, -1))}, {&c.bias, 127},
		{&c.expMin, expMin}, {&c.log2E, log2E}, {&c.minusLn2Hi, -ln2Hi}, {&c.minusLn2Lo, -ln2Lo},
		{&c.exp[0], 1.9875691500e-4}, {&c.exp[1], 1.3981999507e-3}, {&c.exp[2], 8.3334519073e-3},
		{&c.exp[3], 4.1665795894e-2}, {&c.exp[4], 1.6666665459e-1}, {&c.exp[5], 5.0000001201e-1},
		{&c.log1p[0], 2.0 / 15}, {&c.log1p[1], 2.0 / 13}, {&c.log1p[2], 2.0 / 11}, {&c.log1p[3], 2.0 / 9},
		{&c.log1p[4], 2.0 / 7}, {&c.log1p[5], 2.0 / 5}, {&c.log1p[6], 2.0 / 3},
		{&c.ones, math.Float32frombits(math.MaxUint32)},
	} {
		for i := range len(*set.to) {
			(*set.to)[i] = set.value
		}
	}
	return c
}

// gemmTile is the work of one register tile: some rows of X times one panel of weights. The K inputs of a row are
// segments of k contiguous values each, one for a matrix, three for a 3×3 convolution that reads its map in place.
type gemmTile struct {
	x, w, bias, residual, y unsafe.Pointer // residual is nil for none
	ldx, ldr, ldy           int            // in elements
	segments, k             int
	gap                     int // from the end of a segment to the next
	panel                   int // from a row of weights in one panel to the same in the next, per column
	relu                    bool
}

// moveRows moves the tile down by n rows, which must exist.
func (t *gemmTile) moveRows(n int) {
	t.x, t.y = at(t.x, n*t.ldx), at(t.y, n*t.ldy)
	if t.residual != nil {
		t.residual = at(t.residual, n*t.ldr)
	}
}

// column returns the tile at column j, the first of a panel.
func (t *gemmTile) column(j int) gemmTile {
	u := *t
	u.w, u.bias, u.y = at(t.w, j*t.panel), at(t.bias, j), at(t.y, j)
	if t.residual != nil {
		u.residual = at(t.residual, j)
	}
	return u
}

// tileRows returns how many of the rows that are left the next tile takes: as few tiles as possible of at most limit
// rows, and those as even as possible.
func tileRows(left, limit int) int {
	tiles := (left + limit - 1) / limit
	return (left + tiles - 1) / tiles
}

// depthwiseTile is the work at one output pixel: the taps that lie inside of the map.
type depthwiseTile struct {
	x, w, bias, residual, y unsafe.Pointer // x and w at the first of the taps; residual is nil for none
	rows, cols              int            // of taps
	ldx, ldw                int            // from a tap to the one at its right, in elements
	gapX, gapW              int            // from behind a row of taps to the one below
	relu                    bool
}
