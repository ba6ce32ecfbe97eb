//go:build amd64 && goexperiment.simd

package kernels

import (
	"simd/archsimd"
	"unsafe"
)

// stepAVX2 is what the taps of the horizontal pass are a multiple of: eight pixels are three vectors.
const stepAVX2 = 8

// bytesAt returns the address of byte i from p on, as at does of element i.
func bytesAt(p unsafe.Pointer, i int) unsafe.Pointer { return unsafe.Add(p, i) }

func loadBytes(p unsafe.Pointer) archsimd.Uint8x16 { return archsimd.LoadUint8x16Array((*[16]byte)(p)) }

func loadWeightsAVX2(p unsafe.Pointer) archsimd.Int32x8 {
	return archsimd.LoadInt32x8Array((*[8]int32)(p))
}

// upperHalf are the indices that move the upper eight bytes of a vector down.
var upperHalf = [16]int8{8, 9, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1}

// resizeRowsAVX2 multiplies eight pixels at a time. The sums of the three channels lie as the bytes do: the lanes of
// the three accumulators together are red, green, blue, red, …
func resizeRowsAVX2(a ResizeRowsArgs) {
	if a.Taps%stepAVX2 != 0 || a.Taps == 0 {
		resizeRowsScalar(a)
		return
	}
	if a.Rows == 0 || len(a.First) == 0 {
		return
	}
	a.check()
	upper := archsimd.LoadInt8x16Array(&upperHalf)
	n := 3 * a.Taps
	for y := 0; y < a.Rows; y += rowsAtOnce {
		b := a.block(y)
		for i, first := range b.First {
			weights := bytesAt(unsafe.Pointer(unsafe.SliceData(b.Weights)), 4*n*i)
			for row := range b.Rows {
				x := bytesAt(unsafe.Pointer(unsafe.SliceData(b.X)), row*b.LDX+3*int(first))
				var s0, s1, s2 archsimd.Int32x8
				for j := 0; j < n; j += 3 * stepAVX2 {
					// The last eight bytes are the upper half of the second load, which so ends with the pixels.
					lo, hi := loadBytes(bytesAt(x, j)), loadBytes(bytesAt(x, j+8))
					w := at(weights, j)
					s0 = s0.Add(lo.ExtendLo8ToUint32().AsInt32x8().Mul(loadWeightsAVX2(w)))
					s1 = s1.Add(hi.ExtendLo8ToUint32().AsInt32x8().Mul(loadWeightsAVX2(at(w, 8))))
					s2 = s2.Add(hi.PermuteOrZero(upper).ExtendLo8ToUint32().AsInt32x8().Mul(loadWeightsAVX2(at(w, 16))))
				}
				storePixelAVX2(b.Y[row*b.LDY+3*i:][:3], s0, s1, s2)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// storePixelAVX2 adds up the sums of eight pixels and writes the rounded and clipped result.
func storePixelAVX2(y []byte, s0, s1, s2 archsimd.Int32x8) {
	// Twelve lanes of four pixels, the sums of the first and the second four.
	t0 := s0.GetLo().Add(s1.GetHi()).AsUint8x16()
	t1 := s0.GetHi().Add(s2.GetLo()).AsUint8x16()
	t2 := s1.GetLo().Add(s2.GetHi()).AsUint8x16()
	// The second, third and fourth pixel begin at the lanes 3, 6 and 9.
	sum := t0.AsInt32x4().Add(t1.ConcatShiftBytesRight(t0, 12).AsInt32x4()).
		Add(t2.ConcatShiftBytesRight(t1, 8).AsInt32x4()).Add(t2.ConcatShiftBytesRight(t2, 4).AsInt32x4())
	sum = sum.Add(archsimd.BroadcastInt32x4(1 << (WeightBits - 1))).ShiftAllRight(WeightBits)
	words := sum.SaturateToUint16Concat(sum).Min(archsimd.BroadcastUint16x8(255)).AsUint64x2().GetElem(0)
	y[0], y[1], y[2] = byte(words), byte(words>>16), byte(words>>32)
}

// columnBlockAVX2 is how many columns the vertical pass takes at once.
const columnBlockAVX2 = 32

// resizeColumnsAVX2 adds up blocks of columns; the last block overlaps the one before.
func resizeColumnsAVX2(a ResizeColumnsArgs) {
	if a.Width < columnBlockAVX2 || a.Taps == 0 {
		resizeColumnsScalar(a)
		return
	}
	if len(a.First) == 0 {
		return
	}
	a.check()
	half := archsimd.BroadcastInt32x8(1 << (WeightBits - 1))
	upper := archsimd.LoadInt8x16Array(&upperHalf)
	last := a.Width - columnBlockAVX2
	for i, first := range a.First {
		weights := a.Weights[i*a.Taps:][:a.Taps]
		for c := 0; c < a.Width; c += columnBlockAVX2 {
			c = min(c, last)
			x := bytesAt(unsafe.Pointer(unsafe.SliceData(a.X)), int(first)*a.LDX+c)
			s0, s1, s2, s3 := half, half, half, half
			for j, k := range weights {
				w := archsimd.BroadcastInt32x8(k)
				b0, b1 := loadBytes(bytesAt(x, j*a.LDX)), loadBytes(bytesAt(x, j*a.LDX+16))
				s0 = s0.Add(b0.ExtendLo8ToUint32().AsInt32x8().Mul(w))
				s1 = s1.Add(b0.PermuteOrZero(upper).ExtendLo8ToUint32().AsInt32x8().Mul(w))
				s2 = s2.Add(b1.ExtendLo8ToUint32().AsInt32x8().Mul(w))
				s3 = s3.Add(b1.PermuteOrZero(upper).ExtendLo8ToUint32().AsInt32x8().Mul(w))
			}
			y := bytesAt(unsafe.Pointer(unsafe.SliceData(a.Y)), i*a.Width+c)
			storeClippedAVX2(y, s0, s1)
			storeClippedAVX2(bytesAt(y, 16), s2, s3)
		}
	}
	archsimd.ClearAVXUpperBits()
}

// packed are the indices that collect the even bytes of four and four 16-bit values, in the first or the second four
// bytes of each half.
var packed = [2][16]int8{
	{0, 2, 4, 6, -1, -1, -1, -1, 8, 10, 12, 14, -1, -1, -1, -1},
	{-1, -1, -1, -1, 0, 2, 4, 6, -1, -1, -1, -1, 8, 10, 12, 14},
}

// storeClippedAVX2 writes sixteen rounded sums as bytes.
func storeClippedAVX2(p unsafe.Pointer, s0, s1 archsimd.Int32x8) {
	words := s0.ShiftAllRight(WeightBits).SaturateToUint16ConcatGrouped(s1.ShiftAllRight(WeightBits)).
		Min(archsimd.BroadcastUint16x16(255)) // lanes 0-3 of s0, of s1, 4-7 of s0, of s1
	first := words.GetLo().AsUint8x16().PermuteOrZero(archsimd.LoadInt8x16Array(&packed[0]))
	second := words.GetHi().AsUint8x16().PermuteOrZero(archsimd.LoadInt8x16Array(&packed[1]))
	first.Or(second).StoreArray((*[16]byte)(p))
}
