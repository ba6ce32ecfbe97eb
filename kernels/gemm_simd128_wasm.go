//go:build simd128 || relaxed

package kernels

import (
	"math"
	"unsafe"
)

// simdNR is the width of the SIMD GEMM's panels: two vectors.
const simdNR = 8

// gemmArgs are the operands of the assembly: blocks of rows of X times one panel of weights. Distances are in
// bytes. The K inputs may lie in several segments, as the three rows of a convolution's 3×3 neighbourhood do.
type gemmArgs struct {
	x, w, bias, residual, y unsafe.Pointer // residual may be nil
	ldx, ldr, ldy           int            // between rows
	k                       int            // inputs of a segment
	segments                int
	xskip, wskip            int // from the end of a segment to the next
	blocks                  int
	cols                    int     // of the last vector that exist; only narrow tiles look
	floor                   float32 // 0 for a ReLU, -Inf for none
}

//go:noescape
func gemm_1x8_simd128(a *gemmArgs)

//go:noescape
func gemm_2x8_simd128(a *gemmArgs)

//go:noescape
func gemm_3x8_simd128(a *gemmArgs)

//go:noescape
func gemm_4x8_simd128(a *gemmArgs)

//go:noescape
func gemm_5x8_simd128(a *gemmArgs)

//go:noescape
func gemm_6x8_simd128(a *gemmArgs)

//go:noescape
func gemm_1x4_simd128(a *gemmArgs)

//go:noescape
func gemm_2x4_simd128(a *gemmArgs)

//go:noescape
func gemm_3x4_simd128(a *gemmArgs)

//go:noescape
func gemm_4x4_simd128(a *gemmArgs)

//go:noescape
func gemm_5x4_simd128(a *gemmArgs)

//go:noescape
func gemm_6x4_simd128(a *gemmArgs)

// gemmCall is a GEMM over m rows of X in byte distances; Y and the residual begin at the first column.
type gemmCall struct {
	gemmArgs    // what does not depend on the tile
	m           int
	x           []float32
	ldx         int
	y           []float32
	residual    []float32 // nil for none
	ldy, ldr    int
	weights     *Packed
	firstWeight int // the first row of a panel that is used
}

func gemmSIMD128(a GEMMArgs) {
	need(a.X, a.M, a.LDX, a.W.K)
	need(a.Y, a.M, a.LDY, a.W.N)
	if a.Residual != nil {
		need(a.Residual, a.M, a.LDR, a.W.N)
	}
	gemmPanels(&gemmCall{
		gemmArgs: gemmArgs{k: a.W.K, segments: 1, floor: floorOf(a.ReLU)},
		m:        a.M, x: a.X, ldx: a.LDX, y: a.Y, ldy: a.LDY, residual: a.Residual, ldr: a.LDR, weights: a.W,
	})
}

// floorOf is the smallest value that an activation lets through.
func floorOf(relu bool) float32 {
	if relu {
		return 0
	}
	return float32(math.Inf(-1))
}

// gemmPanels multiplies all rows with one panel after the other, so that weights are read from memory once.
func gemmPanels(g *gemmCall) {
	n, k := g.weights.N, g.weights.K
	touch := 1 < g.m && g.m <= touchRows
	touched := 0
	for j := 0; j < n; j += simdNR {
		if touch && j*k >= touched {
			next := min(touched+touchBytes/4, len(g.weights.Panels))
			touchWeights(g.weights.Panels[touched:next])
			touched = next
		}
		if n-j >= simdNR {
			gemmPanel(g, j, 2)
			continue
		}
		// The last panel is narrow: one vector, or two of which the second may be a part.
		for c := j; c < n; c += 4 {
			g.cols = n - c
			gemmPanel(g, c, 1)
		}
	}
}

// gemmPanel multiplies all rows with the vecs vectors from column j on.
func gemmPanel(g *gemmCall, j, vecs int) {
	t := g.gemmArgs
	panel := g.weights.Panels[j/simdNR*simdNR*g.weights.K:][:g.weights.K*simdNR]
	t.w = unsafe.Pointer(&panel[g.firstWeight*simdNR+j%simdNR])
	t.bias = unsafe.Pointer(&g.weights.Bias[j])
	t.ldx, t.ldy, t.ldr = 4*g.ldx, 4*g.ldy, 4*g.ldr
	for i := 0; i < g.m; {
		rows, blocks := nextTile(g.m - i)
		t.x, t.y = unsafe.Pointer(&g.x[i*g.ldx]), unsafe.Pointer(&g.y[i*g.ldy+j])
		if g.residual != nil {
			t.residual = unsafe.Pointer(&g.residual[i*g.ldr+j])
		}
		t.blocks = blocks
		gemmTile(&t, rows, vecs)
		i += rows * blocks
	}
}

// nextTile returns the height and number of the next tiles for m rows to go. Low tiles are slow, so that few rows
// left by the fastest tiles are shared out with one of those: 9 is 5 and 4, not 6 and 3.
func nextTile(m int) (rows, blocks int) {
	blocks, rest := m/gemmRows, m%gemmRows
	if 0 < rest && rest < 4 {
		blocks--
	}
	switch {
	case blocks > 0:
		return gemmRows, blocks
	case m > gemmLastRows:
		return (m + 1) / 2, 1
	}
	return m, 1
}

// gemmTile calls the kernel of the given height and width. (A table of functions would be shorter, and would
// move the arguments to the heap.)
func gemmTile(t *gemmArgs, rows, vecs int) {
	if vecs == 2 {
		switch rows {
		case 1:
			gemm_1x8_simd128(t)
		case 2:
			gemm_2x8_simd128(t)
		case 3:
			gemm_3x8_simd128(t)
		case 4:
			gemm_4x8_simd128(t)
		case 5:
			gemm_5x8_simd128(t)
		case 6:
			gemm_6x8_simd128(t)
		}
		return
	}
	switch rows {
	case 1:
		gemm_1x4_simd128(t)
	case 2:
		gemm_2x4_simd128(t)
	case 3:
		gemm_3x4_simd128(t)
	case 4:
		gemm_4x4_simd128(t)
	case 5:
		gemm_5x4_simd128(t)
	case 6:
		gemm_6x4_simd128(t)
	}
}
