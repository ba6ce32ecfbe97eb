package main

// The vector forms of kernels/math.go: the same polynomials in the same order of operations. Arguments of the
// exponential are never positive here, so only its lower end needs care.
//
// Each function works on several independent vectors at once, its lanes: one alone is a chain of dependent
// instructions that leaves the processor idle, and the constants are loaded once for all.

// lane is the registers of one vector: the argument x, the result d and one between.
type lane struct{ x, t, d string }

// The registers of constants, shared by the lanes.
const c1, c2 = "V14", "V15"

// allLanes are the registers of up to four lanes.
var allLanes = []lane{{"V0", "V1", "V2"}, {"V3", "V4", "V5"}, {"V6", "V7", "V8"}, {"V9", "V10", "V11"}}

// each emits a step for every lane.
func each(lanes []lane, step func(l lane)) {
	for _, l := range lanes {
		step(l)
	}
}

// poly computes d = d·x + c for each named constant, Horner's scheme; x picks the variable of a lane.
func poly(a *asm, lanes []lane, x func(lane) string, names ...string) {
	for _, name := range names {
		a.constant(c1, name)
		each(lanes, func(l lane) { a.mulAdd(l.d, l.d, x(l), c1) })
	}
}

// expNegative computes d = e^x for x <= 0, NaN for NaN; x is lost. Where the result would be subnormal, which is
// slow to compute with, n is -127, which gives a factor 2^n with an exponent of zero: zero.
func expNegative(a *asm, lanes []lane) {
	a.note("e^x = 2^n·e^r with n = round(x/ln 2), r = x - n·ln 2")
	a.constant(c1, "vecExpMin")
	each(lanes, func(l lane) { a.op2(l.x, l.x, "F32x4Pmax", c1) })
	a.constant(c1, "vecLog2E")
	a.constant(c2, "vecRoundBit")
	each(lanes, func(l lane) { a.mulAdd(l.t, l.x, c1, c2) }) // n in the low bits
	each(lanes, func(l lane) { a.op2(l.d, l.t, "F32x4Sub", c2) })
	a.constant(c1, "vecMinusLn2Hi")
	each(lanes, func(l lane) { a.mulAdd(l.x, l.d, c1, l.x) })
	a.constant(c1, "vecMinusLn2Lo")
	each(lanes, func(l lane) { a.mulAdd(l.x, l.d, c1, l.x) })
	a.constant(c1, "vecExp5")
	a.constant(c2, "vecExp4")
	each(lanes, func(l lane) { a.mulAdd(l.d, l.x, c1, c2) })
	poly(a, lanes, func(l lane) string { return l.x }, "vecExp3", "vecExp2", "vecExp1", "vecExp0")
	each(lanes, func(l lane) { a.op2(l.d, l.d, "F32x4Mul", l.x) })
	each(lanes, func(l lane) { a.mulAdd(l.d, l.d, l.x, l.x) })
	a.constant(c1, "vecOne")
	each(lanes, func(l lane) {
		a.line("Get %s; Get %s; F32x4Add; Get %s; I32Const $23; I32x4Shl; Get %s; I32x4Add; F32x4Mul; Set %s", l.d, c1, l.t, c1, l.d)
	})
}

// log1p computes d = log(1+u) of u = d, 0 <= u <= 1, as 2·atanh(u/(2+u)).
func log1p(a *asm, lanes []lane) {
	a.note("log(1+u) = 2·atanh(u/(2+u))")
	a.constant(c1, "vecTwo")
	each(lanes, func(l lane) { a.line("Get %s; Get %s; Get %s; F32x4Add; F32x4Div; Set %s", l.d, l.d, c1, l.x) })
	each(lanes, func(l lane) { a.op2(l.t, l.x, "F32x4Mul", l.x) })
	a.constant(c1, "vecLog15")
	a.constant(c2, "vecLog13")
	each(lanes, func(l lane) { a.mulAdd(l.d, l.t, c1, c2) })
	poly(a, lanes, func(l lane) string { return l.t }, "vecLog11", "vecLog9", "vecLog7", "vecLog5", "vecLog3", "vecTwo")
	each(lanes, func(l lane) { a.op2(l.d, l.d, "F32x4Mul", l.x) })
}

// minusAbs computes x = -|x|.
func minusAbs(a *asm, lanes []lane) {
	a.constant(c1, "vecSign")
	each(lanes, func(l lane) { a.op2(l.x, l.x, "V128Or", c1) })
}

// softplus computes d = max(x, 0) + log(1 + e^-|x|), which is x itself beyond PyTorch's threshold of 20 as well.
// load reads a lane's argument into x, twice.
func softplus(a *asm, lanes []lane, load func(l lane)) {
	each(lanes, load)
	minusAbs(a, lanes)
	expNegative(a, lanes)
	log1p(a, lanes)
	each(lanes, load)
	each(lanes, func(l lane) {
		a.line("Get %s; V128Const $0, $0; F32x4Pmax; Get %s; F32x4Add; Set %s", l.x, l.d, l.d)
	})
}

// sigmoid computes d = 1/(1+e^-x) as (x < 0 ? e : 1)/(1+e) with e = e^-|x|, and leaves x in x.
func sigmoid(a *asm, lanes []lane, load func(l lane)) {
	each(lanes, load)
	minusAbs(a, lanes)
	expNegative(a, lanes)
	each(lanes, load)
	a.constant(c1, "vecOne")
	each(lanes, func(l lane) {
		a.line("Get %s; Get %s; Get %s; V128Const $0, $0; F32x4Lt; V128Bitselect; Get %s; Get %s; F32x4Add; F32x4Div; Set %s",
			l.d, c1, l.x, l.d, c1, l.d)
	})
}
