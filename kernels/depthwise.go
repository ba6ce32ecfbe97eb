package kernels

// DepthwiseArgs are the operands of a depthwise K×K convolution with zero padding K/2, K odd:
// Y [ConvOut(H), ConvOut(W), C] = act(X * W + bias) + residual.
type DepthwiseArgs struct {
	H, W, C   int
	K, Stride int
	X         []float32 // [H, W, C], pixels LDX apart
	LDX       int
	Weights   []float32 // [K, K, C]
	Bias      []float32 // [C]
	ReLU      bool
	Residual  []float32 // as Y, pixels LDR apart; nil for none; may be X
	LDR       int
	Y         []float32 // pixels LDY apart; must not overlap X
	LDY       int
}

// depthwiseScalar keeps eight channels in accumulators while it walks over the taps inside the map.
func depthwiseScalar(a DepthwiseArgs) {
	ho, wo, pad := ConvOut(a.H, a.Stride), ConvOut(a.W, a.Stride), a.K/2
	for oy := range ho {
		y0 := oy*a.Stride - pad
		ky0, ky1 := max(0, -y0), min(a.K, a.H-y0)
		for ox := range wo {
			x0 := ox*a.Stride - pad
			kx0, kx1 := max(0, -x0), min(a.K, a.W-x0)
			out := oy*wo + ox
			c := 0
			for ; c+8 <= a.C; c += 8 {
				b := (*[8]float32)(a.Bias[c:])
				s0, s1, s2, s3, s4, s5, s6, s7 := b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]
				for ky := ky0; ky < ky1; ky++ {
					xi := ((y0+ky)*a.W+x0+kx0)*a.LDX + c
					wi := (ky*a.K+kx0)*a.C + c
					for range kx1 - kx0 {
						x := (*[8]float32)(a.X[xi:])
						w := (*[8]float32)(a.Weights[wi:])
						s0 += x[0] * w[0]
						s1 += x[1] * w[1]
						s2 += x[2] * w[2]
						s3 += x[3] * w[3]
						s4 += x[4] * w[4]
						s5 += x[5] * w[5]
						s6 += x[6] * w[6]
						s7 += x[7] * w[7]
						xi += a.LDX
						wi += a.C
					}
				}
				a.store(out, c, 8, [8]float32{s0, s1, s2, s3, s4, s5, s6, s7})
			}
			for ; c < a.C; c++ {
				s := a.Bias[c]
				for ky := ky0; ky < ky1; ky++ {
					for kx := kx0; kx < kx1; kx++ {
						s += a.X[((y0+ky)*a.W+x0+kx)*a.LDX+c] * a.Weights[(ky*a.K+kx)*a.C+c]
					}
				}
				a.store(out, c, 1, [8]float32{s})
			}
		}
	}
}

// store finishes n channels from c on of output pixel i: activation, residual.
func (a *DepthwiseArgs) store(i, c, n int, s [8]float32) {
	if a.ReLU {
		for j := range s {
			s[j] = max(s[j], 0)
		}
	}
	y := a.Y[i*a.LDY+c:][:n]
	if a.Residual == nil {
		copy(y, s[:])
		return
	}
	r := a.Residual[i*a.LDR+c:][:n]
	for j := range y {
		y[j] = s[j&7] + r[j]
	}
}
