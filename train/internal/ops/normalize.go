package ops

// blockRows bounds the rows that are summed in float32 before the sums move on to float64.
const blockRows = 128

// channelSums adds two values a channel over rows: block sums up to blockRows of them in float32, into zeroed
// slices; the rest is done in float64, in an order that depends on the shape alone.
func (t *Team) channelSums(rows, c int, sum0, sum1 []float64, block func(from, to int, s0, s1 []float32)) {
	tasks, per := chunks(rows, c)
	t.partial64 = grow64(t.partial64, tasks*2*c)
	t.run(tasks, func(i int, s *scratch) {
		s.a = Grow(s.a, 2*c)
		p := t.partial64[i*2*c:][:2*c]
		clear(p)
		end := min(rows, (i+1)*per)
		for from := i * per; from < end; from += blockRows {
			clear(s.a)
			block(from, min(end, from+blockRows), s.a[:c], s.a[c:])
			for j, v := range s.a {
				p[j] += float64(v)
			}
		}
	})
	clear(sum0)
	clear(sum1)
	for i := range tasks {
		p := t.partial64[i*2*c:]
		for j := range sum0 {
			sum0[j] += p[j]
			sum1[j] += p[c+j]
		}
	}
}

// Moments computes the mean and the biased variance of every channel. Sums are taken of differences from a pivot,
// the mean of some rows spread over the batch, so that nothing cancels where the mean is large.
func Moments(t *Team, x Map, mean, variance []float64) {
	rows, c := x.Rows(), x.C
	pivot := Alloc(c)
	const sample = 64
	n := min(rows, sample)
	for i := range n {
		for j, v := range x.Row(i * rows / n) {
			pivot[j] += v
		}
	}
	for j := range pivot {
		pivot[j] /= float32(n)
	}
	t.channelSums(rows, c, mean, variance, func(from, to int, s0, s1 []float32) {
		moments(x.rowRange(from, to), pivot, s0, s1)
	})
	for j, p := range pivot {
		d := mean[j] / float64(rows)
		variance[j] = max(0, variance[j]/float64(rows)-d*d)
		mean[j] = float64(p) + d
	}
}

func momentsScalar(x Map, pivot, s0, s1 []float32) {
	for i := range x.Rows() {
		row := x.Row(i)
		p, s0, s1 := pivot[:len(row)], s0[:len(row)], s1[:len(row)]
		for j, v := range row {
			d := v - p[j]
			s0[j] += d
			s1[j] += d * d
		}
	}
}

// Affine is what a BatchNorm does to a channel: y = (x - Mean)·Scale + Shift, then max(y, 0) with ReLU.
type Affine struct {
	Mean, Scale, Shift []float32
	ReLU               bool
}

// Apply computes y = residual + a(x), or y = a(x) if the residual has no data. y may be x or the residual.
func (a *Affine) Apply(t *Team, y, x, residual Map) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		r := Map{}
		if residual.Data != nil {
			r = residual.rowRange(from, to)
		}
		a.apply(y.rowRange(from, to), x.rowRange(from, to), r)
	})
}

func (a *Affine) applyScalar(y, x, residual Map) {
	for i := range x.Rows() {
		src := x.Row(i)
		dst := y.Row(i)[:len(src)]
		mean, scale, shift := a.Mean[:len(src)], a.Scale[:len(src)], a.Shift[:len(src)]
		switch {
		case residual.Data != nil:
			r := residual.Row(i)[:len(src)]
			for j, v := range src {
				dst[j] = (v-mean[j])*scale[j] + shift[j] + r[j]
			}
		case a.ReLU:
			for j, v := range src {
				dst[j] = max((v-mean[j])*scale[j]+shift[j], 0)
			}
		default:
			for j, v := range src {
				dst[j] = (v-mean[j])*scale[j] + shift[j]
			}
		}
	}
}

// GradSums computes, a channel, the sums over the batch of dy and of dy·(x - Mean). With ReLU, dy counts only
// where the output is positive.
func (a *Affine) GradSums(t *Team, dy, x Map, sumDy, sumDyX []float64) {
	t.channelSums(x.Rows(), x.C, sumDy, sumDyX, func(from, to int, s0, s1 []float32) {
		a.gradSums(dy.rowRange(from, to), x.rowRange(from, to), s0, s1)
	})
}

func (a *Affine) gradSumsScalar(dy, x Map, s0, s1 []float32) {
	for i := range x.Rows() {
		src := x.Row(i)
		g := dy.Row(i)[:len(src)]
		mean, scale, shift := a.Mean[:len(src)], a.Scale[:len(src)], a.Shift[:len(src)]
		s0, s1 := s0[:len(src)], s1[:len(src)]
		for j, v := range src {
			d := v - mean[j]
			if a.ReLU && !(d*scale[j]+shift[j] > 0) {
				continue
			}
			s0[j] += g[j]
			s1[j] += g[j] * d
		}
	}
}

// Grad computes dx = C0·dy + C1·(x - Mean) + C2 a channel, dy masked as in GradSums. dx may be dy.
func (a *Affine) Grad(t *Team, dx, dy, x Map, c0, c1, c2 []float32) {
	t.eachChunk(x.Rows(), x.C, func(from, to int) {
		a.grad(dx.rowRange(from, to), dy.rowRange(from, to), x.rowRange(from, to), c0, c1, c2)
	})
}

func (a *Affine) gradScalar(dx, dy, x Map, c0, c1, c2 []float32) {
	for i := range x.Rows() {
		src := x.Row(i)
		g, dst := dy.Row(i)[:len(src)], dx.Row(i)[:len(src)]
		mean, scale, shift := a.Mean[:len(src)], a.Scale[:len(src)], a.Shift[:len(src)]
		c0, c1, c2 := c0[:len(src)], c1[:len(src)], c2[:len(src)]
		for j, v := range src {
			d, u := v-mean[j], g[j]
			if a.ReLU && !(d*scale[j]+shift[j] > 0) {
				u = 0
			}
			dst[j] = c0[j]*u + c1[j]*d + c2[j]
		}
	}
}

func grow64(buf []float64, n int) []float64 {
	if cap(buf) < n {
		return make([]float64, n)
	}
	return buf[:n]
}
