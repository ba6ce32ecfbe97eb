//go:build simd128 || relaxed

package kernels

import "unsafe"

// depthwiseArgs are the operands of the assembly for a block of channels of the whole map. Distances are in
// bytes, sizes in pixels.
type depthwiseArgs struct {
	x, w, bias, residual, y unsafe.Pointer // residual may be nil
	ldx, ldr, ldy, ldw      int            // between pixels; ldw between taps
	width, height, k, pad   int
	ho, wo                  int
	stride                  int
	floor                   float32 // 0 for a ReLU, -Inf for none
}

//go:noescape
func depthwise_32_simd128(a *depthwiseArgs)

//go:noescape
func depthwise_16_simd128(a *depthwiseArgs)

//go:noescape
func depthwise_8_simd128(a *depthwiseArgs)

//go:noescape
func depthwise_4_simd128(a *depthwiseArgs)

// depthwiseSIMD128 takes blocks of 32 channels as long as there are any, then smaller ones. The last channels of
// a number that is no multiple of four are computed together with those before them once more.
func depthwiseSIMD128(a DepthwiseArgs) {
	if a.C < 4 {
		depthwiseScalar(a)
		return
	}
	t := depthwiseArgs{
		ldx: 4 * a.LDX, ldr: 4 * a.LDR, ldy: 4 * a.LDY, ldw: 4 * a.C,
		width: a.W, height: a.H, k: a.K, pad: a.K / 2,
		ho: ConvOut(a.H, a.Stride), wo: ConvOut(a.W, a.Stride), stride: a.Stride, floor: floorOf(a.ReLU),
	}
	need(a.X, a.H*a.W, a.LDX, a.C)
	need(a.Y, t.ho*t.wo, a.LDY, a.C)
	if a.Residual != nil {
		need(a.Residual, t.ho*t.wo, a.LDR, a.C)
	}
	need(a.Bias, 1, 0, a.C)
	touchWeights(a.Weights[:a.K*a.K*a.C])
	for c := 0; c < a.C; {
		rest := a.C - c
		if rest < 4 {
			c, rest = a.C-4, 4
		}
		t.x, t.w, t.bias, t.y = unsafe.Pointer(&a.X[c]), unsafe.Pointer(&a.Weights[c]), unsafe.Pointer(&a.Bias[c]), unsafe.Pointer(&a.Y[c])
		if a.Residual != nil {
			t.residual = unsafe.Pointer(&a.Residual[c])
		}
		switch {
		case rest >= 32:
			depthwise_32_simd128(&t)
			c += 32
		case rest >= 16:
			depthwise_16_simd128(&t)
			c += 16
		case rest >= 8:
			depthwise_8_simd128(&t)
			c += 8
		default:
			depthwise_4_simd128(&t)
			c += 4
		}
	}
}
