package checkpoint

import "math"

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
