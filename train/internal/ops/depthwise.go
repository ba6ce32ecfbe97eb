package ops

// Depthwise is a depthwise convolution of K×K taps [K, K, C], K odd, with zero padding K/2.
type Depthwise struct {
	K, Stride int
	Taps      []float32
}

// Out returns the size of the output along a side of n pixels.
func (d *Depthwise) Out(n int) int { return (n-1)/d.Stride + 1 }

// Forward computes y = d(x) + bias, or y += d(x) with accumulate; bias may be nil.
func (d *Depthwise) Forward(t *Team, y, x Map, bias []float32, accumulate bool) {
	t.eachChunk(x.B, x.Pixels()*x.C, func(from, to int) {
		for b := from; b < to; b++ {
			d.forward(y.Images(b, b+1), x.Images(b, b+1), bias, accumulate)
		}
	})
}

// inside returns the taps that lie inside of a side of n pixels for the output at o, and the input pixel of the
// first of them.
func (d *Depthwise) inside(o, n int) (first, last, at int) {
	from := o*d.Stride - d.K/2
	first, last = max(0, -from), min(d.K, n-from)
	return first, last, from + first
}

func (d *Depthwise) forwardScalar(y, x Map, bias []float32, accumulate bool) {
	for oy := range y.H {
		ky0, ky1, iy := d.inside(oy, x.H)
		for ox := range y.W {
			kx0, kx1, ix := d.inside(ox, x.W)
			dst := y.Row(oy*y.W + ox)
			switch {
			case bias != nil:
				copy(dst, bias)
			case !accumulate:
				clear(dst)
			}
			for ky := ky0; ky < ky1; ky++ {
				for kx := kx0; kx < kx1; kx++ {
					src := x.Row((iy+ky-ky0)*x.W + ix + kx - kx0)[:len(dst)]
					tap := d.Taps[(ky*d.K+kx)*x.C:][:len(dst)]
					for c, w := range tap {
						dst[c] += src[c] * w
					}
				}
			}
		}
	}
}

// GradInput computes dx, or adds to it with accumulate.
func (d *Depthwise) GradInput(t *Team, dx, dy Map, accumulate bool) {
	if d.Stride == 1 {
		// The gradient of a convolution is the convolution with the taps turned around.
		flipped := Depthwise{K: d.K, Stride: 1, Taps: Alloc(len(d.Taps))}
		taps := d.K * d.K
		for i := range taps {
			copy(flipped.Taps[i*dx.C:][:dx.C], d.Taps[(taps-1-i)*dx.C:])
		}
		flipped.Forward(t, dx, dy, nil, accumulate)
		return
	}
	t.eachChunk(dx.B, dx.Pixels()*dx.C, func(from, to int) {
		for b := from; b < to; b++ {
			d.scatter(dx.Images(b, b+1), dy.Images(b, b+1), accumulate)
		}
	})
}

// scatter adds every output's gradient to the inputs that it came from.
func (d *Depthwise) scatter(dx, dy Map, accumulate bool) {
	if !accumulate {
		for i := range dx.Rows() {
			clear(dx.Row(i))
		}
	}
	for oy := range dy.H {
		ky0, ky1, iy := d.inside(oy, dx.H)
		for ox := range dy.W {
			kx0, kx1, ix := d.inside(ox, dx.W)
			src := dy.Row(oy*dy.W + ox)
			for ky := ky0; ky < ky1; ky++ {
				for kx := kx0; kx < kx1; kx++ {
					mulAdd(dx.Row((iy+ky-ky0)*dx.W+ix+kx-kx0), src, d.Taps[(ky*d.K+kx)*dx.C:])
				}
			}
		}
	}
}

// GradTaps computes the gradient [K, K, C] of the taps.
func (d *Depthwise) GradTaps(t *Team, dtaps []float32, dy, x Map) {
	tasks, per := chunks(x.B, x.Pixels()*x.C)
	partial := t.partials(tasks * len(dtaps))
	t.Run(tasks, func(i int) {
		p := partial[i*len(dtaps):][:len(dtaps)]
		for b := i * per; b < min(x.B, (i+1)*per); b++ {
			d.gradTaps(p, dy.Images(b, b+1), x.Images(b, b+1))
		}
	})
	sumPartials(dtaps, partial, tasks)
}

func (d *Depthwise) gradTapsScalar(dtaps []float32, dy, x Map) {
	for oy := range dy.H {
		ky0, ky1, iy := d.inside(oy, x.H)
		for ox := range dy.W {
			kx0, kx1, ix := d.inside(ox, x.W)
			g := dy.Row(oy*dy.W + ox)
			for ky := ky0; ky < ky1; ky++ {
				for kx := kx0; kx < kx1; kx++ {
					mulAdd(dtaps[(ky*d.K+kx)*x.C:][:x.C], g, x.Row((iy+ky-ky0)*x.W+ix+kx-kx0))
				}
			}
		}
	}
}
