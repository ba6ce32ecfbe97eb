package vision

import "math"

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

// weightBits is the fixed point of Pillow's weights.
const weightBits = 22

// window is what one output pixel takes from its line: weights [n] of the inputs from first on.
type window struct {
	first   int
	weights []int
}

// windows computes the windows of the outputs from..to-1 when a line of in pixels becomes one of out. Where
// out is smaller the kernel widens with the scale, so that no input is skipped (antialiasing).
func (f filter) windows(in, out, from, to int) []window {
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	support := f.support * stretch
	ws := make([]window, 0, to-from)
	for i := from; i < to; i++ {
		center := (float64(i) + 0.5) * scale
		first := max(0, int(center-support+0.5))
		end := min(in, int(center+support+0.5))
		k := make([]float64, end-first)
		var sum float64
		for j := range k {
			k[j] = f.weight((float64(j+first) - center + 0.5) * (1 / stretch))
			sum += k[j]
		}
		w := window{first: first, weights: make([]int, len(k))}
		for j, v := range k {
			if sum != 0 {
				v /= sum
			}
			w.weights[j] = int(math.Trunc(v*(1<<weightBits) + math.Copysign(0.5, v)))
		}
		ws = append(ws, w)
	}
	return ws
}

// span returns the inputs that any of the windows touches.
func span(ws []window) (from, to int) {
	from = ws[0].first
	for _, w := range ws {
		from = min(from, w.first)
		to = max(to, w.first+len(w.weights))
	}
	return from, to
}

// fixed rounds a weighted sum to a byte.
func fixed(sum int) byte {
	return byte(max(0, min(255, (sum+1<<(weightBits-1))>>weightBits)))
}

// resizeCrop resizes a picture to w×h pixels and keeps the rectangle [left, left+size) × [top, top+size) of it,
// [size, size, 3]. It is Pillow's resize, horizontal pass first with an 8-bit result between, each pass left out
// where the side does not change; only the pixels that the rectangle needs are computed.
func resizeCrop(dst []byte, img *Image, w, h int, f filter, left, top, size int, scratch *[]byte) {
	rows := f.windows(img.H, h, top, top+size)
	if img.H == h {
		rows = identity(top, size)
	}
	y0, y1 := span(rows)
	mid := resizeRows(img, w, f, left, size, y0, y1, scratch)
	if img.H == h {
		copy(dst, mid)
		return
	}
	stride := 3 * size
	for i, win := range rows {
		out := dst[i*stride:][:stride]
		for x := range out {
			sum, at := 0, (win.first-y0)*stride+x
			for _, k := range win.weights {
				sum += k * int(mid[at])
				at += stride
			}
			out[x] = fixed(sum)
		}
	}
}

// identity are windows that copy.
func identity(from, n int) []window {
	ws := make([]window, n)
	for i := range ws {
		ws[i] = window{first: from + i, weights: []int{1 << weightBits}}
	}
	return ws
}

// resizeRows is the horizontal pass over the rows y0..y1-1: [y1-y0, size, 3].
func resizeRows(img *Image, w int, f filter, left, size, y0, y1 int, scratch *[]byte) []byte {
	n := 3 * size * (y1 - y0)
	if cap(*scratch) < n {
		*scratch = make([]byte, n)
	}
	mid := (*scratch)[:n]
	if img.W == w {
		for y := y0; y < y1; y++ {
			copy(mid[3*size*(y-y0):][:3*size], img.Pix[3*(y*img.W+left):])
		}
		return mid
	}
	cols := f.windows(img.W, w, left, left+size)
	for y := y0; y < y1; y++ {
		row, out := img.Pix[3*y*img.W:][:3*img.W], mid[3*size*(y-y0):][:3*size]
		for x, win := range cols {
			px := row[3*win.first:][:3*len(win.weights)]
			var r, g, b int
			for j, k := range win.weights {
				p := px[3*j : 3*j+3 : 3*j+3]
				r += k * int(p[0])
				g += k * int(p[1])
				b += k * int(p[2])
			}
			out[3*x], out[3*x+1], out[3*x+2] = fixed(r), fixed(g), fixed(b)
		}
	}
	return mid
}
