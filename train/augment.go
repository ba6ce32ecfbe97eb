package train

import (
	"math"
	"math/rand/v2"

	"mobilemamba/vision"
)

// Augment says how a training picture varies. The zero value shows the whole picture, always the same.
type Augment struct {
	MinScale float64 `json:"min_scale"` // of random resized crop: the least share of the area; 0 or 1 for the whole picture
	Flip     float64 `json:"flip"`      // probability of a mirror image
	Jitter   float64 `json:"jitter"`    // largest relative change of brightness, contrast and saturation
	Rotate   float64 `json:"rotate"`    // largest turn, in degrees
	Shear    float64 `json:"shear"`     // largest shear
	Erase    float64 `json:"erase"`     // probability that a rectangle is replaced by noise

	RandOps   int     `json:"rand_ops"`       // operations of RandAugment on every picture
	Magnitude float64 `json:"rand_magnitude"` // their strength, 0 to 10
}

// DefaultAugment suits training from scratch.
var DefaultAugment = Augment{MinScale: 0.25, Flip: 0.5, Jitter: 0.3, Erase: 0.25}

// The statistics of ImageNet that inputs are normalised with.
var (
	pixelMean = [3]float32{0.485, 0.456, 0.406}
	pixelStd  = [3]float32{0.229, 0.224, 0.225}
)

// window is the part of a picture that becomes the input: the affine map from the input's unit square to the
// picture, in pixels. (u, v) goes to (x0 + u·xu + v·xv, y0 + u·yu + v·yv).
type window struct{ x0, xu, xv, y0, yu, yv float64 }

// straight tells whether rows of the input are rows of the picture.
func (w window) straight() bool { return w.xv == 0 && w.yu == 0 }

// drawWindow is torchvision's random resized crop, with a mirror, a turn and a shear about its centre.
func (a *Augment) drawWindow(rng *rand.Rand, iw, ih int) window {
	x, y, w, h := 0.0, 0.0, float64(iw), float64(ih)
	if a.MinScale > 0 && a.MinScale < 1 {
		x, y, w, h = a.drawCrop(rng, iw, ih)
	}
	win := window{x0: x, xu: w, y0: y, yv: h}
	if a.Flip > 0 && rng.Float64() < a.Flip {
		win.x0, win.xu = x+w, -w
	}
	if a.Rotate > 0 {
		win.rotate((2*rng.Float64() - 1) * a.Rotate)
	}
	if a.Shear > 0 {
		shear := (2*rng.Float64() - 1) * a.Shear
		win.compose(1, shear, -shear/2, 0, 1, 0)
	}
	return win
}

// drawCrop draws a box of a share of the area and an aspect ratio between 3:4 and 4:3.
func (a *Augment) drawCrop(rng *rand.Rand, iw, ih int) (x, y, w, h float64) {
	const ratio = 4.0 / 3
	area := float64(iw) * float64(ih)
	for range 10 {
		share := area * (a.MinScale + (1-a.MinScale)*rng.Float64())
		aspect := math.Exp((2*rng.Float64() - 1) * math.Log(ratio))
		w, h = math.Round(math.Sqrt(share*aspect)), math.Round(math.Sqrt(share/aspect))
		if w >= 1 && h >= 1 && w <= float64(iw) && h <= float64(ih) {
			return float64(rng.IntN(iw - int(w) + 1)), float64(rng.IntN(ih - int(h) + 1)), w, h
		}
	}
	// The largest centred box of an allowed aspect ratio.
	w, h = float64(iw), float64(ih)
	if w/h > ratio {
		w = math.Round(h * ratio)
	} else if w/h < 1/ratio {
		h = math.Round(w * ratio)
	}
	return math.Round((float64(iw) - w) / 2), math.Round((float64(ih) - h) / 2), w, h
}

// sampler turns pictures into inputs of one size. It holds scratch memory and serves one call at a time.
type sampler struct {
	size  int
	line  []float32 // a row of the picture
	rows  []float32 // rows of the picture at the width of the input
	left  []int     // first of the two columns that an input column lies between, times 3
	right []int
	share []float32 // of the right one
}

func newSampler(size int) *sampler {
	return &sampler{size: size, left: make([]int, size), right: make([]int, size), share: make([]float32, size)}
}

// draw fills dst [size, size, 3] with a random, normalised view of the picture.
func (s *sampler) draw(dst []float32, img *vision.Image, a *Augment, rng *rand.Rand) {
	win := a.drawWindow(rng, img.W, img.H)
	ops := drawOps(rng, a.RandOps, a.Magnitude)
	for _, op := range ops {
		if op.window != nil {
			op.window(&win, op.strength*op.sign)
		}
	}
	if win.straight() {
		s.sampleStraight(dst, img, win)
	} else {
		s.sample(dst, img, win)
	}
	for _, op := range ops {
		if op.colour != nil {
			op.colour(dst, s.size, op.strength, op.sign)
		}
	}
	s.colour(dst, a, rng)
	if a.Erase > 0 && rng.Float64() < a.Erase {
		s.erase(dst, rng)
	}
}

// between returns the pixels of a line of n that position p (pixel centres at halves) lies between, and the share of
// the second. Outside of the line the last pixel repeats.
func between(p float64, n int) (lo, hi int, share float32) {
	p = min(max(p-0.5, 0), float64(n-1))
	lo = int(p)
	return lo, min(lo+1, n-1), float32(p - float64(lo))
}

// sampleStraight interpolates bilinearly, first along the rows that are needed, then between them.
func (s *sampler) sampleStraight(dst []float32, img *vision.Image, win window) {
	size := s.size
	for i := range size {
		lo, hi, t := between(win.x0+win.xu*(float64(i)+0.5)/float64(size), img.W)
		s.left[i], s.right[i], s.share[i] = 3*lo, 3*hi, t
	}
	s.rows = grow32(s.rows, 2*size*3)
	s.line = grow32(s.line, 3*img.W)
	cached := [2]int{-1, -1} // which rows of the picture are in rows
	fetch := func(y int) []float32 {
		slot := y & 1
		row := s.rows[slot*size*3:][:size*3]
		if cached[slot] == y {
			return row
		}
		cached[slot] = y
		line := s.line[:3*img.W]
		for i, v := range img.Pix[y*3*img.W:][:3*img.W] {
			line[i] = float32(v)
		}
		for i, t := range s.share {
			l, r := line[s.left[i]:][:3], line[s.right[i]:][:3]
			out := row[3*i:][:3]
			out[0] = l[0] + t*(r[0]-l[0])
			out[1] = l[1] + t*(r[1]-l[1])
			out[2] = l[2] + t*(r[2]-l[2])
		}
		return row
	}
	for y := range size {
		lo, hi, t := between(win.y0+win.yv*(float64(y)+0.5)/float64(size), img.H)
		top, bottom := fetch(lo), fetch(hi)
		out := dst[y*size*3:][:size*3]
		top, bottom = top[:len(out)], bottom[:len(out)]
		for i := range out {
			out[i] = top[i] + t*(bottom[i]-top[i])
		}
	}
}

// sample interpolates bilinearly at any affine map.
func (s *sampler) sample(dst []float32, img *vision.Image, win window) {
	size := float64(s.size)
	for i := range s.size * s.size {
		u, v := (float64(i%s.size)+0.5)/size, (float64(i/s.size)+0.5)/size
		x0, x1, tx := between(win.x0+u*win.xu+v*win.xv, img.W)
		y0, y1, ty := between(win.y0+u*win.yu+v*win.yv, img.H)
		for c := range 3 {
			at := func(x, y int) float32 { return float32(img.Pix[3*(y*img.W+x)+c]) }
			top := at(x0, y0) + tx*(at(x1, y0)-at(x0, y0))
			bottom := at(x0, y1) + tx*(at(x1, y1)-at(x0, y1))
			dst[3*i+c] = top + ty*(bottom-top)
		}
	}
}

// luma are the weights of grey.
var luma = [3]float32{0.299, 0.587, 0.114}

// colour changes brightness, contrast and saturation, in this order, and normalises. All are linear in a pixel's
// colours, so together they are one matrix and one offset; only the result is clipped to what a byte can hold.
func (s *sampler) colour(dst []float32, a *Augment, rng *rand.Rand) {
	brightness, contrast, saturation, grey := float32(1), float32(1), float32(1), float32(0)
	if a.Jitter > 0 {
		factor := func() float32 { return float32(1 + (2*rng.Float64()-1)*a.Jitter) }
		brightness, contrast, saturation = factor(), factor(), factor()
		var r, g, b float32 // of every third pixel, which is enough for a mean
		n := 0
		for i := 0; i+3 <= len(dst); i += 9 {
			p := dst[i:][:3]
			r += p[0]
			g += p[1]
			b += p[2]
			n++
		}
		grey = (luma[0]*r + luma[1]*g + luma[2]*b) / float32(n)
	}
	// v = contrast·brightness·p + (1-contrast)·brightness·grey, then saturation·v + (1-saturation)·luma·v.
	gain, offset := contrast*brightness, (1-contrast)*brightness*grey
	var scale, shift [3]float32
	for c := range scale {
		scale[c] = 1 / (255 * pixelStd[c])
		shift[c] = -pixelMean[c] / pixelStd[c]
	}
	lr, lg, lb := (1-saturation)*luma[0], (1-saturation)*luma[1], (1-saturation)*luma[2]
	for i := 0; i+3 <= len(dst); i += 3 {
		p := dst[i:][:3]
		r, g, b := gain*p[0]+offset, gain*p[1]+offset, gain*p[2]+offset
		l := lr*r + lg*g + lb*b
		p[0] = clip(saturation*r+l)*scale[0] + shift[0]
		p[1] = clip(saturation*g+l)*scale[1] + shift[1]
		p[2] = clip(saturation*b+l)*scale[2] + shift[2]
	}
}

// clip keeps a colour to what a byte can hold.
func clip(v float32) float32 {
	if v < 0 {
		return 0
	}
	if v > 255 {
		return 255
	}
	return v
}

// erase replaces a rectangle by noise (random erasing in pixel mode): 2 % to a third of the area.
func (s *sampler) erase(dst []float32, rng *rand.Rand) {
	size := float64(s.size)
	for range 10 {
		area := size * size * (0.02 + (1.0/3-0.02)*rng.Float64())
		aspect := math.Exp((2*rng.Float64() - 1) * math.Log(1/0.3))
		h, w := int(math.Round(math.Sqrt(area*aspect))), int(math.Round(math.Sqrt(area/aspect)))
		if h < 1 || w < 1 || h >= s.size || w >= s.size {
			continue
		}
		top, left := rng.IntN(s.size-h+1), rng.IntN(s.size-w+1)
		for y := top; y < top+h; y++ {
			row := dst[(y*s.size+left)*3:][:3*w]
			for i := range row {
				row[i] = float32(rng.NormFloat64())
			}
		}
		return
	}
}

func grow32(buf []float32, n int) []float32 {
	if cap(buf) < n {
		return make([]float32, n)
	}
	return buf[:n]
}
