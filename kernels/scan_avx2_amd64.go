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
		at0 := first*n + c
		x, delta, y := at(ptr(a.X), at0), at(ptr(a.Delta), at0), at(ptr(a.Y), at0)
		pb, pc := at(ptr(a.B), first*a.LDBC), at(ptr(a.C), first*a.LDBC)
		again := from - c // channels that the vector before has summed already
		var h archsimd.Float32x8
		for range a.L {
			v := loadAVX2(x)
			raw := loadAVX2(delta)
			dt := softplusOfAVX2(raw, expAVX2(minusAbsAVX2(raw)))
			h = expAVX2(dt.Mul(decay)).MulAdd(h, dt.Mul(broadcastAVX2(pb)).Mul(v))
			out := broadcastAVX2(pc).MulAdd(h, skip.Mul(v))
			if a.Accumulate {
				if again > 0 {
					out = dropAVX2(out, again)
				}
				out = out.Add(loadAVX2(y))
			}
			storeAVX2(y, out)
			x, delta, y = at(x, next), at(delta, next), at(y, next)
			pb, pc = at(pb, nextBC), at(pc, nextBC)
		}
	}
	archsimd.ClearAVXUpperBits()
}
