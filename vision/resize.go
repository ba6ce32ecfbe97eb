package vision

import (
	"math"
	"slices"

	"mobilemamba/kernels"
)

// filter is an interpolation kernel of Pillow's resize.
type filter struct {
	support float64 // the kernel is 0 beyond it
	weight  func(x float64) float64
}

// filters are the values of a resize step's "filter".
var filters = map[string]filter{
	"bilinear": {1, func(x float64) float64 { return max(0, 1-math.Abs(x)) }},
	"bicubic":  {2, cubic},
}

// cubic is Keys' kernel with a = -0.5, as Pillow evaluates it.
func cubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64(float64((a+2)*x)-(a+3))*x*x + 1
	case x < 2:
		return (float64(float64((x-5)*x)+8)*x - 4) * a
	}
	return 0
}

// windows are what the outputs of a resized line take from it, kept for the next picture of the same size.
type windows struct {
	in, out, from, to int // what they are made for
	kernels.Windows
	weights []int32   // [outputs, Taps, copies], in fixed point
	k       []float64 // scratch: the weights of one output
}

// set computes the windows of the outputs from..to-1 when a line of in pixels becomes one of out. Where out is
// smaller the kernel widens with the scale, so that no input is skipped (antialiasing).
//
// The absolute weights of an output sum up to less than 1.6·2^22, so that the kernels' int32 sums, which hold 2.007
// times as much, do not wrap: at a scale s the sum over a lobe of a cubic is s times its integral but for its largest
// value at most. The negative ones come to s/12 + 4/27, and the positive, of which the borders leave what lies within
// half an output pixel, to 0.83·s - 1 or more; from s = 4 on that is less than 0.21 of them. TestWeightsFit goes
// through smaller scales. Rounding to fixed point adds half a step for each of 40001 taps at most.
//
// All windows get the same number of taps, a multiple of step unless the line is shorter. What that adds has the
// weight 0; at the end of the line it lies before the window. Each weight is written copies times.
func (ws *windows) set(f filter, in, out, from, to, step, copies int) {
	if ws.in == in && ws.out == out && ws.from == from && ws.to == to {
		return
	}
	ws.in, ws.out, ws.from, ws.to = in, out, from, to
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	support := f.support * stretch
	window := func(i int) (center float64, first, end int) {
		center = (float64(i) + 0.5) * scale
		return center, max(0, int(center-support+0.5)), min(in, int(center+support+0.5))
	}

	taps := 0
	for i := from; i < to; i++ {
		_, first, end := window(i)
		taps = max(taps, end-first)
	}
	if padded := (taps + step - 1) / step * step; padded <= in {
		taps = padded
	}
	ws.Taps = taps
	ws.First = slices.Grow(ws.First[:0], to-from)[:to-from]
	ws.weights = slices.Grow(ws.weights[:0], (to-from)*taps*copies)[:(to-from)*taps*copies]
	clear(ws.weights)
	for i := from; i < to; i++ {
		center, first, end := window(i)
		ws.k = ws.k[:0]
		var sum float64
		for j := first; j < end; j++ {
			v := f.weight((float64(j) - center + 0.5) * (1 / stretch))
			ws.k = append(ws.k, v)
			sum += v
		}
		start := min(first, in-taps)
		ws.First[i-from] = int32(start)
		w := ws.weights[((i-from)*taps+first-start)*copies:]
		for j, v := range ws.k {
			if sum != 0 {
				v /= sum
			}
			fixed := int32(math.Trunc(v*(1<<kernels.WeightBits) + math.Copysign(0.5, v)))
			for c := range copies {
				w[j*copies+c] = fixed
			}
		}
	}
}

// span returns the inputs that any of the windows touches.
func (ws *windows) span() (from, to int) {
	return int(slices.Min(ws.First)), int(slices.Max(ws.First)) + ws.Taps
}

// resizer resizes pictures and crops them. Its memory is for the next picture.
type resizer struct {
	filter     filter
	kernels    *kernels.Resize
	cols, rows windows
	first      []int32 // scratch: rows.First, counted from the first row that is needed
	mid        []byte  // scratch: the rows between the passes
}

// resizeCrop resizes a picture to w×h pixels and keeps the rectangle [left, left+size) × [top, top+size) of it,
// [size, size, 3]. It is Pillow's resize, horizontal pass first with an 8-bit result between, each pass left out
// where the side does not change; only the pixels that the rectangle needs are computed.
func (r *resizer) resizeCrop(dst []byte, img *Image, w, h, left, top, size int) {
	y0, y1 := top, top+size
	if img.H != h {
		r.rows.set(r.filter, img.H, h, top, top+size, 1, 1)
		y0, y1 = r.rows.span()
	}
	// x are the rows from y0 on as the vertical pass finds them: [y1-y0, size, 3], ld apart.
	var x []byte
	var ld int
	if img.W == w {
		x, ld = img.Pix[3*(y0*w+left):], 3*w
	} else {
		x, ld = dst, 3*size
		if img.H != h {
			r.mid = slices.Grow(r.mid[:0], ld*(y1-y0))[:ld*(y1-y0)]
			x = r.mid
		}
		r.cols.set(r.filter, img.W, w, left, left+size, r.kernels.Step, 3)
		r.kernels.Rows(kernels.ResizeRowsArgs{
			Rows: y1 - y0, X: img.Pix[3*y0*img.W:], LDX: 3 * img.W, Windows: r.cols.Windows, Weights: r.cols.weights,
			Y: x, LDY: ld,
		})
	}
	switch {
	case img.H != h:
		r.first = r.first[:0]
		for _, first := range r.rows.First {
			r.first = append(r.first, first-int32(y0))
		}
		r.kernels.Columns(kernels.ResizeColumnsArgs{
			Width: 3 * size, X: x, LDX: ld, Windows: kernels.Windows{First: r.first, Taps: r.rows.Taps}, Weights: r.rows.weights,
			Y: dst,
		})
	case img.W == w:
		for y := range size {
			copy(dst[3*size*y:][:3*size], x[ld*y:])
		}
	}
}
