package main

// activationsFile emits sigmoid and SiLU, over rows of whole vectors.
func activationsFile(a *asm) {
	activation(a, "sigmoid_4_simd128", func(lanes []lane, load func(lane), at func(lane) int) {
		sigmoid(a, lanes, load)
		each(lanes, func(l lane) { a.store("R1", at(l), l.d) })
	})
	activation(a, "silu_4_simd128", func(lanes []lane, load func(lane), at func(lane) int) {
		sigmoid(a, lanes, load)
		each(lanes, func(l lane) {
			a.op2(l.d, l.x, "F32x4Mul", l.d)
			a.store("R1", at(l), l.d)
		})
	})
}

// activation emits a function from rows at R0 to rows at R1; body writes the code for a number of lanes, each of
// which has its place in both.
func activation(a *asm, name string, body func(lanes []lane, load func(lane), at func(lane) int)) {
	a.kernel(name, "func "+name+"(a *rowsArgs)", func() {
		a.field("R0", "rowsArgs_x")
		a.field("R1", "rowsArgs_y")
		a.field("R2", "rowsArgs_rows")
		a.constants()
		a.countDown("R2", func() {
			a.field("R3", "rowsArgs_vectors")
			a.inLanes(4, "R3", []string{"R0", "R1"}, func(lanes []lane) {
				at := func(l lane) int { return offset(lanes, l) }
				body(lanes, func(l lane) { a.load(l.x, "R0", at(l)) }, at)
			})
			a.field("R3", "rowsArgs_skipx")
			a.op2("R0", "R0", "I64Add", "R3")
			a.field("R3", "rowsArgs_skipy")
			a.op2("R1", "R1", "I64Add", "R3")
		})
	})
}

// offset is the place of a lane's vector among those of all lanes.
func offset(lanes []lane, l lane) int {
	for i := range lanes {
		if lanes[i] == l {
			return 16 * i
		}
	}
	panic("no such lane")
}

// inLanes runs body over count vectors, n at a time and what is left one by one, and moves the pointers along.
func (a *asm) inLanes(n int, count string, pointers []string, body func(lanes []lane)) {
	loop := func(n int) {
		a.line("Get %s; I64Const $%d; I64GeS", count, n)
		a.nest("If", func() {
			a.nest("Loop", func() {
				body(allLanes[:n])
				for _, p := range pointers {
					a.addImm(p, 16*n)
				}
				a.line("Get %s; I64Const $%d; I64Sub; Tee %s; I64Const $%d; I64GeS; BrIf $0", count, n, count, n)
			})
		})
	}
	loop(n)
	loop(1)
}
