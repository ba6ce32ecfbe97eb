//go:build amd64 && goexperiment.simd

package kernels

import (
	"simd/archsimd"
)

// nrAVX2 is the panel width: two vectors. With the four rows of the largest tile they make eight accumulators,
// the most that Go 1.27.4 keeps in registers around a loop (see RATIONALE.md).
const nrAVX2 = 2 * lanesAVX2

func gemmAVX2(a GEMMArgs) {
	n := a.W.N
	inRange(a.X, a.M, a.W.K, a.LDX)
	inRange(a.Y, a.M, n, a.LDY)
	if a.Residual != nil {
		inRange(a.Residual, a.M, n, a.LDR)
	}
	inRange(a.W.Panels, (n+nrAVX2-1)/nrAVX2, a.W.K*nrAVX2, a.W.K*nrAVX2)
	inRange(a.W.Bias, (n+nrAVX2-1)/nrAVX2, nrAVX2, nrAVX2)
	for j := 0; j < n; j += nrAVX2 {
		if cols := n - j; cols < nrAVX2 {
			gemmEdgeAVX2(&a, j, cols)
		} else {
			gemmPanelAVX2(&a, j)
		}
	}
	archsimd.ClearAVXUpperBits()
}

// tileAVX2 returns the tile at row 0, column j.
func tileAVX2(a *GEMMArgs, j int) gemmTile {
	t := gemmTile{
		x: ptr(a.X), w: at(ptr(a.W.Panels), j*a.W.K), bias: at(ptr(a.W.Bias), j), y: at(ptr(a.Y), j),
		ldx: a.LDX, ldy: a.LDY, k: a.W.K, relu: a.ReLU,
	}
	if a.Residual != nil {
		t.residual, t.ldr = at(ptr(a.Residual), j), a.LDR
	}
	return t
}

// gemmPanelAVX2 computes the columns of a whole panel.
func gemmPanelAVX2(a *GEMMArgs, j int) {
	t := tileAVX2(a, j)
	for left := a.M; left > 0; {
		rows := tileRows(left)
		switch rows {
		case 4:
			gemm4x2AVX2(&t)
		case 3:
			gemm3x2AVX2(&t)
		case 2:
			gemm2x2AVX2(&t)
		default:
			gemm1x2AVX2(&t)
		}
		left -= rows
		t.x, t.y = at(t.x, rows*t.ldx), at(t.y, rows*t.ldy)
		if t.residual != nil {
			t.residual = at(t.residual, rows*t.ldr)
		}
	}
}

// gemmEdgeAVX2 computes the last, incomplete panel, with one vector if that is enough. Its tiles go through a
// buffer, as whole vectors would reach into the next rows of Y.
func gemmEdgeAVX2(a *GEMMArgs, j, cols int) {
	var out, residual [4 * nrAVX2]float32
	t := tileAVX2(a, j)
	t.y, t.ldy = ptr(out[:]), nrAVX2
	for i := 0; i < a.M; {
		rows := tileRows(a.M - i)
		if a.Residual != nil {
			for r := range rows {
				copy(residual[r*nrAVX2:][:cols], a.Residual[(i+r)*a.LDR+j:])
			}
			t.residual, t.ldr = ptr(residual[:]), nrAVX2
		}
		switch {
		case rows == 4 && cols > lanesAVX2:
			gemm4x2AVX2(&t)
		case rows == 4:
			gemm4x1AVX2(&t)
		case rows == 3 && cols > lanesAVX2:
			gemm3x2AVX2(&t)
		case rows == 3:
			gemm3x1AVX2(&t)
		case rows == 2 && cols > lanesAVX2:
			gemm2x2AVX2(&t)
		case rows == 2:
			gemm2x1AVX2(&t)
		case cols > lanesAVX2:
			gemm1x2AVX2(&t)
		default:
			gemm1x1AVX2(&t)
		}
		for r := range rows {
			copy(a.Y[(i+r)*a.LDY+j:][:cols], out[r*nrAVX2:])
		}
		i += rows
		t.x = at(t.x, rows*t.ldx)
	}
}

// finishAVX2 stores an accumulator: activation, residual.
func finishAVX2(t *gemmTile, acc archsimd.Float32x8, row, col int) {
	if t.relu {
		acc = maxZeroAVX2(acc)
	}
	if t.residual != nil {
		acc = acc.Add(loadAVX2(at(t.residual, row*t.ldr+col)))
	}
	storeAVX2(at(t.y, row*t.ldy+col), acc)
}

func conv3x3S2AVX2(a Conv3x3S2Args) { conv3x3S2(a, gemmAVX2) }
