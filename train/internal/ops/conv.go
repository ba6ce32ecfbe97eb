package ops

// Conv is a dense 3×3 convolution of stride 2 with zero padding 1, as matrix products over patches: row (oy, ox) of
// the patches [pixels, 9·C] of an image holds the neighbourhood in the order (ky, kx, c). Patches are gathered for
// a few images at a time and used at once, forward and again backward: to keep them would be nine times the
// map, and they would come back from memory slower than they are gathered.
type Conv struct {
	N, C              int       // output and input channels
	Weights           []float32 // [N, 3, 3, C]
	forward, backward Panels
}

// patchValues bounds the patches that are gathered at a time, except those of one image.
const patchValues = 64 << 10

// images returns how many images are gathered at a time for the output y.
func (v *Conv) images(y Map) int { return max(1, patchValues/(y.Pixels()*9*v.C)) }

// Forward computes y.
func (v *Conv) Forward(t *Team, y, x Map) {
	v.forward.PackForward(t, v.Weights, v.N, 9*v.C)
	per := v.images(y)
	t.run((x.B+per-1)/per, func(i int, s *scratch) {
		from, to := i*per, min(x.B, (i+1)*per)
		out := y.Images(from, to)
		in := NewMap(out.B, out.H, out.W, 9*v.C, s.patches(out.Rows()*9*v.C))
		gather(in, x.Images(from, to))
		mulRows(s, out, in, &v.forward, 0, in.Rows(), false)
	})
}

// gradSegments is into how many partial sums the weights' gradient is cut.
const gradSegments = 16

// Grad computes the gradient dw [N, 3, 3, C] of the weights and, if dx has data, dx.
func (v *Conv) Grad(t *Team, dw []float32, dx, dy, x Map) {
	if dx.Data != nil {
		v.backward.PackBackward(t, v.Weights, v.N, 9*v.C)
	}
	k := 9 * v.C
	per := v.images(dy)
	perSegment := (x.B + gradSegments - 1) / gradSegments
	segments := (x.B + perSegment - 1) / perSegment
	partial := t.partials(segments * len(dw))
	t.run(segments, func(i int, s *scratch) {
		sum := partial[i*len(dw):][:len(dw)]
		end := min(x.B, (i+1)*perSegment)
		for from := i * perSegment; from < end; from += per {
			to := min(end, from+per)
			d := dy.Images(from, to)
			in := NewMap(d.B, d.H, d.W, k, s.patches(d.Rows()*k))
			gather(in, x.Images(from, to))
			for n := 0; n < v.N; n += gradRows {
				for c := 0; c < k; c += gradCols {
					gradTile(s, sum[n*k+c:], k, d.Channels(n, min(v.N, n+gradRows)), in.Channels(c, min(k, c+gradCols)), true)
				}
			}
			if dx.Data != nil {
				mulRows(s, in, d, &v.backward, 0, in.Rows(), false)
				scatter(dx.Images(from, to), in)
			}
		}
	})
	sumPartials(dw, partial, segments)
}

// patches returns scratch for n values.
func (s *scratch) patches(n int) []float32 {
	s.b = Grow(s.b, n)
	return s.b
}

// gather fills the patches of x, row by row of the output, and in each one row of taps after the other.
func gather(patches, x Map) {
	ho, wo, width := patches.H, patches.W, 3*x.C
	inner := min(wo, x.W/2) // outputs from here on reach behind the right edge
	for i := range patches.B * ho {
		b, oy := i/ho, i%ho
		for ky := range 3 {
			rows := patches.Data[i*wo*patches.LD+ky*width:]
			iy := 2*oy + ky - 1
			if iy < 0 || iy >= x.H {
				for ox := range wo {
					clear(rows[ox*patches.LD:][:width])
				}
				continue
			}
			line := x.Data[(b*x.H+iy)*x.W*x.C:]
			// The first output lacks a tap at the left, and the last of an odd map one at the right.
			first := rows[:width]
			clear(first[:x.C])
			clear(first[x.C+copy(first[x.C:], line[:min(2, x.W)*x.C]):])
			if inner > 1 {
				copyRuns(rows[patches.LD:], patches.LD, line[x.C:], 2*x.C, width, inner-1, ky == 2)
			}
			for ox := max(1, inner); ox < wo; ox++ {
				last := rows[ox*patches.LD:][:width]
				clear(last[copy(last, line[(2*ox-1)*x.C:x.W*x.C]):])
			}
		}
	}
}

// copyRunsScalar copies count runs of n values, from steps of stepS in src to steps of stepD in dst. If it need not
// be exact, its variant writes up to 15 values behind each run.
func copyRunsScalar(dst []float32, stepD int, src []float32, stepS, n, count int, _ bool) {
	for i := range count {
		copy(dst[i*stepD:][:n], src[i*stepS:])
	}
}

// scatter is the adjoint of gather: it adds every value of the patches' gradient up to where it came from.
func scatter(dx, dpatches Map) {
	clear(dx.Data[:dx.Len()])
	for i := range dpatches.Rows() {
		b, oy, ox := i/dpatches.Pixels(), i/dpatches.W%dpatches.H, i%dpatches.W
		row := dpatches.Row(i)
		for ky := range 3 {
			src := row[ky*3*dx.C:][:3*dx.C]
			iy, ix := 2*oy+ky-1, 2*ox-1
			if iy < 0 || iy >= dx.H {
				continue
			}
			if ix < 0 {
				src, ix = src[dx.C:], 0
			}
			n := min(len(src), (dx.W-ix)*dx.C)
			add(dx.Data[((b*dx.H+iy)*dx.W+ix)*dx.C:][:n], src[:n])
		}
	}
}
