package main

// haarFile emits both directions of the Haar transform for one cell of 2×2 pixels. Which of its right and lower
// pixels exist is told by two flags; those that do not read as zero and are not written.
func haarFile(a *asm) {
	const (
		p00, p01, p10, p11   = "R0", "R1", "R2", "R3"
		ll, vv, hh, dd       = "R4", "R5", "R6", "R7"
		vectors, right, down = "R8", "R9", "R10"
		gain                 = "V15"
	)
	cell := func(name string, body func()) {
		a.kernel(name, "func "+name+"(a *haarArgs)", func() {
			for _, f := range [][2]string{
				{p00, "p00"}, {p01, "p01"}, {p10, "p10"}, {p11, "p11"}, {ll, "ll"}, {vv, "v"}, {hh, "h"}, {dd, "d"},
				{vectors, "vectors"}, {right, "right"}, {down, "below"},
			} {
				a.field(f[0], "haarArgs_"+f[1])
			}
			a.splatField(gain, "haarArgs_gain")
			a.countDown(vectors, func() {
				body()
				for _, p := range []string{p00, p01, p10, p11, ll, vv, hh, dd} {
					a.addImm(p, 16)
				}
			})
		})
	}
	zero := func(reg string) { a.line("V128Const $0, $0; Set %s", reg) }
	sum := func(dst, x, y string) { a.op2(dst, x, "F32x4Add", y) }
	difference := func(dst, x, y string) { a.op2(dst, x, "F32x4Sub", y) }
	// scaled stores gain·(x op y).
	scaled := func(at, x, op, y string) {
		a.line("Get %s; I32WrapI64; Get %s; Get %s; %s; Get %s; F32x4Mul; V128Store $0, $0", at, x, y, op, gain)
	}

	cell("haar_analysis_4_simd128", func() {
		a.load("V0", p00, 0)
		for _, v := range []string{"V1", "V2", "V3"} {
			zero(v)
		}
		a.ifPositive(right, func() { a.load("V1", p01, 0) })
		a.ifPositive(down, func() {
			a.load("V2", p10, 0)
			a.ifPositive(right, func() { a.load("V3", p11, 0) })
		})
		sum("V4", "V0", "V1")
		sum("V5", "V2", "V3")
		difference("V6", "V0", "V1")
		difference("V7", "V2", "V3")
		scaled(ll, "V4", "F32x4Add", "V5")
		scaled(vv, "V4", "F32x4Sub", "V5")
		scaled(hh, "V6", "F32x4Add", "V7")
		scaled(dd, "V6", "F32x4Sub", "V7")
	})
	cell("haar_synthesis_4_simd128", func() {
		for i, p := range []string{ll, vv, hh, dd} {
			a.load(v(i), p, 0)
		}
		sum("V4", "V0", "V1")
		difference("V5", "V0", "V1")
		sum("V6", "V2", "V3")
		difference("V7", "V2", "V3")
		scaled(p00, "V4", "F32x4Add", "V6")
		a.ifPositive(right, func() { scaled(p01, "V4", "F32x4Sub", "V6") })
		a.ifPositive(down, func() {
			scaled(p10, "V5", "F32x4Add", "V7")
			a.ifPositive(right, func() { scaled(p11, "V5", "F32x4Sub", "V7") })
		})
	})
}
