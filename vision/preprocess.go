package vision

import (
	"fmt"
	"math"

	"mobilemamba/kernels"
)

// Step is one entry of a manifest's "preprocess" list. A list reads resize, crop, normalize and, for a model
// that was trained on enlarged pictures, interpolate.
type Step struct {
	Op string `json:"op"`

	Short  int    `json:"short"`  // resize: the short side becomes this, in pixels
	Filter string `json:"filter"` // resize: bicubic or bilinear, antialiased; interpolate: bilinear
	Size   int    `json:"size"`   // crop: side of the centre square; interpolate: side of the result

	Mean []float32 `json:"mean"` // normalize: per channel R, G, B of values in 0…1
	Std  []float32 `json:"std"`
}

// The statistics of ImageNet that every official model is trained with.
var (
	imageNetMean = []float32{0.485, 0.456, 0.406}
	imageNetStd  = []float32{0.229, 0.224, 0.225}
)

// OfficialSteps is the paper's test transform for an input of size×size pixels: the short side to
// int(size/0.875) by bicubic interpolation, the centre, ImageNet's statistics.
func OfficialSteps(size int) []Step {
	return []Step{
		{Op: "resize", Short: int(float64(size) / 0.875), Filter: "bicubic"},
		{Op: "crop", Size: size},
		{Op: "normalize", Mean: imageNetMean, Std: imageNetStd},
	}
}

// maxSide bounds what a step may ask for, in pixels.
const maxSide = 4096

// Preprocessor turns pictures into network inputs. It serves one call at a time.
type Preprocessor struct {
	set   *kernels.Set
	short int
	crop  int
	out   int             // side of the result
	table [3][256]float32 // the normalised values of a byte

	resize resizer
	pixels []byte    // scratch: [crop, crop, 3]
	small  []float32 // scratch: [crop, crop, 3], where it is enlarged
}

// CheckSteps reports whether a Preprocessor can follow a list of steps.
func CheckSteps(steps []Step) error {
	if len(steps) < 3 || len(steps) > 4 {
		return fmt.Errorf("preprocess: there are %d steps; %s", len(steps), order)
	}
	for i, want := range []string{"resize", "crop", "normalize", "interpolate"}[:len(steps)] {
		if steps[i].Op != want {
			return fmt.Errorf("preprocess: step %d is %.40q; %s", i+1, steps[i].Op, order)
		}
	}
	resize, crop, normalize := steps[0], steps[1], steps[2]
	if _, ok := filters[resize.Filter]; !ok {
		return fmt.Errorf("preprocess: resize has the filter %.40q; it should be bicubic or bilinear", resize.Filter)
	}
	if crop.Size < 1 || crop.Size > resize.Short || resize.Short > maxSide {
		return fmt.Errorf("preprocess: a crop of %d pixels from a short side of %d is not possible", crop.Size, resize.Short)
	}
	if len(normalize.Mean) != 3 || len(normalize.Std) != 3 {
		return fmt.Errorf("preprocess: normalize has %d means and %d deviations; 3 of each are needed", len(normalize.Mean), len(normalize.Std))
	}
	for _, v := range normalize.Std {
		if !(v > 0) {
			return fmt.Errorf("preprocess: normalize has the deviation %v; it should be positive", v)
		}
	}
	if len(steps) == 4 {
		if last := steps[3]; last.Filter != "bilinear" || last.Size < 1 || last.Size > maxSide {
			return fmt.Errorf("preprocess: interpolate to %d pixels by %.40q; it should be bilinear, to 1 to %d", last.Size, last.Filter, maxSide)
		}
	}
	return nil
}

// order is what CheckSteps asks for.
const order = "the steps should be resize, crop, normalize and perhaps interpolate"

// NewPreprocessor checks a list of steps and prepares to follow it with the kernels of set; nil stands for the
// fastest. The result does not depend on the set.
func NewPreprocessor(steps []Step, set *kernels.Set) (*Preprocessor, error) {
	if err := CheckSteps(steps); err != nil {
		return nil, err
	}
	if set == nil {
		var err error
		if set, err = kernels.Select("auto"); err != nil {
			return nil, err
		}
	}
	resize, crop := steps[0], steps[1]
	p := &Preprocessor{set: set, short: resize.Short, crop: crop.Size, out: crop.Size}
	p.resize.kernels = &set.Resize
	p.resize.filter = filters[resize.Filter]
	p.normalize(steps[2])
	if len(steps) == 4 {
		p.out = steps[3].Size
		p.small = make([]float32, 3*p.crop*p.crop)
	}
	p.pixels = make([]byte, 3*p.crop*p.crop)
	return p, nil
}

// normalize fills the table with (v/255 - mean)/std, in float32 as the official code computes it.
func (p *Preprocessor) normalize(s Step) {
	for c := range p.table {
		for v := range p.table[c] {
			unit := float32(v) / 255
			p.table[c][v] = float32(unit-s.Mean[c]) / s.Std[c]
		}
	}
}

// Size returns the height and width of the result.
func (p *Preprocessor) Size() (h, w int) { return p.out, p.out }

// Apply writes the network input for a picture to x, [H, W, 3] of the Size of the result; another length is an error.
func (p *Preprocessor) Apply(img *Image, x []float32) error {
	if len(x) != 3*p.out*p.out {
		return fmt.Errorf("preprocess: the result has %d values, not %d", 3*p.out*p.out, len(x))
	}
	p.Crop(img)
	to := x
	if p.small != nil {
		to = p.small
	}
	p.set.Normalize(kernels.NormalizeArgs{X: p.pixels, Table: &p.table, Y: to})
	if p.small != nil {
		interpolate(x, p.out, p.small, p.crop)
	}
	return nil
}

// Crop returns the pixels that the network looks at, [crop, crop, 3], valid until the next call.
func (p *Preprocessor) Crop(img *Image) []byte {
	w, h := resized(img.W, img.H, p.short)
	p.resize.resizeCrop(p.pixels, img, w, h, cropOffset(w, p.crop), cropOffset(h, p.crop), p.crop)
	return p.pixels
}

// Rect is a part of a picture, in its pixels.
type Rect struct{ X, Y, W, H float64 }

// View returns the part of a picture of w×h pixels that Crop keeps.
func (p *Preprocessor) View(w, h int) Rect {
	rw, rh := resized(w, h, p.short)
	sx, sy := float64(w)/float64(rw), float64(h)/float64(rh)
	return Rect{
		X: float64(cropOffset(rw, p.crop)) * sx, Y: float64(cropOffset(rh, p.crop)) * sy,
		W: float64(p.crop) * sx, H: float64(p.crop) * sy,
	}
}

// resized returns the size of a picture whose short side becomes short (torchvision's Resize).
func resized(w, h, short int) (int, int) {
	if w <= h {
		return short, int(float64(short) * float64(h) / float64(w))
	}
	return int(float64(short) * float64(w) / float64(h)), short
}

// cropOffset is where a centre crop begins: halves are rounded to even (torchvision's CenterCrop).
func cropOffset(n, size int) int { return int(math.RoundToEven(float64(n-size) / 2)) }

// interpolate enlarges or shrinks x [n, n, 3] to y [m, m, 3] bilinearly with half-pixel centres and no
// antialiasing (PyTorch's interpolate with align_corners=False).
func interpolate(y []float32, m int, x []float32, n int) {
	scale := float32(n) / float32(m)
	source := func(i int) (lo, hi int, t float32) {
		at := max(0, (float32(i)+0.5)*scale-0.5)
		lo = min(int(at), n-1)
		return lo, min(lo+1, n-1), at - float32(lo)
	}
	for oy := range m {
		y0, y1, v := source(oy)
		for ox := range m {
			x0, x1, u := source(ox)
			for c := range 3 {
				top := (1-u)*x[3*(y0*n+x0)+c] + u*x[3*(y0*n+x1)+c]
				bottom := (1-u)*x[3*(y1*n+x0)+c] + u*x[3*(y1*n+x1)+c]
				y[3*(oy*m+ox)+c] = (1-v)*top + v*bottom
			}
		}
	}
}
