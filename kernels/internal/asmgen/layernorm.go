package main

// layerNormFile emits the layer normalisation in three passes over a pixel: the sum; the sums of d = x - mean and
// d², which make up for what float32 lost of the mean; the result.
func layerNormFile(a *asm) {
	const name = "layernorm_4_simd128"
	a.kernel(name, "func "+name+"(a *layerNormArgs)", func() {
		const x, pixel, rows, vectors, weight, bias = "R0", "R1", "R2", "R3", "R4", "R5"
		pass := func(body func()) {
			a.move(x, pixel)
			a.field(vectors, "layerNormArgs_vectors")
			a.countDown(vectors, func() {
				a.load("V0", x, 0)
				body()
				a.addImm(x, 16)
			})
		}
		// mean leaves the sum of src's lanes over the number of channels in dst.
		mean := func(dst, src string) {
			a.line("Get %s; F32x4ExtractLane $0, $0; Get %s; F32x4ExtractLane $0, $1; F32Add", src, src)
			a.line("Get %s; F32x4ExtractLane $0, $2; Get %s; F32x4ExtractLane $0, $3; F32Add; F32Add", src, src)
			a.line("Get R15; I32WrapI64; F32Load $layerNormArgs_count; F32Div; Set %s", dst)
		}
		a.field(pixel, "layerNormArgs_x")
		a.field(rows, "layerNormArgs_rows")
		a.countDown(rows, func() {
			a.line("V128Const $0, $0; Set V1")
			pass(func() { a.op2("V1", "V1", "F32x4Add", "V0") })
			mean("F0", "V1")
			a.line("Get F0; F32x4Splat; Set V1")
			a.line("V128Const $0, $0; Set V2")
			a.line("V128Const $0, $0; Set V3")
			pass(func() {
				a.op2("V0", "V0", "F32x4Sub", "V1")
				a.op2("V2", "V2", "F32x4Add", "V0")
				a.fma("V3", "V0", "V0")
			})
			mean("F0", "V2")
			mean("F1", "V3")
			a.note("The variance is the mean of d² less the square of d's mean; 1/√(variance + eps).")
			a.line("F32Const $1.0")
			a.line("Get F1; Get F0; Get F0; F32Mul; F32Sub; Get R15; I32WrapI64; F32Load $layerNormArgs_eps; F32Add; F32Sqrt")
			a.line("F32Div; F32x4Splat; Set V2")
			a.line("Get F0; F32x4Splat; Set V3")
			a.field(weight, "layerNormArgs_weight")
			a.field(bias, "layerNormArgs_bias")
			pass(func() {
				a.line("Get V0; Get V1; F32x4Sub; Get V3; F32x4Sub; Get V2; F32x4Mul; Set V0")
				a.load("V4", weight, 0)
				a.load("V5", bias, 0)
				a.mulAdd("V0", "V0", "V4", "V5")
				a.store(x, 0, "V0")
				a.addImm(weight, 16)
				a.addImm(bias, 16)
			})
			a.move(pixel, x)
		})
	})
}
