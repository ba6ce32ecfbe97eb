//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// conv3x3S2AVX2 multiplies the map in place: the pixels of a neighbourhood's row are contiguous, and the
// neighbourhood of the next output pixel begins two pixels further, so an output row is a matrix multiplication with
// three segments of inputs. Only the neighbourhoods that reach over the left or right border are gathered.
func conv3x3S2AVX2(a Conv3x3S2Args) {
	ho, wo, c, n := ConvOut(a.H, 2), ConvOut(a.W, 2), a.C, a.Weights.N
	inRange(a.X, a.H*a.W, c, c)
	inRange(a.Y, ho*wo, n, n)
	inRange(a.Patches, wo, 9*c, 9*c)
	inWeightsAVX2(a.Weights)
	row := 3 * c
	inside := a.W/2 - 1 // output pixels without the borders, from 1 on
	for oy := 0; oy < ho && inside > 0; oy++ {
		top := 2*oy - 1
		ky0, ky1 := max(0, -top), min(3, a.H-top)
		pixel := oy*wo + 1
		t := gemmTile{
			x: at(ptr(a.X), ((top+ky0)*a.W+1)*c), w: at(ptr(a.Weights.Panels), ky0*row*nrAVX2),
			bias: ptr(a.Weights.Bias), y: at(ptr(a.Y), pixel*n),
			ldx: 2 * c, ldy: n, segments: ky1 - ky0, k: row, gap: a.W*c - row, panel: 9 * c, relu: a.ReLU,
		}
		gemmTilesAVX2(&t, inside, n, (ho*wo-pixel)*n)
	}
	conv3x3S2ColumnAVX2(&a, 0, ho, wo)
	if a.W%2 == 1 && wo > 1 {
		conv3x3S2ColumnAVX2(&a, wo-1, ho, wo)
	}
	archsimd.ClearAVXUpperBits()
}

// conv3x3S2ColumnAVX2 computes a column of the output from gathered neighbourhoods.
func conv3x3S2ColumnAVX2(a *Conv3x3S2Args, ox, ho, wo int) {
	k, n := 9*a.C, a.Weights.N
	for oy := 0; oy < ho; oy += wo {
		rows := min(wo, ho-oy)
		for i := range rows {
			gatherPatch(a, a.Patches[i*k:][:k], oy+i, ox)
		}
		gemmAVX2(GEMMArgs{
			M: rows, X: a.Patches, LDX: k, W: a.Weights, ReLU: a.ReLU, Y: a.Y[(oy*wo+ox)*n:], LDY: wo * n,
		})
	}
}
