//go:build amd64 && goexperiment.simd

package kernels

import (
	"simd/archsimd"
	"unsafe"
)

// stepAVX512 is what the taps of the horizontal pass are a multiple of: sixteen pixels are three vectors.
const stepAVX512 = 16

// extendAVX512 loads sixteen bytes into the lanes of a vector.
func extendAVX512(p unsafe.Pointer) archsimd.Int32x16 {
	return loadBytes(p).ExtendToUint32().AsInt32x16()
}

func loadWeightsAVX512(p unsafe.Pointer) archsimd.Int32x16 {
	return archsimd.LoadInt32x16Array((*[16]int32)(p))
}

// resizeRowsAVX512 is resizeRowsAVX2 with sixteen pixels at a time.
func resizeRowsAVX512(a ResizeRowsArgs) {
	if a.Taps%stepAVX512 != 0 || a.Taps == 0 {
		resizeRowsAVX2(a)
		return
	}
	if a.Rows == 0 || len(a.First) == 0 {
		return
	}
	a.check()
	n := 3 * a.Taps
	for y := 0; y < a.Rows; y += rowsAtOnce {
		b := a.block(y)
		for i, first := range b.First {
			weights := bytesAt(unsafe.Pointer(unsafe.SliceData(b.Weights)), 4*n*i)
			for row := range b.Rows {
				x := bytesAt(unsafe.Pointer(unsafe.SliceData(b.X)), row*b.LDX+3*int(first))
				var s0, s1, s2 archsimd.Int32x16
				for j := 0; j < n; j += 3 * stepAVX512 {
					p, w := bytesAt(x, j), at(weights, j)
					s0 = s0.Add(extendAVX512(p).Mul(loadWeightsAVX512(w)))
					s1 = s1.Add(extendAVX512(bytesAt(p, 16)).Mul(loadWeightsAVX512(at(w, 16))))
					s2 = s2.Add(extendAVX512(bytesAt(p, 32)).Mul(loadWeightsAVX512(at(w, 32))))
				}
				// Lane 24 is the first of a pixel, so that the upper half of the lanes folds onto the lower.
				storePixelAVX2(b.Y[row*b.LDY+3*i:][:3], s0.GetLo().Add(s1.GetHi()), s0.GetHi().Add(s2.GetLo()), s1.GetLo().Add(s2.GetHi()))
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// columnBlockAVX512 is how many columns the vertical pass takes at once.
const columnBlockAVX512 = 64

// resizeColumnsAVX512 is resizeColumnsAVX2 with blocks of twice the width.
func resizeColumnsAVX512(a ResizeColumnsArgs) {
	if a.Width < columnBlockAVX512 || a.Taps == 0 {
		resizeColumnsAVX2(a)
		return
	}
	if len(a.First) == 0 {
		return
	}
	a.check()
	half := archsimd.BroadcastInt32x16(1 << (WeightBits - 1))
	last := a.Width - columnBlockAVX512
	for i, first := range a.First {
		weights := a.Weights[i*a.Taps:][:a.Taps]
		for c := 0; c < a.Width; c += columnBlockAVX512 {
			c = min(c, last)
			x := bytesAt(unsafe.Pointer(unsafe.SliceData(a.X)), int(first)*a.LDX+c)
			s0, s1, s2, s3 := half, half, half, half
			for j, k := range weights {
				w, p := archsimd.BroadcastInt32x16(k), bytesAt(x, j*a.LDX)
				s0 = s0.Add(extendAVX512(p).Mul(w))
				s1 = s1.Add(extendAVX512(bytesAt(p, 16)).Mul(w))
				s2 = s2.Add(extendAVX512(bytesAt(p, 32)).Mul(w))
				s3 = s3.Add(extendAVX512(bytesAt(p, 48)).Mul(w))
			}
			y := bytesAt(unsafe.Pointer(unsafe.SliceData(a.Y)), i*a.Width+c)
			storeClippedAVX512(y, s0)
			storeClippedAVX512(bytesAt(y, 16), s1)
			storeClippedAVX512(bytesAt(y, 32), s2)
			storeClippedAVX512(bytesAt(y, 48), s3)
		}
	}
	archsimd.ClearAVXUpperBits()
}

// storeClippedAVX512 writes sixteen rounded sums as bytes.
func storeClippedAVX512(p unsafe.Pointer, s archsimd.Int32x16) {
	var zero archsimd.Int32x16
	s.ShiftAllRight(WeightBits).Max(zero).AsUint32x16().SaturateToUint8().StoreArray((*[16]byte)(p))
}
