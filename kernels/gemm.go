package kernels

// Packed is a linear map of K inputs to N outputs, laid out for one GEMM variant: panels of NR output
// columns, each panel K rows of NR contiguous weights; the last panel is padded with zeros.
type Packed struct {
	K, N, NR int
	Panels   []float32 // [ceil(N/NR), K, NR]
	Bias     []float32 // [ceil(N/NR)*NR]
}

// GEMM is a matrix multiplication and the panel width that it wants its weights in.
type GEMM struct {
	NR  int
	Run func(GEMMArgs)
}

// GEMMArgs are the operands of Y = act(X·W + bias) + residual, a 1×1 convolution over M pixels.
type GEMMArgs struct {
	M        int
	X        []float32 // [M, K], rows LDX apart
	LDX      int
	W        *Packed
	ReLU     bool      // act is max(·, 0), else the identity
	Residual []float32 // [M, N], rows LDR apart; nil for none; may be Y itself
	LDR      int
	Y        []float32 // [M, N], rows LDY apart; must not overlap X
	LDY      int
}

// Pack lays out w [N, K] row-major (a 1×1 convolution or a linear layer, output channels first) and
// bias [N], nil for none.
func (g GEMM) Pack(w, bias []float32, n, k int) *Packed {
	panels := (n + g.NR - 1) / g.NR
	p := &Packed{
		K: k, N: n, NR: g.NR,
		Panels: make([]float32, panels*k*g.NR),
		Bias:   make([]float32, panels*g.NR),
	}
	copy(p.Bias, bias)
	j := 0
	// NR is a multiple of four: as many outputs lie side by side.
	for ; j+4 <= n; j += 4 {
		w0, w1, w2, w3 := w[j*k:][:k], w[(j+1)*k:][:k], w[(j+2)*k:][:k], w[(j+3)*k:][:k]
		panel := p.Panels[j/g.NR*k*g.NR+j%g.NR:]
		for i, v := range w0 {
			q := (*[4]float32)(panel[i*g.NR:])
			q[0], q[1], q[2], q[3] = v, w1[i], w2[i], w3[i]
		}
	}
	for ; j < n; j++ {
		panel := p.Panels[j/g.NR*k*g.NR+j%g.NR:]
		for i, v := range w[j*k : (j+1)*k] {
			panel[i*g.NR] = v
		}
	}
	return p
}

// Column copies the K weights of output j to dst [K] and returns the output's bias.
func (p *Packed) Column(dst []float32, j int) (bias float32) {
	panel := p.Panels[j/p.NR*p.K*p.NR+j%p.NR:]
	for i := range dst[:p.K] {
		dst[i] = panel[i*p.NR]
	}
	return p.Bias[j]
}

// scalarNR and the two rows of gemmScalar's tile make eight accumulators: as many as Go's wasm backend, with
// its sixteen float32 locals, keeps out of memory beside the operands.
const scalarNR = 4

func gemmScalar(a GEMMArgs) {
	k, n := a.W.K, a.W.N
	for j := 0; j < n; j += scalarNR {
		w := a.W.Panels[j*k : (j+scalarNR)*k]
		bias := (*[scalarNR]float32)(a.W.Bias[j:])
		cols := min(scalarNR, n-j)
		i := 0
		for ; i+2 <= a.M; i += 2 {
			y0, y1 := dot2x4(a.X[i*a.LDX:][:k], a.X[(i+1)*a.LDX:][:k], w)
			a.store(i, j, cols, y0, bias)
			a.store(i+1, j, cols, y1, bias)
		}
		if i < a.M {
			a.store(i, j, cols, dot1x4(a.X[i*a.LDX:][:k], w), bias)
		}
	}
}

// dot2x4 multiplies two rows of X [K] with one panel of weights [K, 4]. It takes eight steps a turn: the bounds
// checks and the turn of a Go loop in WebAssembly cost more than a step. (Written with an inlined function for a
// step it is no faster than the plain loop: the results pass through memory.)
func dot2x4(x0, x1, w []float32) (y0, y1 [scalarNR]float32) {
	x1 = x1[:len(x0)]
	var a0, a1, a2, a3, b0, b1, b2, b3 float32
	i := 0
	for ; i+8 <= len(x0); i += 8 {
		p := (*[8 * scalarNR]float32)(w[i*scalarNR:])
		q0 := (*[8]float32)(x0[i:])
		q1 := (*[8]float32)(x1[i:])
		u, v := q0[0], q1[0]
		w0, w1, w2, w3 := p[0], p[1], p[2], p[3]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
		u, v = q0[1], q1[1]
		w0, w1, w2, w3 = p[4], p[5], p[6], p[7]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
		u, v = q0[2], q1[2]
		w0, w1, w2, w3 = p[8], p[9], p[10], p[11]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
		u, v = q0[3], q1[3]
		w0, w1, w2, w3 = p[12], p[13], p[14], p[15]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
		u, v = q0[4], q1[4]
		w0, w1, w2, w3 = p[16], p[17], p[18], p[19]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
		u, v = q0[5], q1[5]
		w0, w1, w2, w3 = p[20], p[21], p[22], p[23]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
		u, v = q0[6], q1[6]
		w0, w1, w2, w3 = p[24], p[25], p[26], p[27]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
		u, v = q0[7], q1[7]
		w0, w1, w2, w3 = p[28], p[29], p[30], p[31]
		a0 += u * w0
		a1 += u * w1
		a2 += u * w2
		a3 += u * w3
		b0 += v * w0
		b1 += v * w1
		b2 += v * w2
		b3 += v * w3
	}
	for ; i < len(x0); i++ {
		p := (*[scalarNR]float32)(w[i*scalarNR:])
		u, v := x0[i], x1[i]
		a0 += u * p[0]
		a1 += u * p[1]
		a2 += u * p[2]
		a3 += u * p[3]
		b0 += v * p[0]
		b1 += v * p[1]
		b2 += v * p[2]
		b3 += v * p[3]
	}
	return [scalarNR]float32{a0, a1, a2, a3}, [scalarNR]float32{b0, b1, b2, b3}
}

// dot1x4 is dot2x4 for a single row.
func dot1x4(x, w []float32) [scalarNR]float32 {
	var a0, a1, a2, a3 float32
	for i, u := range x {
		p := (*[scalarNR]float32)(w[i*scalarNR:])
		a0 += u * p[0]
		a1 += u * p[1]
		a2 += u * p[2]
		a3 += u * p[3]
	}
	return [scalarNR]float32{a0, a1, a2, a3}
}

// store finishes cols outputs of row i from column j on: bias, activation, residual.
func (a *GEMMArgs) store(i, j, cols int, acc [scalarNR]float32, bias *[scalarNR]float32) {
	for c := range acc {
		acc[c] += bias[c]
		if a.ReLU {
			acc[c] = max(acc[c], 0)
		}
	}
	y := a.Y[i*a.LDY+j:][:cols]
	if a.Residual == nil {
		copy(y, acc[:])
		return
	}
	r := a.Residual[i*a.LDR+j:][:cols]
	for c := range y {
		y[c] = acc[c&(scalarNR-1)] + r[c]
	}
}
