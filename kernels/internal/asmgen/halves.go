package main

// halvesFile emits the widening of eight binary16 values a turn, by the arithmetic of the reference.
func halvesFile(a *asm) {
	const values, name = 8, "widenhalves_8_simd128"
	a.kernel(name, "func "+name+"(a *halvesArgs)", func() {
		a.field("R0", "halvesArgs_x")
		a.field("R1", "halvesArgs_y")
		a.field("R2", "halvesArgs_eights")
		a.note("the bits of a magnitude, 2^112, the largest finite magnitude, the exponent of infinity")
		a.line("V128Const $0x00007fff00007fff, $0x00007fff00007fff; Set V4")
		a.line("V128Const $0x7780000077800000, $0x7780000077800000; Set V5")
		a.line("V128Const $0x00007bff00007bff, $0x00007bff00007bff; Set V6")
		a.line("V128Const $0x7f8000007f800000, $0x7f8000007f800000; Set V7")
		a.countDown("R2", func() {
			a.load("V0", "R0", 0)
			for i, half := range []string{"Low", "High"} {
				a.op1("V1", "I32x4Extend"+half+"I16x8U", "V0")
				a.op2("V2", "V1", "V128And", "V4")
				a.line("Get V2; I32Const $13; I32x4Shl; Get V5; F32x4Mul; Set V3")
				a.line("Get V1; Get V2; V128Xor; I32Const $16; I32x4Shl; Get V3; V128Or; Set V3")
				a.line("Get V2; Get V6; I32x4GtS; Get V7; V128And; Get V3; V128Or; Set V3")
				a.store("R1", 16*i, "V3")
			}
			a.addImm("R0", 2*values)
			a.addImm("R1", 4*values)
		})
	})
}
