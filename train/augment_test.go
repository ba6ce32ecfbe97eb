package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mobilemamba/vision"
)

// noise is a picture of random bytes, smooth enough to compare interpolations of.
func noise(w, h int) *vision.Image {
	rng := rand.New(rand.NewPCG(1, 2))
	img := &vision.Image{W: w, H: h, Pix: make([]byte, 3*w*h)}
	for i := range img.Pix {
		img.Pix[i] = byte(rng.IntN(256))
	}
	return img
}

// Without augmentation, training shows what evaluation shows.
func TestPlainViewIsEvaluation(t *testing.T) {
	for _, size := range []int{96, 64, 48} {
		o := Options{Size: size, Source: 64}
		pre, err := vision.NewPreprocessor(o.Preprocess(), nil)
		if err != nil {
			t.Fatal(err)
		}
		img := noise(64, 64)
		want, got := make([]float32, 3*size*size), make([]float32, 3*size*size)
		if err := pre.Apply(img, want); err != nil {
			t.Fatal(err)
		}
		newSampler(size).draw(got, img, &Augment{}, rand.New(rand.NewPCG(1, 1)))
		for i, v := range want {
			if d := math.Abs(float64(got[i] - v)); d > 2e-5 {
				t.Fatalf("size %d: value %d is %v, want %v", size, i, got[i], v)
			}
		}
	}
}

// Both ways to sample agree where both apply, mirrored or not.
func TestSampling(t *testing.T) {
	img := noise(31, 23)
	s := newSampler(20)
	a, b := make([]float32, 1200), make([]float32, 1200)
	for _, w := range []window{{0, 31, 0, 0, 0, 23}, {25, -20, 0, 3, 0, 11}} {
		s.sampleStraight(a, img, w)
		s.sample(b, img, w)
		for i := range a {
			if math.Abs(float64(a[i]-b[i])) > 1e-3 {
				t.Fatalf("window %v: value %d is %v and %v", w, i, a[i], b[i])
			}
		}
	}
}

// A view depends on its random numbers alone, crops lie inside of the picture, and every part is optional.
func TestDraw(t *testing.T) {
	img := noise(40, 30)
	a := Augment{MinScale: 0.2, Flip: 0.5, Jitter: 0.4, Rotate: 15, Shear: 0.1, Erase: 0.5, RandOps: 2, Magnitude: 9}
	view := func(s *sampler, a Augment, seed uint64) []float32 {
		x := make([]float32, 3*24*24)
		s.draw(x, img, &a, rand.New(rand.NewPCG(seed, 0)))
		return x
	}
	used := newSampler(24)
	for seed := range uint64(200) {
		x := view(used, a, seed)
		if !slices.Equal(x, view(newSampler(24), a, seed)) {
			t.Fatal("a view depends on the views before it")
		}
		for _, v := range x {
			if v != v || math.Abs(float64(v)) > 8 {
				t.Fatalf("a value of %v", v)
			}
		}
	}
	if slices.Equal(view(used, a, 1), view(used, a, 2)) {
		t.Error("two views are the same")
	}
	crop := Augment{MinScale: 0.2}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		x, y, w, h := crop.drawCrop(rng, 40, 30)
		if x < 0 || y < 0 || w < 1 || h < 1 || x+w > 40 || y+h > 30 {
			t.Fatalf("a crop of %vx%v at %v, %v", w, h, x, y)
		}
	}
}

// Every operation of RandAugment leaves colours in range, and does something.
func TestRandAugment(t *testing.T) {
	for i, op := range randOps {
		for _, sign := range []float64{1, -1} {
			x := make([]float32, 3*16*16)
			for j, v := range noise(16, 16).Pix {
				x[j] = 30 + float32(v)/2
			}
			before := slices.Clone(x)
			w := window{x0: 1, xu: 14, y0: 2, yv: 11}
			straight := w
			if op.window != nil {
				op.window(&w, 0.9*sign)
			} else {
				op.colour(x, 16, 0.9, sign)
			}
			if slices.Equal(x, before) && w == straight {
				t.Errorf("operation %d does nothing", i)
			}
			for _, v := range x {
				if !(v >= 0 && v <= 255) {
					t.Fatalf("operation %d makes a colour of %v", i, v)
				}
			}
		}
	}
	w := window{x0: 1, xu: 14, y0: 2, yv: 11}
	w.rotate(90)
	// The centre stays, and the first axis points down.
	if math.Abs(w.x0+w.xu/2+w.xv/2-8) > 1e-9 || math.Abs(w.y0+w.yu/2+w.yv/2-7.5) > 1e-9 || math.Abs(w.yu-11) > 1e-9 {
		t.Errorf("turned window %v", w)
	}
}

// The Beta distribution has the right mean and variance.
func TestBeta(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, alpha := range []float64{0.2, 0.8, 1, 2} {
		const n = 50000
		sum, squares := 0.0, 0.0
		for range n {
			v := beta(rng, alpha)
			sum += v
			squares += v * v
		}
		mean := sum / n
		variance := squares/n - mean*mean
		if want := 1 / (4 * (2*alpha + 1)); math.Abs(mean-0.5) > 0.01 || math.Abs(variance/want-1) > 0.03 {
			t.Errorf("alpha %v: mean %v, variance %v, want 0.5, %v", alpha, mean, variance, want)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	img := noise(64, 64)
	for i, v := range img.Pix { // as seldom clipped as a photograph
		img.Pix[i] = 50 + v/2
	}
	s := newSampler(96)
	x := make([]float32, 3*96*96)
	rng := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		s.draw(x, img, &DefaultAugment, rng)
	}
}
