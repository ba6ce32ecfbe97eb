//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// scanStepsAVX2 is how many steps are taken together.
const scanStepsAVX2 = 32

// selectiveScanAVX2 scans a vector of channels over all steps before the next, so that the state stays in a
// register. It takes the steps in blocks, of which it computes first all Δ, then all decays, then the recurrence: in
// one loop the constants of both exponentials and the logarithm do not fit into the registers.
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
	var room [2*scanStepsAVX2*lanesAVX2 + 16]float32
	dts := aligned(room[:])
	decays := at(dts, scanStepsAVX2*lanesAVX2)
	for from := 0; from < n; from += lanesAVX2 {
		c := min(from, n-lanesAVX2) // the last overlaps
		again := from - c           // channels that the vector before has summed already
		decay, skip := loadAVX2(at(ptr(a.A), c)), loadAVX2(at(ptr(a.D), c))
		i, bc := first*n+c, first*a.LDBC
		var h archsimd.Float32x8
		for left := a.L; left > 0; left -= scanStepsAVX2 {
			steps := min(left, scanStepsAVX2)
			delta := i
			for s := range steps {
				raw := loadAVX2(at(ptr(a.Delta), delta))
				storeAVX2(at(dts, s*lanesAVX2), softplusOfAVX2(raw, expAVX2(minusAbsAVX2(raw))))
				delta += next
			}
			for s := range steps {
				storeAVX2(at(decays, s*lanesAVX2), expAVX2(loadAVX2(at(dts, s*lanesAVX2)).Mul(decay)))
			}
			for s := range steps {
				v := loadAVX2(at(ptr(a.X), i))
				dtb := loadAVX2(at(dts, s*lanesAVX2)).Mul(broadcastAVX2(at(ptr(a.B), bc)))
				h = loadAVX2(at(decays, s*lanesAVX2)).MulAdd(h, dtb.Mul(v))
				out := broadcastAVX2(at(ptr(a.C), bc)).MulAdd(h, skip.Mul(v))
				if a.Accumulate {
					if again > 0 {
						out = dropAVX2(out, again)
					}
					out = out.Add(loadAVX2(at(ptr(a.Y), i)))
				}
				storeAVX2(at(ptr(a.Y), i), out)
				i, bc = i+next, bc+nextBC
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}
