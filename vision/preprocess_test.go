package vision_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mobilemamba/kernels"
	"mobilemamba/vision"
)

// enlarged is the preprocessing of a model that was trained on small pictures.
func enlarged(crop, size int) []vision.Step {
	steps := vision.OfficialSteps(crop)
	return append(steps, vision.Step{Op: "interpolate", Size: size, Filter: "bilinear"})
}

func noise(w, h int) *vision.Image {
	r := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	img := &vision.Image{W: w, H: h, Pix: make([]byte, 3*w*h)}
	for i := range img.Pix {
		img.Pix[i] = byte(r.Uint32())
	}
	return img
}

// resizeReference is the resize in float64 without intermediate rounding: what Pillow's fixed point approximates.
func resizeReference(img *vision.Image, w, h int) []float64 {
	kernel := func(x float64) float64 {
		x = math.Abs(x)
		switch {
		case x < 1:
			return 1.5*x*x*x - 2.5*x*x + 1
		case x < 2:
			return -0.5*x*x*x + 2.5*x*x - 4*x + 2
		}
		return 0
	}
	weights := func(in, out, i int) []float64 {
		scale := float64(in) / float64(out)
		stretch := max(scale, 1)
		ks, sum := make([]float64, in), 0.0
		for j := range ks {
			ks[j] = kernel((float64(j) + 0.5 - (float64(i)+0.5)*scale) / stretch)
			sum += ks[j]
		}
		for j := range ks {
			ks[j] /= sum
		}
		return ks
	}
	out := make([]float64, 3*w*h)
	for y := range h {
		ky := weights(img.H, h, y)
		for x := range w {
			kx := weights(img.W, w, x)
			for c := range 3 {
				var sum float64
				for sy, a := range ky {
					for sx, b := range kx {
						if a != 0 && b != 0 {
							sum += a * b * float64(img.Pix[3*(sy*img.W+sx)+c])
						}
					}
				}
				out[3*(y*w+x)+c] = max(0, min(255, sum))
			}
		}
	}
	return out
}

func TestResizeAgainstFloat64(t *testing.T) {
	for _, s := range []struct{ w, h, size int }{{30, 30, 16}, {16, 16, 16}, {61, 61, 16}, {5, 5, 16}, {1, 1, 8}} {
		steps := []vision.Step{
			{Op: "resize", Short: s.size, Filter: "bicubic"}, {Op: "crop", Size: s.size},
			{Op: "normalize", Mean: []float32{0, 0, 0}, Std: []float32{1, 1, 1}},
		}
		p, err := vision.NewPreprocessor(steps, nil)
		if err != nil {
			t.Fatal(err)
		}
		img := noise(s.w, s.h)
		want := resizeReference(img, s.size, s.size)
		for i, v := range p.Crop(img) {
			// The horizontal pass clips and rounds, which the vertical one may amplify by its overshoot.
			if d := math.Abs(float64(v) - want[i]); d > 2 && want[i] > 12 && want[i] < 243 {
				t.Fatalf("%d×%d to %d: value %d is %d, want %.2f", s.w, s.h, s.size, i, v, want[i])
			}
		}
	}
}

// TestInterpolate checks a ramp, which bilinear interpolation reproduces between the outermost centres.
func TestInterpolate(t *testing.T) {
	img := &vision.Image{W: 8, H: 8, Pix: make([]byte, 3*64)}
	for i := range 64 {
		img.Pix[3*i] = byte(i % 8 * 20)
		img.Pix[3*i+1] = byte(i / 8 * 20)
	}
	steps := []vision.Step{
		{Op: "resize", Short: 8, Filter: "bicubic"}, {Op: "crop", Size: 8},
		{Op: "normalize", Mean: []float32{0, 0, 0}, Std: []float32{1, 1, 1}},
		{Op: "interpolate", Size: 12, Filter: "bilinear"},
	}
	p, err := vision.NewPreprocessor(steps, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 3*12*12)
	if err := p.Apply(img, x); err != nil {
		t.Fatal(err)
	}
	for y := range 12 {
		for i := range 12 {
			at := func(n int) float64 { return max(0, min(7, (float64(n)+0.5)*8/12-0.5)) * 20 / 255 }
			r, g := float64(x[3*(y*12+i)]), float64(x[3*(y*12+i)+1])
			if math.Abs(r-at(i)) > 1e-6 || math.Abs(g-at(y)) > 1e-6 {
				t.Fatalf("at %d,%d: %v, %v; want %v, %v", i, y, r, g, at(i), at(y))
			}
		}
	}
}

func TestStepsRefused(t *testing.T) {
	change := func(i int, edit func(*vision.Step)) []vision.Step {
		steps := enlarged(64, 96)
		edit(&steps[i])
		return steps
	}
	for _, tc := range []struct {
		says  string
		steps []vision.Step
	}{
		{"steps", nil},
		{"steps", vision.OfficialSteps(64)[1:]},
		{"filter", change(0, func(s *vision.Step) { s.Filter = "lanczos" })},
		{"crop of 64", change(0, func(s *vision.Step) { s.Short = 63 })},
		{"not possible", change(0, func(s *vision.Step) { s.Short = 1 << 30 })},
		{"crop of 0", change(1, func(s *vision.Step) { s.Size = 0 })},
		{"2 means", change(2, func(s *vision.Step) { s.Mean = s.Mean[:2] })},
		{"deviation 0", change(2, func(s *vision.Step) { s.Std = []float32{1, 0, 1} })},
		{"interpolate", change(3, func(s *vision.Step) { s.Size = 1 << 20 })},
	} {
		if _, err := vision.NewPreprocessor(tc.steps, nil); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%v: %v, want %q", tc.steps, err, tc.says)
		}
	}
}

func TestApplyReuses(t *testing.T) {
	p, err := vision.NewPreprocessor(enlarged(16, 24), nil)
	if err != nil {
		t.Fatal(err)
	}
	h, w := p.Size()
	first, again := make([]float32, 3*h*w), make([]float32, 3*h*w)
	img := noise(50, 31)
	for _, other := range []*vision.Image{img, noise(9, 200), noise(1, 1)} {
		if err := p.Apply(other, again); err != nil {
			t.Fatal(err)
		}
	}
	q, _ := vision.NewPreprocessor(enlarged(16, 24), nil)
	q.Apply(img, first)
	p.Apply(img, again)
	for i := range first {
		if first[i] != again[i] {
			t.Fatalf("value %d depends on earlier pictures: %v, %v", i, again[i], first[i])
		}
	}
	if err := p.Apply(img, first[1:]); err == nil {
		t.Error("a short result was taken")
	}
}

func TestTopK(t *testing.T) {
	p := []float32{0.1, 0.4, 0.1, 0.3, 0.1}
	for k, want := range [][]int{{}, {1}, {1, 3}, {1, 3, 0}, {1, 3, 0, 2}, {1, 3, 0, 2, 4}, {1, 3, 0, 2, 4}} {
		got := vision.TopK(p, k)
		if len(got) != len(want) {
			t.Fatalf("top %d has %d", k, len(got))
		}
		for i := range want {
			if got[i].Index != want[i] || got[i].P != p[want[i]] {
				t.Errorf("top %d: %v, want the classes %v", k, got, want)
			}
		}
	}
}

func TestSoftmax(t *testing.T) {
	p := make([]float32, 3)
	vision.Softmax([]float32{1000, 1001, -1000}, p)
	if math.Abs(float64(p[0])-0.26894142) > 1e-6 || math.Abs(float64(p[1])-0.7310586) > 1e-6 || p[2] != 0 {
		t.Error(p)
	}
	vision.Softmax(nil, nil)
}

// The result does not depend on the kernels, at sizes of all kinds: enlarged, one side kept, narrower than a vector.
func TestVariantsAgree(t *testing.T) {
	sets := kernels.Variants()
	for _, size := range []int{1, 7, 16, 56, 61} {
		for _, s := range []struct{ w, h int }{{1, 1}, {2, 9}, {64, 64}, {69, 69}, {69, 90}, {90, 69}, {13, 300}, {640, 480}, {401, 333}} {
			img := noise(s.w, s.h)
			var want []float32
			for i := range sets {
				p, err := vision.NewPreprocessor(vision.OfficialSteps(size), &sets[i])
				if err != nil {
					t.Fatal(err)
				}
				x := make([]float32, 3*size*size)
				if err := p.Apply(img, x); err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					want = x
				} else if !slices.Equal(x, want) {
					t.Errorf("%d×%d to %d: %s does not agree with the reference", s.w, s.h, size, sets[i].Name)
				}
			}
		}
	}
}

// A camera's frames, all of one size, cost no memory.
func TestApplyDoesNotAllocate(t *testing.T) {
	p, err := vision.NewPreprocessor(vision.OfficialSteps(56), nil)
	if err != nil {
		t.Fatal(err)
	}
	img, x := noise(160, 120), make([]float32, 3*56*56)
	if n := testing.AllocsPerRun(5, func() { p.Apply(img, x) }); n != 0 {
		t.Errorf("Apply allocates %v times", n)
	}
}

// TestSetRGBAWidths: pixels are copied in groups, and what is left one by one.
func TestSetRGBAWidths(t *testing.T) {
	for w := 1; w < 20; w++ {
		pix := noise(4*w, 1).Pix[:4*w]
		for _, set := range kernels.Variants() {
			var img vision.Image
			if err := img.SetRGBA(pix, w, 1, &set); err != nil {
				t.Fatal(err)
			}
			for i, v := range img.Pix {
				if want := pix[i/3*4+i%3]; v != want {
					t.Fatalf("%s, %d pixels: byte %d is %d, want %d", set.Name, w, i, v, want)
				}
			}
		}
	}
}
