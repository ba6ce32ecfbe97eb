package kernels

// ScanArgs are the operands of one direction of the selective scan with state size 1 (Mamba's S6, arXiv 2312.00752; the
// paper's SS2D is VMamba's, arXiv 2401.10166). Per channel, over the L steps in the order of the direction and with h =
// 0 before the first:
//
//	Δ_t = softplus(Delta_t)
//	h_t = exp(Δ_t·A)·h_{t-1} + Δ_t·B_t·x_t
//	y_t = C_t·h_t + D·x_t
//
// B is scaled by Δ alone (Euler), not by the exact integral.
type ScanArgs struct {
	L, Channels int
	X           []float32 // [L, Channels]
	Delta       []float32 // [L, Channels], with its bias, before softplus
	A           []float32 // [Channels], negative: -exp(A_logs)
	B, C        []float32 // one value a step, LDBC apart; shared by the channels
	LDBC        int
	D           []float32 // [Channels]
	Reverse     bool      // steps from L-1 down to 0
	Accumulate  bool      // add to Y instead of setting it: merges the second direction with the first
	H           []float32 // scratch, [Channels]: the state
	Y           []float32 // [L, Channels]
}

func selectiveScanScalar(a ScanArgs) {
	h := a.H[:a.Channels]
	clear(h)
	for step := range a.L {
		t := step
		if a.Reverse {
			t = a.L - 1 - step
		}
		b, c := a.B[t*a.LDBC], a.C[t*a.LDBC]
		x, y, delta := a.X[t*len(h):][:len(h)], a.Y[t*len(h):][:len(h)], a.Delta[t*len(h):][:len(h)]
		decay, skip := a.A[:len(h)], a.D[:len(h)]
		if !a.Accumulate {
			clear(y)
		}
		for i := range h {
			dt := softplus32(delta[i])
			h[i] = exp32(dt*decay[i])*h[i] + dt*b*x[i]
			y[i] += c*h[i] + skip[i]*x[i]
		}
	}
}
