//go:build amd64 && goexperiment.simd

package kernels

import (
	"math"
	"simd/archsimd"
)

// layerNormAVX2 sums in float64 like the reference, and subtracts the mean as a sum of two float32, for the same
// reason.
func layerNormAVX2(a LayerNormArgs) {
	n := a.Channels
	if n < lanesAVX2 {
		layerNormScalar(a)
		return
	}
	inRange(a.X, a.Pixels, n, n)
	inRange(a.Weight, 1, n, n)
	inRange(a.Bias, 1, n, n)
	weight, bias := ptr(a.Weight), ptr(a.Bias)
	last := n - lanesAVX2
	again := (lanesAVX2 - n%lanesAVX2) % lanesAVX2 // channels of the last vector that are in the one before too
	for i := range a.Pixels {
		x := at(ptr(a.X), i*n)
		var lo, hi archsimd.Float64x4
		for from := 0; from < n; from += lanesAVX2 {
			v := loadAVX2(at(x, min(from, last)))
			if from > last {
				v = dropAVX2(v, again)
			}
			lo = lo.Add(v.GetLo().ConvertToFloat64())
			hi = hi.Add(v.GetHi().ConvertToFloat64())
		}
		mean := sum64AVX2(lo.Add(hi)) / float64(n)
		mean32 := float32(mean)
		m, rest := archsimd.BroadcastFloat32x8(mean32), archsimd.BroadcastFloat32x8(float32(mean-float64(mean32)))

		lo, hi = archsimd.Float64x4{}, archsimd.Float64x4{}
		for from := 0; from < n; from += lanesAVX2 {
			v := loadAVX2(at(x, min(from, last))).Sub(m).Sub(rest)
			if from > last {
				v = dropAVX2(v, again)
			}
			v0, v1 := v.GetLo().ConvertToFloat64(), v.GetHi().ConvertToFloat64()
			lo, hi = v0.MulAdd(v0, lo), v1.MulAdd(v1, hi)
		}
		scale := archsimd.BroadcastFloat32x8(float32(1 / math.Sqrt(sum64AVX2(lo.Add(hi))/float64(n)+LayerNormEps)))

		v := loadAVX2(at(x, last)).Sub(m).Sub(rest).Mul(scale)
		tail := v.MulAdd(loadAVX2(at(weight, last)), loadAVX2(at(bias, last)))
		for c := 0; c <= last; c += lanesAVX2 {
			v := loadAVX2(at(x, c)).Sub(m).Sub(rest).Mul(scale)
			storeAVX2(at(x, c), v.MulAdd(loadAVX2(at(weight, c)), loadAVX2(at(bias, c))))
		}
		storeAVX2(at(x, last), tail)
	}
	archsimd.ClearAVXUpperBits()
}
