package main

import "fmt"

// The tiles of the GEMM: heights with eight columns, and with four for the last panel of a layer whose outputs
// are no multiple of eight. Twelve accumulators, two vectors of weights and one value of X are what sixteen
// vector registers hold.
const maxTileRows = 6

func gemmFile(a *asm) {
	for rows := 1; rows <= maxTileRows; rows++ {
		gemmTile(a, rows, 2)
	}
	for rows := 1; rows <= maxTileRows; rows++ {
		gemmTile(a, rows, 1)
	}
	touch(a)
}

// touch emits reads of one value in each cache line: a burst of misses that overlap, where arithmetic between
// them would wait for one after the other. It takes eight lines a turn.
func touch(a *asm) {
	const name, lines = "touch_512_simd128", 8
	a.kernel(name, "func "+name+"(a *touchArgs)", func() {
		a.field("R0", "touchArgs_p")
		a.field("R1", "touchArgs_blocks")
		a.line("I64Const $0; Set R2")
		a.countDown("R1", func() {
			for i := range lines {
				a.line("Get R0; I32WrapI64; I64Load $%d; Get R2; I64Or; Set R2", 64*i)
			}
			a.addImm("R0", 64*lines)
		})
		a.line("Get R15; I32WrapI64; Get R2; I64Store $touchArgs_sum")
	})
}

// gemmTile emits the product of blocks of rows of X with one panel of weights, 4·vecs columns of it.
func gemmTile(a *asm, rows, vecs int) {
	// Fewer than eight sums in flight wait for each other's additions: low tiles keep several partial sums.
	split := map[int]int{1: 4, 2: 2}[rows]
	if split == 0 {
		split = 1
	}
	depths := []int{4} // steps of the unrolled loops
	if rows == 4 && vecs == 2 {
		depths = []int{8, 4}
	}
	acc := func(s, r, c int) string { return v((s*rows+r)*vecs + c) }
	w := func(c int) string { return v(12 + c) }
	const (
		x, weights, floor                   = "V14", "R7", "V15"
		k, segments, block                  = "R8", "R9", "R10"
		xBlock, yBlock, residual, ldx, temp = "R11", "R12", "R13", "R14", "R0"
	)
	row := func(i int) string { return r(1 + i) }

	// step multiplies the weights of one input, at offset k steps from the pointers.
	step := func(at, s int) {
		for c := range vecs {
			a.load(w(c), weights, 32*at+16*c)
		}
		for i := range rows {
			a.splat(x, row(i), 4*at)
			for c := range vecs {
				a.fma(acc(s, i, c), x, w(c))
			}
		}
	}
	advance := func(steps int) {
		a.addImm(weights, 32*steps)
		for i := range rows {
			a.addImm(row(i), 4*steps)
		}
	}

	name := fmt.Sprintf("gemm_%dx%d_simd128", rows, 4*vecs)
	a.kernel(name, fmt.Sprintf("func %s(a *gemmArgs)", name), func() {
		a.field(xBlock, "gemmArgs_x")
		a.field(yBlock, "gemmArgs_y")
		a.field(residual, "gemmArgs_residual")
		a.field(block, "gemmArgs_blocks")
		a.field(ldx, "gemmArgs_ldx")
		a.splatField(floor, "gemmArgs_floor")
		a.countDown(block, func() {
			a.note("Row pointers; sums begin with the bias.")
			a.move(row(0), xBlock)
			for i := 1; i < rows; i++ {
				a.op2(row(i), row(i-1), "I64Add", ldx)
			}
			a.op2(xBlock, row(rows-1), "I64Add", ldx)
			a.field(temp, "gemmArgs_bias")
			for c := range vecs {
				a.load(acc(0, 0, c), temp, 16*c)
				for i := 1; i < rows; i++ {
					a.move(acc(0, i, c), acc(0, 0, c))
				}
			}
			for s := 1; s < split; s++ {
				for i := range rows {
					for c := range vecs {
						a.line("V128Const $0, $0; Set %s", acc(s, i, c))
					}
				}
			}
			a.field(weights, "gemmArgs_w")
			a.field(segments, "gemmArgs_segments")
			a.countDown(segments, func() {
				a.field(k, "gemmArgs_k")
				for _, depth := range depths {
					a.line("Get %s; I64Const $%d; I64GeS", k, depth)
					a.nest("If", func() {
						a.nest("Loop", func() {
							for at := range depth {
								step(at, at%split)
							}
							advance(depth)
							a.line("Get %s; I64Const $%d; I64Sub; Tee %s; I64Const $%d; I64GeS; BrIf $0", k, depth, k, depth)
						})
					})
				}
				a.ifPositive(k, func() {
					a.countDown(k, func() {
						step(0, 0)
						advance(1)
					})
				})
				a.field(temp, "gemmArgs_wskip")
				a.op2(weights, weights, "I64Add", temp)
				a.field(temp, "gemmArgs_xskip")
				for i := range rows {
					a.op2(row(i), row(i), "I64Add", temp)
				}
			})
			a.note("Partial sums, activation.")
			for i := range rows {
				for c := range vecs {
					for s := 1; s < split; s++ {
						a.op2(acc(0, i, c), acc(0, i, c), "F32x4Add", acc(s, i, c))
					}
					a.op2(acc(0, i, c), acc(0, i, c), "F32x4Pmax", floor)
				}
			}
			store := func() {
				a.ifPositive(residual, func() {
					for i := range rows {
						for c := range vecs {
							a.load(x, residual, 16*c)
							a.op2(acc(0, i, c), acc(0, i, c), "F32x4Add", x)
						}
						a.line("Get %s; Get R15; I32WrapI64; I64Load $gemmArgs_ldr; I64Add; Set %s", residual, residual)
					}
				})
				a.field(temp, "gemmArgs_ldy")
				for i := range rows {
					for c := range vecs {
						a.store(yBlock, 16*c, acc(0, i, c))
					}
					a.op2(yBlock, yBlock, "I64Add", temp)
				}
			}
			if vecs > 1 {
				store()
				return
			}
			a.line("Get R15; I32WrapI64; I64Load $gemmArgs_cols; Tee %s; I64Const $4; I64GeS", temp)
			a.ifElse(store, func() {
				for i := range rows {
					partialRow(a, acc(0, i, 0), yBlock, residual, temp)
					a.line("Get %s; Get R15; I32WrapI64; I64Load $gemmArgs_ldy; I64Add; Set %s", yBlock, yBlock)
					a.line("Get %s; Get R15; I32WrapI64; I64Load $gemmArgs_ldr; I64Add; Set %s", residual, residual)
				}
			})
		})
	})
}

// partialRow stores the first one to three lanes of src, as many as the register cols says.
func partialRow(a *asm, src, y, residual, cols string) {
	for lane := range 3 {
		a.line("Get %s; I64Const $%d; I64GtS", cols, lane)
		a.nest("If", func() {
			a.line("Get %s; F32x4ExtractLane $0, $%d; Set F0", src, lane)
			a.line("Get R15; I32WrapI64; I64Load $gemmArgs_residual; I64Const $0; I64Ne")
			a.nest("If", func() {
				a.line("Get F0; Get %s; I32WrapI64; F32Load $%d; F32Add; Set F0", residual, 4*lane)
			})
			a.line("Get %s; I32WrapI64; Get F0; F32Store $%d", y, 4*lane)
		})
	}
}
