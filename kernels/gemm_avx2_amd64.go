//go:build amd64 && goexperiment.simd

package kernels

import (
	"simd/archsimd"
	"unsafe"
)

// nrAVX2 is the panel width: two vectors.
const nrAVX2 = 2 * lanesAVX2

func gemmAVX2(a GEMMArgs) {
	k, n := a.W.K, a.W.N
	inRange(a.X, a.M, k, a.LDX)
	inRange(a.Y, a.M, n, a.LDY)
	inWeightsAVX2(a.W)
	t := gemmTile{
		x: ptr(a.X), w: ptr(a.W.Panels), bias: ptr(a.W.Bias), y: ptr(a.Y),
		ldx: a.LDX, ldy: a.LDY, segments: 1, k: k, panel: k, relu: a.ReLU,
	}
	room := 0
	if a.Residual != nil {
		inRange(a.Residual, a.M, n, a.LDR)
		t.residual, t.ldr = ptr(a.Residual), a.LDR
	} else if a.LDY == n {
		room = a.M * n
	}
	gemmTilesAVX2(&t, a.M, n, room)
	archsimd.ClearAVXUpperBits()
}

// inWeightsAVX2 panics if w is not packed for this GEMM.
func inWeightsAVX2(w *Packed) {
	panels := (w.N + nrAVX2 - 1) / nrAVX2
	inRange(w.Panels, panels, w.K*nrAVX2, w.K*nrAVX2)
	inRange(w.Bias, panels, nrAVX2, nrAVX2)
}

// gemmTilesAVX2 multiplies m rows from t on with the weights of all n columns. The last panel, if it is incomplete,
// comes first, so that it may write whole vectors over the columns behind the last, which are the first of the next
// row, as long as it stays within the next room elements of Y.
func gemmTilesAVX2(t *gemmTile, m, n, room int) {
	if m <= 0 {
		return
	}
	whole := n / nrAVX2 * nrAVX2
	if whole < n {
		edge := t.column(whole)
		gemmEdgeAVX2(&edge, m, n-whole, room-whole)
	}
	for j := 0; j < whole; j += nrAVX2 {
		p := t.column(j)
		for left := m; ; {
			rows := tileRows(left, rowsAVX2)
			gemmTileAVX2(&p, rows, 4)
			if left -= rows; left == 0 {
				break
			}
			p.moveRows(rows)
		}
	}
}

// gemmEdgeAVX2 computes an incomplete panel, with as few halves of a vector as are enough. Where whole vectors would write what
// they must not, the tile goes through a buffer.
func gemmEdgeAVX2(t *gemmTile, m, cols, room int) {
	const half = lanesAVX2 / 2
	width := (cols + half - 1) / half * half
	for left := m; ; {
		rows := tileRows(left, rowsAVX2)
		if cols == width || (rows-1)*t.ldy+width <= room {
			gemmTileAVX2(t, rows, width/(lanesAVX2/2))
		} else {
			gemmBufferedAVX2(t, rows, cols, width)
		}
		if left -= rows; left == 0 {
			break
		}
		t.moveRows(rows)
		room -= rows * t.ldy
	}
}

// gemmBufferedAVX2 computes a tile of which only cols columns are written.
func gemmBufferedAVX2(t *gemmTile, rows, cols, width int) {
	var out, residual [rowsAVX2 * nrAVX2]float32
	u := *t
	u.y, u.ldy = ptr(out[:]), nrAVX2
	if t.residual != nil {
		for r := range rows {
			copy(residual[r*nrAVX2:], unsafe.Slice((*float32)(at(t.residual, r*t.ldr)), cols))
		}
		u.residual, u.ldr = ptr(residual[:]), nrAVX2
	}
	gemmTileAVX2(&u, rows, width/(lanesAVX2/2))
	for r := range rows {
		copy(unsafe.Slice((*float32)(at(t.y, r*t.ldy)), cols), out[r*nrAVX2:])
	}
}
