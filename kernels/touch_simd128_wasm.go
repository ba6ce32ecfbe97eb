//go:build simd128 || relaxed

package kernels

import "unsafe"

// touchRows is the number of rows up to which a GEMM touches its weights first. With more rows than that reading
// them is a small part of the work.
const touchRows = 64

// touchBytes is how much a GEMM touches at once: a part of the second-level cache.
const touchBytes = 128 << 10

// touchArgs are the operands of the assembly: blocks of eight cache lines to read.
type touchArgs struct {
	p      unsafe.Pointer
	blocks int
	sum    int64 // so that the reads are not optimised away
}

//go:noescape
func touch_512_simd128(a *touchArgs)

// touchWeights reads weights into the cache before they are used. A network's weights do not fit in there from
// one image to the next; read one after the other among the arithmetic, each page costs the latency of memory,
// and read at once the waits overlap.
func touchWeights(w []float32) {
	const block = 512 / 4
	if len(w) < block {
		return
	}
	a := touchArgs{p: unsafe.Pointer(&w[0]), blocks: len(w) / block}
	touch_512_simd128(&a)
}
