package main

// scanFile emits the selective scan: the steps one after the other, in each the channels sixteen at a time.
func scanFile(a *asm) {
	const name = "scan_16_simd128"
	a.kernelFrame(name, "func "+name+"(a *scanArgs)", 16*len(allLanes), func() {
		const (
			x, delta, y, step, vectors = "R0", "R1", "R2", "R3", "R4"
			decay, skip, state         = "R5", "R6", "R7"
			b, c, tmp, accumulate      = "R8", "R9", "R10", "R11"
			vb, vc                     = "V12", "V13"
		)
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
			a.inLanes(4, vectors, []string{x, delta, y, decay, skip, state}, func(lanes []lane) {
				at := func(l lane) int { return offset(lanes, l) }
				a.note("Δ = softplus(delta)")
				softplus(a, lanes, func(l lane) { a.load(l.x, delta, at(l)) })
				a.note("e^(Δ·A)")
				each(lanes, func(l lane) {
					a.line("Get SP; Get %s; V128Store $0, $%d // Δ, for later", l.d, at(l))
					a.load(l.x, decay, at(l))
					a.op2(l.x, l.x, "F32x4Mul", l.d)
				})
				expNegative(a, lanes)
				a.note("h = e^(Δ·A)·h + Δ·B·x; y = C·h + D·x, added to y in the second direction")
				each(lanes, func(l lane) {
					a.load(l.x, x, at(l))
					a.load(l.t, state, at(l))
					a.op2(l.t, l.d, "F32x4Mul", l.t)
					a.line("Get SP; V128Load $%d; Get %s; F32x4Mul; Set %s", at(l), vb, l.d)
					a.mulAdd(l.t, l.d, l.x, l.t)
					a.store(state, at(l), l.t)
					a.load(l.d, skip, at(l))
					a.op2(l.x, l.x, "F32x4Mul", l.d)
					a.mulAdd(l.x, vc, l.t, l.x)
				})
				a.ifPositive(accumulate, func() {
					each(lanes, func(l lane) {
						a.load(l.d, y, at(l))
						a.op2(l.x, l.x, "F32x4Add", l.d)
					})
				})
				each(lanes, func(l lane) { a.store(y, at(l), l.x) })
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
