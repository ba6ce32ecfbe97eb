//go:build simd128 || relaxed

package kernels

import "unsafe"

// halvesArgs are the operands of the assembly for eight values at a time.
type halvesArgs struct {
	x, y   unsafe.Pointer
	eights int
}

//go:noescape
func widenhalves_8_simd128(a *halvesArgs)

func widenHalvesSIMD128(y []float32, x []byte) {
	const step = 8
	eights := len(y) / step
	if eights > 0 {
		_ = x[2*step*eights-1]
		a := halvesArgs{x: unsafe.Pointer(&x[0]), y: unsafe.Pointer(&y[0]), eights: eights}
		widenhalves_8_simd128(&a)
	}
	WidenHalves(y[step*eights:], x[2*step*eights:])
}
