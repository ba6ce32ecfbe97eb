package kernels

// SqueezeExciteArgs are the operands of X = X·sigmoid(FC2·relu(FC1·mean(X))), in place (timm's SqueezeExcite).
type SqueezeExciteArgs struct {
	Pixels, Channels int
	X                []float32 // [Pixels, Channels]
	FC1, FC2         *Packed   // Channels → reduced → Channels, with bias
	Gate             []float32 // scratch, [Channels]
	Hidden           []float32 // scratch, [FC1.N]
}

// SqueezeExcite is composed of the set's own operations.
func (s *Set) SqueezeExcite(a SqueezeExciteArgs) {
	s.GlobalPool(a.Gate, a.X, a.Pixels, a.Channels)
	s.GEMM.Run(GEMMArgs{M: 1, X: a.Gate, LDX: a.Channels, W: a.FC1, ReLU: true, Y: a.Hidden, LDY: a.FC1.N})
	s.GEMM.Run(GEMMArgs{M: 1, X: a.Hidden, LDX: a.FC1.N, W: a.FC2, Y: a.Gate, LDY: a.Channels})
	s.Sigmoid(a.Gate[:a.Channels])
	s.ScaleShift(ScaleShiftArgs{
		Pixels: a.Pixels, Channels: a.Channels, X: a.X, LDX: a.Channels, Scale: a.Gate[:a.Channels],
	})
}
