package ops

// SiLU computes y = x·sigmoid(x).
func SiLU(t *Team, y, x Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		for i := from; i < to; i++ {
			silu(y.Row(i), x.Row(i))
		}
	})
}

// SiLUGrad computes dx = dy·silu'(x); dx may be dy.
func SiLUGrad(t *Team, dx, dy, x Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		for i := from; i < to; i++ {
			siluGrad(dx.Row(i), dy.Row(i), x.Row(i))
		}
	})
}

// Gate computes y = x·silu(z).
func Gate(t *Team, y, x, z Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		for i := from; i < to; i++ {
			gate(y.Row(i), x.Row(i), z.Row(i))
		}
	})
}

// GateGrad computes dx and dz; dx may be dy.
func GateGrad(t *Team, dx, dz, dy, x, z Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		for i := from; i < to; i++ {
			gateGrad(dx.Row(i), dz.Row(i), dy.Row(i), x.Row(i), z.Row(i))
		}
	})
}

func siluScalar(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = v * sigmoid32(v)
	}
}

func siluGradScalar(dx, dy, x []float32) {
	dx, dy = dx[:len(x)], dy[:len(x)]
	for i, v := range x {
		s := sigmoid32(v)
		dx[i] = dy[i] * (s + v*s*(1-s))
	}
}

func gateScalar(y, x, z []float32) {
	y, z = y[:len(x)], z[:len(x)]
	for i, v := range z {
		y[i] = x[i] * v * sigmoid32(v)
	}
}

func gateGradScalar(dx, dz, dy, x, z []float32) {
	dx, dz, dy, z = dx[:len(x)], dz[:len(x)], dy[:len(x)], z[:len(x)]
	for i, v := range z {
		s := sigmoid32(v)
		g := dy[i]
		dz[i] = g * x[i] * (s + v*s*(1-s))
		dx[i] = g * v * s
	}
}
