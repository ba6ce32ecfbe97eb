package main

// Operations on single values: rows of whole vectors, walked with one pointer an operand.

// elementwiseFile emits what needs no transcendental function.
func elementwiseFile(a *asm) {
	rowsKernel(a, "relu_4_simd128", func() {
		a.line("Get R1; I32WrapI64; Get V0; V128Const $0, $0; F32x4Pmax; V128Store $0, $0")
	})
	rowsKernel(a, "add_4_simd128", func() {
		a.load("V1", "R1", 0)
		a.line("Get R1; I32WrapI64; Get V1; Get V0; F32x4Add; V128Store $0, $0")
	})
	rowsKernel(a, "mul_4_simd128", func() {
		a.load("V1", "R1", 0)
		a.line("Get R1; I32WrapI64; Get V1; Get V0; F32x4Mul; V128Store $0, $0")
	})
	for _, shift := range []bool{false, true} {
		scaleShift(a, shift)
	}
	globalPool(a)
}

// rowsKernel emits a function over rows of vectors: body finds a vector of x in V0 and the place in y in R1.
func rowsKernel(a *asm, name string, body func()) {
	a.kernel(name, "func "+name+"(a *rowsArgs)", func() {
		a.field("R0", "rowsArgs_x")
		a.field("R1", "rowsArgs_y")
		a.field("R2", "rowsArgs_rows")
		a.countDown("R2", func() {
			a.field("R3", "rowsArgs_vectors")
			a.countDown("R3", func() {
				a.load("V0", "R0", 0)
				body()
				a.addImm("R0", 16)
				a.addImm("R1", 16)
			})
			a.field("R3", "rowsArgs_skipx")
			a.op2("R0", "R0", "I64Add", "R3")
			a.field("R3", "rowsArgs_skipy")
			a.op2("R1", "R1", "I64Add", "R3")
		})
	})
}

// scaleShift emits x = x·scale (+ shift) with one factor a channel.
func scaleShift(a *asm, shift bool) {
	name := "scale_4_simd128"
	if shift {
		name = "scaleshift_4_simd128"
	}
	a.kernel(name, "func "+name+"(a *scaleArgs)", func() {
		a.field("R0", "scaleArgs_x")
		a.field("R2", "scaleArgs_rows")
		a.countDown("R2", func() {
			a.field("R1", "scaleArgs_scale")
			if shift {
				a.field("R4", "scaleArgs_shift")
			}
			a.field("R3", "scaleArgs_vectors")
			a.countDown("R3", func() {
				a.load("V0", "R0", 0)
				a.load("V1", "R1", 0)
				if shift {
					a.load("V2", "R4", 0)
					a.mulAdd("V0", "V0", "V1", "V2")
					a.addImm("R4", 16)
				} else {
					a.op2("V0", "V0", "F32x4Mul", "V1")
				}
				a.store("R0", 0, "V0")
				a.addImm("R0", 16)
				a.addImm("R1", 16)
			})
			a.field("R3", "scaleArgs_skip")
			a.op2("R0", "R0", "I64Add", "R3")
		})
	})
}

// globalPool emits the mean over the rows of x.
func globalPool(a *asm) {
	const name = "globalpool_4_simd128"
	a.kernel(name, "func "+name+"(a *poolArgs)", func() {
		a.field("R0", "poolArgs_x")
		a.field("R1", "poolArgs_y")
		a.field("R2", "poolArgs_vectors")
		a.field("R5", "poolArgs_ld")
		a.splatField("V1", "poolArgs_count")
		a.countDown("R2", func() {
			a.move("R4", "R0")
			a.line("V128Const $0, $0; Set V0")
			a.field("R3", "poolArgs_rows")
			a.countDown("R3", func() {
				a.load("V2", "R4", 0)
				a.op2("V0", "V0", "F32x4Add", "V2")
				a.op2("R4", "R4", "I64Add", "R5")
			})
			a.op2("V0", "V0", "F32x4Div", "V1")
			a.store("R1", 0, "V0")
			a.addImm("R0", 16)
			a.addImm("R1", 16)
		})
	})
}
