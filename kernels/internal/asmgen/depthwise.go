package main

import "fmt"

// depthwiseFile emits the depthwise convolution of a block of channels over a whole map. Eight vectors are eight
// sums in flight, what an addition of four cycles' latency needs; the smaller blocks are for the channels left.
func depthwiseFile(a *asm) {
	for _, vectors := range []int{8, 4, 2, 1} {
		depthwise(a, vectors)
	}
}

// depthwise walks over the output pixels; for each it finds the taps that lie inside the map, then adds them up.
func depthwise(a *asm, vectors int) {
	const (
		x, w, tapsX, tapsY           = "R0", "R1", "R2", "R3"
		oy, ox, y0, x0               = "R4", "R5", "R6", "R7"
		ldx, ldw, y, residual        = "R8", "R9", "R10", "R11"
		firstX, firstW, count, rowsN = "R12", "R13", "R14", "R3"
	)
	name := fmt.Sprintf("depthwise_%d_simd128", 4*vectors)
	acc := func(i int) string { return v(i) }
	// window leaves in first how many of the taps of a line starting at pixel start lie before the map, and in
	// n how many lie inside it; side is the field with the map's extent.
	window := func(first, n, start, side string) {
		a.note("Taps inside the map: from max(0, -%s) to min(K, size - %s).", start, start)
		a.line("I64Const $0; Get %s; I64Sub; Tee %s; I64Const $0; Get %s; I64Const $0; I64GtS; Select; Set %s", start, first, first, first)
		a.field(n, "depthwiseArgs_k")
		a.line("Get R15; I32WrapI64; I64Load $depthwiseArgs_%s; Get %s; I64Sub; Set %s", side, start, count)
		a.line("Get %s; Get %s; Get %s; Get %s; I64LtS; Select; Get %s; I64Sub; Set %s", n, count, n, count, first, n)
	}
	a.kernel(name, fmt.Sprintf("func %s(a *depthwiseArgs)", name), func() {
		for _, f := range [][2]string{{ldx, "ldx"}, {ldw, "ldw"}, {y, "y"}, {residual, "residual"}, {oy, "ho"}, {y0, "pad"}} {
			a.field(f[0], "depthwiseArgs_"+f[1])
		}
		a.line("I64Const $0; Get %s; I64Sub; Set %s", y0, y0)
		a.countDown(oy, func() {
			a.field(ox, "depthwiseArgs_wo")
			a.line("I64Const $0; Get R15; I32WrapI64; I64Load $depthwiseArgs_pad; I64Sub; Set %s", x0)
			a.countDown(ox, func() {
				window(firstX, tapsX, x0, "width")
				window(firstW, tapsY, y0, "height")
				a.note("x = X + ((y0+ky)·W + x0+kx)·ldx, w = Weights + (ky·K + kx)·ldw")
				a.line("Get %s; Get %s; I64Add; Get R15; I32WrapI64; I64Load $depthwiseArgs_width; I64Mul", y0, firstW)
				a.line("Get %s; I64Add; Get %s; I64Add; Get %s; I64Mul; Get R15; I32WrapI64; I64Load $depthwiseArgs_x; I64Add; Set %s", x0, firstX, ldx, x)
				a.line("Get %s; Get R15; I32WrapI64; I64Load $depthwiseArgs_k; I64Mul; Get %s; I64Add; Get %s; I64Mul", firstW, firstX, ldw)
				a.line("Get R15; I32WrapI64; I64Load $depthwiseArgs_w; I64Add; Set %s", w)
				a.note("From the end of a row of taps to the next: (W - taps)·ldx, (K - taps)·ldw.")
				a.line("Get R15; I32WrapI64; I64Load $depthwiseArgs_width; Get %s; I64Sub; Get %s; I64Mul; Set %s", tapsX, ldx, firstX)
				a.line("Get R15; I32WrapI64; I64Load $depthwiseArgs_k; Get %s; I64Sub; Get %s; I64Mul; Set %s", tapsX, ldw, firstW)
				a.field(count, "depthwiseArgs_bias")
				for i := range vectors {
					a.load(acc(i), count, 16*i)
				}
				a.countDown(rowsN, func() {
					a.move(count, tapsX)
					a.countDown(count, func() {
						for i := range vectors {
							a.load("V8", x, 16*i)
							a.load("V9", w, 16*i)
							a.fma(acc(i), "V8", "V9")
						}
						a.op2(x, x, "I64Add", ldx)
						a.op2(w, w, "I64Add", ldw)
					})
					a.op2(x, x, "I64Add", firstX)
					a.op2(w, w, "I64Add", firstW)
				})
				a.splatField("V9", "depthwiseArgs_floor")
				for i := range vectors {
					a.op2(acc(i), acc(i), "F32x4Pmax", "V9")
				}
				a.ifPositive(residual, func() {
					for i := range vectors {
						a.load("V8", residual, 16*i)
						a.op2(acc(i), acc(i), "F32x4Add", "V8")
					}
					a.line("Get %s; Get R15; I32WrapI64; I64Load $depthwiseArgs_ldr; I64Add; Set %s", residual, residual)
				})
				for i := range vectors {
					a.store(y, 16*i, acc(i))
				}
				a.line("Get %s; Get R15; I32WrapI64; I64Load $depthwiseArgs_ldy; I64Add; Set %s", y, y)
				a.line("Get %s; Get R15; I32WrapI64; I64Load $depthwiseArgs_stride; I64Add; Set %s", x0, x0)
			})
			a.line("Get %s; Get R15; I32WrapI64; I64Load $depthwiseArgs_stride; I64Add; Set %s", y0, y0)
		})
	})
}
