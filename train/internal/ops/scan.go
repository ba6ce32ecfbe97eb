package ops

// Scan is one direction of the selective scan with state size 1 (see kernels.ScanArgs). Per channel and image, over
// the pixels in the order of the direction:
//
//	Δ_t = softplus(Delta_t + Bias)
//	h_t = exp(Δ_t·A)·h_{t-1} + Δ_t·B_t·u_t, A = -exp(A_logs)
//	y_t = C_t·h_t + D·u_t
type Scan struct {
	Reverse bool
	U       Map // [D channels]
	Delta   Map // before its bias and softplus
	BC      Map // two channels: B_t and C_t
	A, D    []float32
	Bias    []float32
	H       Map // the states, kept for Grad
}

// step returns the pixel of step i, and of the step before it.
func (s *Scan) step(i, pixels int) (at, before int) {
	if s.Reverse {
		return pixels - 1 - i, pixels - i
	}
	return i, i - 1
}

// Forward computes y, or adds to it with accumulate.
func (s *Scan) Forward(t *Team, y Map, accumulate bool) {
	t.Run(s.U.B, func(b int) {
		image := s.image(b)
		image.forward(y.Images(b, b+1), accumulate)
	})
}

// image returns the scan over one image.
func (s *Scan) image(b int) *Scan {
	i := *s
	i.U, i.Delta, i.BC, i.H = s.U.Images(b, b+1), s.Delta.Images(b, b+1), s.BC.Images(b, b+1), s.H.Images(b, b+1)
	return &i
}

func (s *Scan) forwardScalar(y Map, accumulate bool) {
	pixels, n := s.U.Pixels(), s.U.C
	a, skip, bias := s.A[:n], s.D[:n], s.Bias[:n]
	for i := range pixels {
		at, before := s.step(i, pixels)
		u, delta, dst, h := s.U.Row(at)[:n], s.Delta.Row(at)[:n], y.Row(at)[:n], s.H.Row(at)[:n]
		prev := h
		if i > 0 {
			prev = s.H.Row(before)[:n]
		} else {
			clear(h)
		}
		bc := s.BC.Row(at)
		bt, ct := bc[0], bc[1]
		if !accumulate {
			clear(dst)
		}
		for c, v := range u {
			dt, _ := softplus32(delta[c] + bias[c])
			h[c] = exp32(dt*a[c])*prev[c] + dt*bt*v
			dst[c] += ct*h[c] + skip[c]*v
		}
	}
}

// ScanGrads are the gradients of a scan.
type ScanGrads struct {
	U     Map // added to
	Delta Map // set
	BC    Map // set
	// Set: of A_logs, D and Bias.
	ALogs, D, Bias []float32
}

// Grad computes the gradients for the gradient dy of the output.
func (s *Scan) Grad(t *Team, g *ScanGrads, dy Map) {
	n := s.U.C
	const per = 8 // images a task
	tasks := (s.U.B + per - 1) / per
	partial := t.partials(tasks * 3 * n)
	t.run(tasks, func(i int, sc *scratch) {
		sc.a = Grow(sc.a, max(n, 32*s.U.Pixels()))
		p := partial[i*3*n:][:3*n]
		for b := i * per; b < min(s.U.B, (i+1)*per); b++ {
			image := s.image(b)
			ig := ScanGrads{
				g.U.Images(b, b+1), g.Delta.Images(b, b+1), g.BC.Images(b, b+1), p[:n], p[n : 2*n], p[2*n:],
			}
			image.grad(&ig, dy.Images(b, b+1), sc.a)
		}
	})
	sums := make([]float32, 3*n)
	sumPartials(sums, partial, tasks)
	copy(g.ALogs, sums[:n])
	copy(g.D, sums[n:])
	copy(g.Bias, sums[2*n:])
}

// gradScalar is Grad over one image; sums over time are added. carry is scratch: the gradient of the state, times
// the decay, handed down to the step before.
func (s *Scan) gradScalar(g *ScanGrads, dy Map, carry []float32) {
	pixels, n := s.U.Pixels(), s.U.C
	a, skip, bias := s.A[:n], s.D[:n], s.Bias[:n]
	carry = carry[:n]
	clear(carry)
	for i := pixels - 1; i >= 0; i-- {
		at, before := s.step(i, pixels)
		u, delta, h := s.U.Row(at)[:n], s.Delta.Row(at)[:n], s.H.Row(at)[:n]
		du, ddelta, dyt := g.U.Row(at)[:n], g.Delta.Row(at)[:n], dy.Row(at)[:n]
		var prev []float32
		if i > 0 {
			prev = s.H.Row(before)[:n]
		}
		bc := s.BC.Row(at)
		bt, ct := bc[0], bc[1]
		var db, dc float64
		for c, v := range u {
			dt, slope := softplus32(delta[c] + bias[c])
			decay := exp32(dt * a[c])
			d := dyt[c]
			grad := ct*d + carry[c]
			carry[c] = decay * grad
			hPrev := float32(0)
			if prev != nil {
				hPrev = prev[c]
			}
			db += float64(grad * dt * v)
			dc += float64(d * h[c])
			du[c] += grad*dt*bt + skip[c]*d
			through := carry[c] * hPrev * a[c] // of the decay's exponent, over Δ
			dd := (grad*bt*v + through) * slope
			ddelta[c] = dd
			g.Bias[c] += dd
			g.D[c] += d * v
			g.ALogs[c] += through * dt
		}
		dbc := g.BC.Row(at)
		dbc[0], dbc[1] = float32(db), float32(dc)
	}
}
