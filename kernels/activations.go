package kernels

// SiLUArgs are the operands of Y = X·sigmoid(X) over a slice of channels.
type SiLUArgs struct {
	Pixels, Channels int
	X                []float32 // [Pixels, Channels], LDX apart
	LDX              int
	Y                []float32 // [Pixels, Channels], LDY apart; may be X itself
	LDY              int
}

func siluScalar(a SiLUArgs) {
	for i := range a.Pixels {
		x := a.X[i*a.LDX:][:a.Channels]
		y := a.Y[i*a.LDY:][:len(x)]
		for c, v := range x {
			y[c] = v * sigmoid32(v)
		}
	}
}

func reluScalar(x []float32) {
	for i, v := range x {
		x[i] = max(v, 0)
	}
}

func sigmoidScalar(x []float32) {
	for i, v := range x {
		x[i] = sigmoid32(v)
	}
}
