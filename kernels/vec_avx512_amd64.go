//go:build amd64 && goexperiment.simd

package kernels

import (
	"simd/archsimd"
	"unsafe"
)

// lanesAVX512 is the number of float32 in a vector.
const lanesAVX512 = 16

// loadAVX512 loads the vector at p.
func loadAVX512(p unsafe.Pointer) archsimd.Float32x16 {
	return archsimd.LoadFloat32x16Array((*[lanesAVX512]float32)(p))
}

// storeAVX512 stores v at p.
func storeAVX512(p unsafe.Pointer, v archsimd.Float32x16) { v.StoreArray((*[lanesAVX512]float32)(p)) }

// broadcastAVX512 returns the element at p in every lane.
func broadcastAVX512(p unsafe.Pointer) archsimd.Float32x16 {
	return archsimd.BroadcastFloat32x16(*(*float32)(p))
}

// maxZeroAVX512 returns max(x, 0), NaN for NaN; VMAXPS drops a NaN in one of its operands, and the compiler
// takes them in either order.
func maxZeroAVX512(x archsimd.Float32x16) archsimd.Float32x16 {
	var zero archsimd.Float32x16
	return zero.IfElse(x.Less(zero), x)
}

// roundAVX512 rounds to the nearest integer, ties to even.
func roundAVX512(x archsimd.Float32x16) archsimd.Float32x16 { return x.RoundScaled(0) }

// pow2AVX512 returns p·2^n for an integer n of a normal exponent.
func pow2AVX512(p, n archsimd.Float32x16) archsimd.Float32x16 {
	return p.Scale(n)
}

// zeroBelowAVX512 returns y, 0 where x < limit.
func zeroBelowAVX512(y, x, limit archsimd.Float32x16) archsimd.Float32x16 {
	var zero archsimd.Float32x16
	return zero.IfElse(x.Less(limit), y)
}

// dropAVX512 is dropAVX2 for 16 lanes.
func dropAVX512(v archsimd.Float32x16, n int) archsimd.Float32x16 {
	keep := archsimd.LoadInt32x16Array((*[lanesAVX512]int32)(at(unsafe.Pointer(&constantsAVX512.ones), -n)))
	return v.AsInt32x16().And(keep).AsFloat32x16()
}

// sum64AVX512 returns the sum of the lanes.
func sum64AVX512(v archsimd.Float64x8) float64 {
	var s [8]float64
	v.StoreArray(&s)
	return s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7]
}
