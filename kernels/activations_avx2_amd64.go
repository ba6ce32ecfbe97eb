//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

func reluAVX2(x []float32) {
	if len(x) < lanesAVX2 {
		reluScalar(x)
		return
	}
	p, last := ptr(x), len(x)-lanesAVX2
	for i := 0; i <= last; i += lanesAVX2 {
		storeAVX2(at(p, i), maxZeroAVX2(loadAVX2(at(p, i))))
	}
	storeAVX2(at(p, last), maxZeroAVX2(loadAVX2(at(p, last)))) // a second time changes nothing
	archsimd.ClearAVXUpperBits()
}

func sigmoidAVX2(x []float32) {
	if len(x) < lanesAVX2 {
		sigmoidScalar(x)
		return
	}
	p, last := ptr(x), len(x)-lanesAVX2
	v := loadAVX2(at(p, last))
	tail := sigmoidOfAVX2(v, expAVX2(minusAbsAVX2(v)))
	for i := 0; i <= last; i += lanesAVX2 {
		v := loadAVX2(at(p, i))
		storeAVX2(at(p, i), sigmoidOfAVX2(v, expAVX2(minusAbsAVX2(v))))
	}
	storeAVX2(at(p, last), tail)
	archsimd.ClearAVXUpperBits()
}

func siluAVX2(a SiLUArgs) {
	n := a.Channels
	if n < lanesAVX2 {
		siluScalar(a)
		return
	}
	inRange(a.X, a.Pixels, n, a.LDX)
	inRange(a.Y, a.Pixels, n, a.LDY)
	last := n - lanesAVX2
	for i := range a.Pixels {
		x, y := at(ptr(a.X), i*a.LDX), at(ptr(a.Y), i*a.LDY)
		v := loadAVX2(at(x, last))
		tail := v.Mul(sigmoidOfAVX2(v, expAVX2(minusAbsAVX2(v))))
		for c := 0; c < last; c += lanesAVX2 {
			v := loadAVX2(at(x, c))
			storeAVX2(at(y, c), v.Mul(sigmoidOfAVX2(v, expAVX2(minusAbsAVX2(v)))))
		}
		storeAVX2(at(y, last), tail)
	}
	archsimd.ClearAVXUpperBits()
}
