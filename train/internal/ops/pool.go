package ops

// GlobalPool computes the mean over the pixels of every image: y [B, C].
func GlobalPool(t *Team, y, x Map) {
	pixels := x.Pixels()
	t.eachChunk(x.B, pixels*x.C, func(from, to int) {
		for b := from; b < to; b++ {
			dst := y.Row(b)
			clear(dst)
			for i := range pixels {
				add(dst, x.Row(b*pixels+i))
			}
			for c := range dst {
				dst[c] /= float32(pixels)
			}
		}
	})
}

// GlobalPoolGrad adds the gradient dy [B, C] of the means to dx, or sets dx without accumulate.
func GlobalPoolGrad(t *Team, dx, dy Map, accumulate bool) {
	pixels := dx.Pixels()
	share := 1 / float32(pixels)
	t.eachChunk(dx.B, pixels*dx.C, func(from, to int) {
		for b := from; b < to; b++ {
			src := dy.Row(b)
			for i := range pixels {
				dst := dx.Row(b*pixels + i)[:len(src)]
				if !accumulate {
					clear(dst)
				}
				for c, v := range src {
					dst[c] += v * share
				}
			}
		}
	})
}

// ScaleChannels computes y = x·s, s [B, C].
func ScaleChannels(t *Team, y, x, s Map) {
	pixels := x.Pixels()
	t.eachChunk(x.B, pixels*x.C, func(from, to int) {
		for i := from * pixels; i < to*pixels; i++ {
			src, f := x.Row(i), s.Row(i/pixels)
			dst, f := y.Row(i)[:len(src)], f[:len(src)]
			for c, v := range src {
				dst[c] = v * f[c]
			}
		}
	})
}

// ScaleChannelsGrad computes ds [B, C] = sum over the pixels of dy·x, and dy = dy·s in place.
func ScaleChannelsGrad(t *Team, ds, dy, x, s Map) {
	pixels := x.Pixels()
	t.eachChunk(x.B, pixels*x.C, func(from, to int) {
		for b := from; b < to; b++ {
			sum, f := ds.Row(b), s.Row(b)
			clear(sum)
			for i := b * pixels; i < (b+1)*pixels; i++ {
				g := dy.Row(i)
				mulAdd(sum, g, x.Row(i))
				f := f[:len(g)]
				for c := range g {
					g[c] *= f[c]
				}
			}
		}
	})
}

// Sigmoid computes x = sigmoid(x).
func Sigmoid(x Map) {
	for i := range x.Rows() {
		row := x.Row(i)
		for c, v := range row {
			row[c] = sigmoid32(v)
		}
	}
}

// SigmoidGrad computes dy = dy·s·(1-s) for the output s.
func SigmoidGrad(dy, s Map) {
	for i := range s.Rows() {
		g := dy.Row(i)
		for c, v := range s.Row(i) {
			g[c] *= v * (1 - v)
		}
	}
}

// AddBias adds bias to every row of x.
func AddBias(x Map, bias []float32) {
	for i := range x.Rows() {
		add(x.Row(i), bias)
	}
}

// BiasGrad computes the sums of dy over the rows.
func BiasGrad(t *Team, dbias []float32, dy Map) {
	tasks, per := chunks(dy.Rows(), dy.C)
	partial := t.partials(tasks * dy.C)
	t.Run(tasks, func(i int) {
		sum := partial[i*dy.C:][:dy.C]
		for r := i * per; r < min(dy.Rows(), (i+1)*per); r++ {
			add(sum, dy.Row(r))
		}
	})
	sumPartials(dbias, partial, tasks)
}
