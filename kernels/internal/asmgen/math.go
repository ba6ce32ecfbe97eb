package main

// The vector forms of kernels/math.go: the same polynomials in the same order of operations. Arguments of the
// exponential are never positive here, so only its lower end needs care.

// expNegative computes dst = e^x for x <= 0, NaN for NaN; x stays, dst and three temporaries are other registers.
// Below expMin the result is cut to 0: subnormal numbers are slow to compute with.
func expNegative(a *asm, dst, x, t, r, tmp string) {
	a.note("%s = e^%s: n = round(x/ln 2), r = x - n·ln 2, e^x = 2^n·e^r.", dst, x)
	a.constant(tmp, "vecLog2E")
	a.constant(t, "vecRoundBit")
	a.mulAdd(t, x, tmp, t) // n in the low bits
	a.constant(tmp, "vecRoundBit")
	a.op2(tmp, t, "F32x4Sub", tmp) // n
	a.constant(r, "vecMinusLn2Hi")
	a.mulAdd(r, tmp, r, x)
	a.constant(dst, "vecMinusLn2Lo")
	a.mulAdd(r, tmp, dst, r)
	a.constant(dst, "vecExp5")
	a.poly(dst, r, tmp, "vecExp4", "vecExp3", "vecExp2", "vecExp1", "vecExp0")
	a.op2(tmp, r, "F32x4Mul", r)
	a.mulAdd(dst, dst, tmp, r)
	a.constant(tmp, "vecOne")
	a.op2(dst, dst, "F32x4Add", tmp)
	a.line("Get %s; Get %s; I32Const $23; I32x4Shl; Get %s; I32x4Add; F32x4Mul; Set %s", dst, t, tmp, dst)
	a.constant(tmp, "vecExpMin")
	a.line("Get %s; Get %s; Get %s; F32x4Lt; V128Andnot; Set %s", dst, x, tmp, dst)
}

// log1p computes dst = log(1+u) for 0 <= u <= 1 as 2·atanh(u/(2+u)); u is lost.
func log1p(a *asm, dst, u, z, tmp string) {
	a.note("%s = log(1+%s).", dst, u)
	a.constant(tmp, "vecTwo")
	a.line("Get %s; Get %s; Get %s; F32x4Add; F32x4Div; Set %s", u, u, tmp, u)
	a.op2(z, u, "F32x4Mul", u)
	a.constant(dst, "vecLog15")
	a.poly(dst, z, tmp, "vecLog13", "vecLog11", "vecLog9", "vecLog7", "vecLog5", "vecLog3", "vecTwo")
	a.op2(dst, dst, "F32x4Mul", u)
}

// minusAbs computes dst = -|x|.
func minusAbs(a *asm, dst, x string) { a.line("Get %s; F32x4Abs; F32x4Neg; Set %s", x, dst) }

// softplus computes dst = max(x, 0) + log(1 + e^-|x|), which is x itself beyond PyTorch's threshold of 20 as
// well; five temporaries.
func softplus(a *asm, dst, x string, t [5]string) {
	minusAbs(a, t[0], x)
	expNegative(a, t[1], t[0], t[2], t[3], t[4])
	log1p(a, t[0], t[1], t[2], t[3])
	a.line("Get %s; V128Const $0, $0; F32x4Pmax; Get %s; F32x4Add; Set %s", x, t[0], dst)
}

// sigmoid computes dst = 1/(1+e^-x) as (x < 0 ? e : 1)/(1+e) with e = e^-|x|; five temporaries.
func sigmoid(a *asm, dst, x string, t [5]string) {
	minusAbs(a, t[0], x)
	expNegative(a, t[1], t[0], t[2], t[3], t[4])
	a.constant(t[0], "vecOne")
	a.line("Get %s; Get %s; Get %s; V128Const $0, $0; F32x4Lt; V128Bitselect; Get %s; Get %s; F32x4Add; F32x4Div; Set %s",
		t[1], t[0], x, t[1], t[0], dst)
}
