package kernels

import (
	"encoding/binary"
	"math"
)

// WidenHalves is the reference of the operation of that name: y becomes the IEEE 754 binary16 values in x [2·len(y)],
// little-endian. It takes four at a time: a model has millions of them, and browsers have not optimised this code yet
// when they come to it.
func WidenHalves(y []float32, x []byte) {
	x = x[: 2*len(y) : len(x)]
	for ; len(y) >= 4; y, x = y[4:], x[8:] {
		four, h := (*[4]float32)(y), binary.LittleEndian.Uint64(x)
		four[0] = WidenHalf(uint16(h))
		four[1] = WidenHalf(uint16(h >> 16))
		four[2] = WidenHalf(uint16(h >> 32))
		four[3] = WidenHalf(uint16(h >> 48))
	}
	for i := range y {
		y[i] = WidenHalf(binary.LittleEndian.Uint16(x[2*i:]))
	}
}

// WidenHalf returns an IEEE 754 binary16 value; exact, NaN payloads kept.
func WidenHalf(h uint16) float32 {
	const infinity = 0x7c00
	sign, magnitude := uint32(h)&0x8000<<16, uint32(h)&0x7fff
	// With the fraction in its place the exponents differ by a constant, those of subnormals too.
	bits := sign | math.Float32bits(math.Float32frombits(magnitude<<13)*(1<<112))
	if magnitude >= infinity {
		bits |= 0xff << 23
	}
	return math.Float32frombits(bits)
}
