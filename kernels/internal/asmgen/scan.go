package main

// scanFile emits the selective scan: the steps one after the other, in each the channels four at a time.
func scanFile(a *asm) {
	const name = "scan_4_simd128"
	a.kernel(name, "func "+name+"(a *scanArgs)", func() {
		const (
			x, delta, y, step, vectors = "R0", "R1", "R2", "R3", "R4"
			decay, skip, state         = "R5", "R6", "R7"
			b, c, tmp, accumulate      = "R8", "R9", "R10", "R11"
			vb, vc, vx, vh, dt         = "V0", "V1", "V2", "V3", "V4"
		)
		temps := [5]string{"V8", "V9", "V10", "V11", "V12"}
		a.constants()
		for _, f := range [][2]string{
			{x, "x"}, {delta, "delta"}, {y, "y"}, {b, "b"}, {c, "c"}, {step, "steps"}, {accumulate, "accumulate"},
		} {
			a.field(f[0], "scanArgs_"+f[1])
		}
		a.countDown(step, func() {
			a.splat(vb, b, 0)
			a.splat(vc, c, 0)
			a.field(decay, "scanArgs_decay")
			a.field(skip, "scanArgs_skip")
			a.field(state, "scanArgs_h")
			a.field(vectors, "scanArgs_vectors")
			a.countDown(vectors, func() {
				a.note("Δ = softplus(delta)")
				a.load("V5", delta, 0)
				softplus(a, dt, "V5", temps)
				a.note("h = exp(Δ·A)·h + Δ·B·x")
				a.load("V6", decay, 0)
				a.op2("V6", dt, "F32x4Mul", "V6")
				expNegative(a, "V7", "V6", "V8", "V9", "V10")
				a.load(vx, x, 0)
				a.load(vh, state, 0)
				a.line("Get %s; Get %s; F32x4Mul; Get %s; F32x4Mul; Set V6", dt, vb, vx)
				a.mulAdd(vh, "V7", vh, "V6")
				a.store(state, 0, vh)
				a.note("y = C·h + D·x, added to what is there in the second direction")
				a.load("V6", skip, 0)
				a.op2("V6", "V6", "F32x4Mul", vx)
				a.mulAdd("V6", vc, vh, "V6")
				a.ifPositive(accumulate, func() {
					a.load("V7", y, 0)
					a.op2("V6", "V6", "F32x4Add", "V7")
				})
				a.store(y, 0, "V6")
				for _, p := range []string{x, delta, y, decay, skip, state} {
					a.addImm(p, 16)
				}
			})
			a.field(tmp, "scanArgs_next")
			for _, p := range []string{x, delta, y} {
				a.op2(p, p, "I64Add", tmp)
			}
			a.field(tmp, "scanArgs_nextbc")
			a.op2(b, b, "I64Add", tmp)
			a.op2(c, c, "I64Add", tmp)
		})
	})
}
