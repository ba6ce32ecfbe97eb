//go:build amd64 && goexperiment.simd

package kernels

import (
	"simd/archsimd"
	"unsafe"
)

// lanesAVX2 is the number of float32 in a vector.
const lanesAVX2 = 8

// loadAVX2 loads the vector at p.
func loadAVX2(p unsafe.Pointer) archsimd.Float32x8 {
	return archsimd.LoadFloat32x8Array((*[lanesAVX2]float32)(p))
}

// storeAVX2 stores v at p.
func storeAVX2(p unsafe.Pointer, v archsimd.Float32x8) { v.StoreArray((*[lanesAVX2]float32)(p)) }

// broadcastAVX2 returns the element at p in every lane.
func broadcastAVX2(p unsafe.Pointer) archsimd.Float32x8 {
	return archsimd.BroadcastFloat32x8(*(*float32)(p))
}

// maxZeroAVX2 returns max(x, 0), NaN for NaN; VMAXPS drops a NaN in one of its operands, and the compiler
// takes them in either order.
func maxZeroAVX2(x archsimd.Float32x8) archsimd.Float32x8 {
	var zero archsimd.Float32x8
	return x.AsInt32x8().AndNot(x.Less(zero).ToInt32x8()).AsFloat32x8()
}

// roundAVX2 rounds to the nearest integer, ties to even.
func roundAVX2(x archsimd.Float32x8) archsimd.Float32x8 { return x.Round() }

// pow2AVX2 returns p·2^n for an integer n of a normal exponent.
func pow2AVX2(p, n archsimd.Float32x8) archsimd.Float32x8 {
	bits := n.Add(archsimd.LoadFloat32x8Array(&constantsAVX2.bias)).ConvertToInt32().ShiftAllLeft(23)
	return p.Mul(bits.AsFloat32x8())
}

// zeroBelowAVX2 returns y, 0 where x < limit.
func zeroBelowAVX2(y, x, limit archsimd.Float32x8) archsimd.Float32x8 {
	return y.AsInt32x8().AndNot(x.Less(limit).ToInt32x8()).AsFloat32x8()
}

// dropAVX2 returns v with zeros in its first n lanes, by a mask that is loaded across the border of
// the constants zeros and ones.
func dropAVX2(v archsimd.Float32x8, n int) archsimd.Float32x8 {
	keep := archsimd.LoadInt32x8Array((*[lanesAVX2]int32)(at(unsafe.Pointer(&constantsAVX2.ones), -n)))
	return v.AsInt32x8().And(keep).AsFloat32x8()
}

// sum64AVX2 returns the sum of the lanes.
func sum64AVX2(v archsimd.Float64x4) float64 {
	var s [4]float64
	v.StoreArray(&s)
	return s[0] + s[1] + s[2] + s[3]
}
