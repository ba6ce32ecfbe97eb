//go:build !amd64 || !goexperiment.simd

package ops

// vectors tells that this build carries no vector variants, except that of the matrix products.
const vectors = false

// Without the vector variants every inner loop is the scalar one.

func add(y, x []float32)                                   { addScalar(y, x) }
func (a *AdamW) step(p, m, v, g []float32)                 { a.stepScalar(p, m, v, g) }
func mulAdd(y, a, b []float32)                             { mulAddScalar(y, a, b) }
func relu(x []float32)                                     { reluScalar(x) }
func reluGrad(dy, y []float32)                             { reluGradScalar(dy, y) }
func silu(y, x []float32)                                  { siluScalar(y, x) }
func siluGrad(dx, dy, x []float32)                         { siluGradScalar(dx, dy, x) }
func gate(y, x, z []float32)                               { gateScalar(y, x, z) }
func gateGrad(dx, dz, dy, x, z []float32)                  { gateGradScalar(dx, dz, dy, x, z) }
func moments(x Map, pivot, s0, s1 []float32)               { momentsScalar(x, pivot, s0, s1) }
func (a *Affine) apply(y, x, residual Map)                 { a.applyScalar(y, x, residual) }
func (a *Affine) gradSums(dy, x Map, s0, s1 []float32)     { a.gradSumsScalar(dy, x, s0, s1) }
func (a *Affine) grad(dx, dy, x Map, c0, c1, c2 []float32) { a.gradScalar(dx, dy, x, c0, c1, c2) }
func (d *Depthwise) gradTaps(dtaps []float32, dy, x Map)   { d.gradTapsScalar(dtaps, dy, x) }
func (s *Scan) forward(y Map, accumulate bool)             { s.forwardScalar(y, accumulate) }
func (s *Scan) grad(g *ScanGrads, dy Map, carry []float32) { s.gradScalar(g, dy, carry) }
func haarAnalysis(coef, x Map)                             { haarAnalysisScalar(coef, x) }
func haarSynthesis(x, coef Map, accumulate bool)           { haarSynthesisScalar(x, coef, accumulate) }
func layerNorm(y, xh, x, weight, bias []float32) float32 {
	return layerNormScalar(y, xh, x, weight, bias)
}

func (d *Depthwise) forward(y, x Map, bias []float32, accumulate bool) {
	d.forwardScalar(y, x, bias, accumulate)
}

func layerNormGrad(dx, dy, xh, weight []float32, inv float32, dw, db []float32) {
	layerNormGradScalar(dx, dy, xh, weight, inv, dw, db)
}

func copyRuns(dst []float32, stepD int, src []float32, stepS, n, count int, exact bool) {
	copyRunsScalar(dst, stepD, src, stepS, n, count, exact)
}
