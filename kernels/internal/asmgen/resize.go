package main

// The passes of a picture's resize: bytes times weights of 22 bits in int32. SIMD128 could also multiply pairs of
// int16 and add them (i32x4.dot_i16x8_s), with the weights in two halves; that is no fewer instructions here and
// three for one on ARM.
func resizeFile(a *asm) {
	resizeRows(a)
	resizeColumns(a)
	normalize(a)
	dropAlpha(a)
}

// half is half a step of a result in fixed point, in all lanes: what rounds a sum.
const half = "V15"

// roundingConstant loads it.
func roundingConstant(a *asm) { a.line("I32Const $(1<<21); I32x4Splat; Set %s", half) }

// extend computes dst, eight uint16 or four int32, from the lower or the upper half of x.
func extend(a *asm, dst, x, to, part, from string) { a.op1(dst, to+"Extend"+part+from+"U", x) }

// addProduct computes acc += x·w in int32.
func addProduct(a *asm, acc, x, w string) {
	a.line("Get %s; Get %s; I32x4Mul; Get %s; I32x4Add; Set %s", x, w, acc, acc)
}

// resizeRows emits the horizontal pass over a block of rows: for each output all rows, for each row all taps. Twelve
// sums, V0 to V2, are four pixels of three channels; a step takes eight pixels or the last four.
func resizeRows(a *asm) {
	const (
		first, weights, outputs, y = "R0", "R1", "R2", "R3"
		row, to, rows              = "R4", "R5", "R6"
		x, w, count, bytes         = "R7", "R8", "R9", "R10"
	)
	// multiply adds the four products of half a vector of uint16 to sum i, with the next weights.
	multiply := func(sum int, in, part string, offset int) {
		extend(a, "V7", in, "I32x4", part, "I16x8")
		a.load("V8", w, offset)
		addProduct(a, v(sum), "V7", "V8")
	}
	a.kernel("resizerows_12_simd128", "func resizerows_12_simd128(a *resizeRowsArgs)", func() {
		for _, f := range [][2]string{{first, "first"}, {weights, "weights"}, {outputs, "outputs"}, {y, "y"}} {
			a.field(f[0], "resizeRowsArgs_"+f[1])
		}
		roundingConstant(a)
		a.note("Swizzles that bring the other three pixels of the sums to the lanes of the first.")
		for i, lanes := range []string{
			"$0x808080800f0e0d0c, $0x8080808080808080", // V0: red of the second
			"$0x0302010080808080, $0x8080808007060504", // V1: green and blue of it
			"$0x0f0e0d0c0b0a0908, $0x8080808080808080", // red and green of the third
			"$0x8080808080808080, $0x8080808003020100", // V2: blue of it
			"$0x0b0a090807060504, $0x808080800f0e0d0c", // the fourth
		} {
			a.line("V128Const %s; Set %s", lanes, v(10+i))
		}
		a.countDown(outputs, func() {
			a.line("Get %s; I32WrapI64; I64Load32S $0; I64Const $3; I64Mul; Get R15; I32WrapI64; I64Load $resizeRowsArgs_x; I64Add; Set %s", first, row)
			a.move(to, y)
			a.field(rows, "resizeRowsArgs_rows")
			a.countDown(rows, func() {
				a.move(x, row)
				a.move(w, weights)
				for i := range 3 {
					a.line("V128Const $0, $0; Set %s", v(i))
				}
				a.field(count, "resizeRowsArgs_eights")
				a.ifPositive(count, func() {
					a.countDown(count, func() {
						a.load("V3", x, 0)
						a.load("V4", x, 8)
						extend(a, "V5", "V3", "I16x8", "Low", "I8x16")
						multiply(0, "V5", "Low", 0)
						multiply(1, "V5", "High", 16)
						extend(a, "V5", "V3", "I16x8", "High", "I8x16")
						multiply(2, "V5", "Low", 32)
						multiply(0, "V5", "High", 48)
						extend(a, "V5", "V4", "I16x8", "High", "I8x16")
						multiply(1, "V5", "Low", 64)
						multiply(2, "V5", "High", 80)
						a.addImm(x, 24)
						a.addImm(w, 96)
					})
				})
				a.field(count, "resizeRowsArgs_four")
				a.ifPositive(count, func() {
					a.line("Get %s; I32WrapI64; I64Load $0; I64x2Splat; Set V3", x)
					a.line("Get %s; I32WrapI64; I32Load $8; I32x4Splat; Set V4", x)
					extend(a, "V5", "V3", "I16x8", "Low", "I8x16")
					multiply(0, "V5", "Low", 0)
					multiply(1, "V5", "High", 16)
					extend(a, "V5", "V4", "I16x8", "Low", "I8x16")
					multiply(2, "V5", "Low", 32)
				})
				a.note("The sum of four pixels, rounded and clipped.")
				a.op2("V5", "V0", "I32x4Add", half)
				for i, sum := range []string{"V0", "V1", "V1", "V2", "V2"} {
					a.line("Get V5; Get %s; Get %s; I8x16Swizzle; I32x4Add; Set V5", sum, v(10+i))
				}
				clip(a, "V5", "V5", "V5", "V5", "V5")
				a.line("Get V5; I64x2ExtractLane $0, $0; Set %s", bytes)
				a.line("Get %s; I32WrapI64; Get %s; I64Store16 $0", to, bytes)
				a.line("Get %s; I32WrapI64; Get %s; I64Const $16; I64ShrU; I64Store8 $2", to, bytes)
				a.line("Get %s; Get R15; I32WrapI64; I64Load $resizeRowsArgs_ldx; I64Add; Set %s", row, row)
				a.line("Get %s; Get R15; I32WrapI64; I64Load $resizeRowsArgs_ldy; I64Add; Set %s", to, to)
			})
			a.addImm(first, 4)
			a.addImm(y, 3)
			a.line("Get %s; Get R15; I32WrapI64; I64Load $resizeRowsArgs_ldw; I64Add; Set %s", weights, weights)
		})
	})
}

// clip computes the sixteen bytes of four vectors of rounded sums.
func clip(a *asm, dst string, sums ...string) {
	const shifted = "I32Const $22; I32x4ShrS"
	a.line("Get %s; %s; Get %s; %s; I16x8NarrowI32x4S", sums[0], shifted, sums[1], shifted)
	a.line("Get %s; %s; Get %s; %s; I16x8NarrowI32x4S; I8x16NarrowI16x8U; Set %s", sums[2], shifted, sums[3], shifted, dst)
}

// resizeColumns emits the vertical pass: for each output row its blocks of sixteen bytes, the last of which overlaps
// the one before.
func resizeColumns(a *asm) {
	const (
		first, weights, outputs, y = "R0", "R1", "R2", "R3"
		rows, column, blocks       = "R4", "R5", "R6"
		x, w, count, ldx, last     = "R7", "R8", "R9", "R10", "R11"
	)
	a.kernel("resizecolumns_16_simd128", "func resizecolumns_16_simd128(a *resizeColumnsArgs)", func() {
		for _, f := range [][2]string{
			{first, "first"}, {weights, "weights"}, {outputs, "outputs"}, {y, "y"}, {ldx, "ldx"}, {last, "last"},
		} {
			a.field(f[0], "resizeColumnsArgs_"+f[1])
		}
		roundingConstant(a)
		a.countDown(outputs, func() {
			a.line("Get %s; I32WrapI64; I64Load32S $0; Get %s; I64Mul; Get R15; I32WrapI64; I64Load $resizeColumnsArgs_x; I64Add; Set %s", first, ldx, rows)
			a.line("I64Const $0; Set %s", column)
			a.field(blocks, "resizeColumnsArgs_blocks")
			a.countDown(blocks, func() {
				a.op2(x, rows, "I64Add", column)
				a.move(w, weights)
				for i := range 4 {
					a.move(v(i), half)
				}
				a.field(count, "resizeColumnsArgs_taps")
				a.countDown(count, func() {
					a.line("Get %s; I32WrapI64; I32Load $0; I32x4Splat; Set V8", w)
					a.load("V4", x, 0)
					for i, part := range []string{"Low", "High"} {
						extend(a, "V5", "V4", "I16x8", part, "I8x16")
						extend(a, "V6", "V5", "I32x4", "Low", "I16x8")
						addProduct(a, v(2*i), "V6", "V8")
						extend(a, "V6", "V5", "I32x4", "High", "I16x8")
						addProduct(a, v(2*i+1), "V6", "V8")
					}
					a.op2(x, x, "I64Add", ldx)
					a.addImm(w, 4)
				})
				clip(a, "V0", "V0", "V1", "V2", "V3")
				a.line("Get %s; Get %s; I64Add; I32WrapI64; Get V0; V128Store $0, $0", y, column)
				a.addImm(column, 16)
				a.line("Get %s; Get %s; Get %s; Get %s; I64LtS; Select; Set %s", column, last, column, last, column)
			})
			a.addImm(first, 4)
			a.move(weights, w)
			a.line("Get %s; Get R15; I32WrapI64; I64Load $resizeColumnsArgs_width; I64Add; Set %s", y, y)
		})
	})
}

// normalize emits the lookup of four pixels a turn. SIMD128 has no gather, and the arithmetic that the table stands
// for takes two divisions.
func normalize(a *asm) {
	const pixels, name = 4, "normalize_4_simd128"
	a.kernel(name, "func "+name+"(a *normalizeArgs)", func() {
		a.field("R0", "normalizeArgs_x")
		a.field("R1", "normalizeArgs_y")
		a.field("R2", "normalizeArgs_table")
		a.field("R3", "normalizeArgs_fours")
		a.countDown("R3", func() {
			for i := range 3 * pixels {
				a.line("Get R1; I32WrapI64; Get R0; I32WrapI64; I32Load8U $%d; I32Const $2; I32Shl; Get R2; I32WrapI64; I32Add; F32Load $%d; F32Store $%d",
					i, i%3*4*256, 4*i)
			}
			a.addImm("R0", 3*pixels)
			a.addImm("R1", 4*3*pixels)
		})
	})
}

// dropAlpha emits the copy of four pixels a turn without their fourth bytes. The four bytes that are stored after them
// are those of the next turn, or of what follows.
func dropAlpha(a *asm) {
	const pixels, name = 4, "dropalpha_4_simd128"
	a.kernel(name, "func "+name+"(a *dropAlphaArgs)", func() {
		a.field("R0", "dropAlphaArgs_x")
		a.field("R1", "dropAlphaArgs_y")
		a.field("R2", "dropAlphaArgs_fours")
		a.line("V128Const $0x0908060504020100, $0x808080800e0d0c0a; Set V1")
		a.countDown("R2", func() {
			a.load("V0", "R0", 0)
			a.line("Get R1; I32WrapI64; Get V0; Get V1; I8x16Swizzle; V128Store $0, $0")
			a.addImm("R0", 4*pixels)
			a.addImm("R1", 3*pixels)
		})
	})
}
