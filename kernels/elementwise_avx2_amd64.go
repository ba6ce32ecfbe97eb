//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// The operations in place compute a last vector that overlaps the one before first, from what it finds, and store
// it last, so that no element is taken twice.

// addAVX2 adds x to y in place.
func addAVX2(y, x []float32) {
	n := len(y)
	if n < lanesAVX2 {
		addScalar(y, x)
		return
	}
	inRange(x, 1, n, n)
	py, px := ptr(y), ptr(x)
	last := n - lanesAVX2
	tail := loadAVX2(at(py, last)).Add(loadAVX2(at(px, last)))
	for i := 0; i <= last; i += lanesAVX2 {
		storeAVX2(at(py, i), loadAVX2(at(py, i)).Add(loadAVX2(at(px, i))))
	}
	storeAVX2(at(py, last), tail)
	archsimd.ClearAVXUpperBits()
}

// mulAVX2 multiplies y by x in place.
func mulAVX2(y, x []float32) {
	n := len(y)
	if n < lanesAVX2 {
		mulScalar(y, x)
		return
	}
	inRange(x, 1, n, n)
	py, px := ptr(y), ptr(x)
	last := n - lanesAVX2
	tail := loadAVX2(at(py, last)).Mul(loadAVX2(at(px, last)))
	for i := 0; i <= last; i += lanesAVX2 {
		storeAVX2(at(py, i), loadAVX2(at(py, i)).Mul(loadAVX2(at(px, i))))
	}
	storeAVX2(at(py, last), tail)
	archsimd.ClearAVXUpperBits()
}

func scaleShiftAVX2(a ScaleShiftArgs) {
	n := a.Channels
	if n < lanesAVX2 {
		scaleShiftScalar(a)
		return
	}
	inRange(a.X, a.Pixels, n, a.LDX)
	inRange(a.Scale, 1, n, n)
	if a.Shift != nil {
		inRange(a.Shift, 1, n, n)
	}
	scale, shift := ptr(a.Scale), ptr(a.Shift)
	last := n - lanesAVX2
	for i := range a.Pixels {
		x := at(ptr(a.X), i*a.LDX)
		if a.Shift == nil {
			tail := loadAVX2(at(x, last)).Mul(loadAVX2(at(scale, last)))
			for c := 0; c <= last; c += lanesAVX2 {
				storeAVX2(at(x, c), loadAVX2(at(x, c)).Mul(loadAVX2(at(scale, c))))
			}
			storeAVX2(at(x, last), tail)
		} else {
			tail := loadAVX2(at(x, last)).MulAdd(loadAVX2(at(scale, last)), loadAVX2(at(shift, last)))
			for c := 0; c <= last; c += lanesAVX2 {
				storeAVX2(at(x, c), loadAVX2(at(x, c)).MulAdd(loadAVX2(at(scale, c)), loadAVX2(at(shift, c))))
			}
			storeAVX2(at(x, last), tail)
		}
	}
	archsimd.ClearAVXUpperBits()
}

// globalPoolAVX2 averages x [pixels, channels] over the pixels into y [channels].
func globalPoolAVX2(y, x []float32, pixels, channels int) {
	if channels < lanesAVX2 {
		globalPoolScalar(y, x, pixels, channels)
		return
	}
	inRange(y, 1, channels, channels)
	inRange(x, pixels, channels, channels)
	count := float32(pixels)
	n := archsimd.BroadcastFloat32x8(count)
	for c := 0; c < channels; c += lanesAVX2 {
		c = min(c, channels-lanesAVX2) // the last overlaps
		var sum archsimd.Float32x8
		for i := range pixels {
			sum = sum.Add(loadAVX2(at(ptr(x), i*channels+c)))
		}
		storeAVX2(at(ptr(y), c), sum.Div(n))
	}
	archsimd.ClearAVXUpperBits()
}
