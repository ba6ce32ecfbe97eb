package checkpoint

import "math"

// halfToFloat widens an IEEE 754 binary16 value; exact, NaN payloads kept.
func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp, frac := uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch {
	case exp == 0: // zero or subnormal: frac · 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(frac)*(1.0/(1<<24))))
	case exp == 0x1f:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}

// floatToHalf rounds to the nearest binary16 value, ties to even. It reports false where f is not finite or
// too large.
func floatToHalf(f float32) (uint16, bool) {
	bits := math.Float32bits(f)
	sign := uint16(bits >> 16 & 0x8000)
	abs := bits &^ (1 << 31)
	if abs >= 0x477ff000 { // 65520: the midpoint between 65504 and what would be infinity
		return 0, false
	}
	if abs < 0x38800000 { // below 2^-14: subnormal; adding 0.5 aligns the fraction and rounds it
		return sign | uint16(math.Float32bits(math.Float32frombits(abs)+0.5)-math.Float32bits(0.5)), true
	}
	abs -= (127 - 15) << 23
	abs += 0xfff + abs>>13&1
	return sign | uint16(abs>>13), true
}
