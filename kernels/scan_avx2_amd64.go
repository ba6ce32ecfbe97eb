//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// selectiveScanAVX2 scans a vector of channels over all steps before the next, so that the state stays in a
// register.
func selectiveScanAVX2(a ScanArgs) {
	n := a.Channels
	if n < lanesAVX2 {
		selectiveScanScalar(a)
		return
	}
	inRange(a.X, a.L, n, n)
	inRange(a.Delta, a.L, n, n)
	inRange(a.Y, a.L, n, n)
	inRange(a.A, 1, n, n)
	inRange(a.D, 1, n, n)
	inRange(a.B, a.L, 1, a.LDBC)
	inRange(a.C, a.L, 1, a.LDBC)
	first, next, nextBC := 0, n, a.LDBC
	if a.Reverse {
		first, next, nextBC = a.L-1, -n, -a.LDBC
	}
	for from := 0; from < n; from += lanesAVX2 {
		c := min(from, n-lanesAVX2) // the last overlaps
		decay, skip := loadAVX2(at(ptr(a.A), c)), loadAVX2(at(ptr(a.D), c))
		x, delta, y := ptr(a.X), ptr(a.Delta), ptr(a.Y)
		i, bc := first*n+c, first*a.LDBC
		again := from - c // channels that the vector before has summed already
		var h archsimd.Float32x8
		for range a.L {
			v := loadAVX2(at(x, i))
			raw := loadAVX2(at(delta, i))
			dt := softplusOfAVX2(raw, expAVX2(minusAbsAVX2(raw)))
			h = expAVX2(dt.Mul(decay)).MulAdd(h, dt.Mul(broadcastAVX2(at(ptr(a.B), bc))).Mul(v))
			out := broadcastAVX2(at(ptr(a.C), bc)).MulAdd(h, skip.Mul(v))
			if a.Accumulate {
				if again > 0 {
					out = dropAVX2(out, again)
				}
				out = out.Add(loadAVX2(at(y, i)))
			}
			storeAVX2(at(y, i), out)
			i, bc = i+next, bc+nextBC
		}
	}
	archsimd.ClearAVXUpperBits()
}
