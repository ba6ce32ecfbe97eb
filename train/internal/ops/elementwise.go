package ops

// Add computes y += x.
func Add(t *Team, y, x Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		for i := from; i < to; i++ {
			add(y.Row(i), x.Row(i))
		}
	})
}

// Copy computes y = x.
func Copy(t *Team, y, x Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		if y.LD == y.C && x.LD == x.C {
			copy(y.Data[from*y.C:to*y.C], x.Data[from*x.C:])
			return
		}
		for i := from; i < to; i++ {
			copy(y.Row(i), x.Row(i))
		}
	})
}

// ReLU computes x = max(x, 0).
func ReLU(t *Team, x Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		for i := from; i < to; i++ {
			relu(x.Row(i))
		}
	})
}

// ReLUGrad clears dy where the output y of a ReLU is not positive.
func ReLUGrad(t *Team, dy, y Map) {
	t.eachChunk(y.Rows(), y.C, func(from, to int) {
		for i := from; i < to; i++ {
			reluGrad(dy.Row(i), y.Row(i))
		}
	})
}

// ScaleImages computes y = x·factor[b] for every image b of the batch; y may be x.
func ScaleImages(t *Team, y, x Map, factor []float32) {
	t.Run(x.B, func(b int) {
		for i := b * x.Pixels(); i < (b+1)*x.Pixels(); i++ {
			src := x.Row(i)
			dst := y.Row(i)[:len(src)]
			for c, v := range src {
				dst[c] = v * factor[b]
			}
		}
	})
}

func addScalar(y, x []float32) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] += v
	}
}

// mulAddScalar computes y += a·b.
func mulAddScalar(y, a, b []float32) {
	a, b = a[:len(y)], b[:len(y)]
	for i := range y {
		y[i] += a[i] * b[i]
	}
}

func reluScalar(x []float32) {
	for i, v := range x {
		x[i] = max(v, 0)
	}
}

func reluGradScalar(dy, y []float32) {
	y = y[:len(dy)]
	for i, v := range y {
		if !(v > 0) {
			dy[i] = 0
		}
	}
}
