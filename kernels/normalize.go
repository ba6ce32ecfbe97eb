package kernels

// NormalizeArgs are the operands of the step from a picture to the network's input: a value for each byte, by
// channel.
type NormalizeArgs struct {
	X     []byte           // [pixels, 3]
	Table *[3][256]float32 // what becomes of a byte of each channel
	Y     []float32        // [pixels, 3]
}

func normalizeScalar(a NormalizeArgs) {
	r, g, b := &a.Table[0], &a.Table[1], &a.Table[2]
	x := a.X
	y := a.Y[:len(x)]
	for i := 0; i < len(x)-2; i += 3 {
		y[i], y[i+1], y[i+2] = r[x[i]], g[x[i+1]], b[x[i+2]]
	}
}
