package classify_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"mobilemamba/classify"
	"mobilemamba/vision"
)

func TestExplain(t *testing.T) {
	c, err := tiny(t, 7, classify.Options{Resolution: 128})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Explain(0); !errors.Is(err, classify.ErrNoPicture) {
		t.Errorf("before a picture: %v", err)
	}
	r, err := c.Classify(testPicture(), 7)
	if err != nil {
		t.Fatal(err)
	}
	weight := 0.0 // Σ exp(logit): a probability is its share
	logits := map[int]float64{}
	for _, p := range r.Top {
		e, err := c.Explain(p.Index)
		if err != nil {
			t.Fatal(err)
		}
		sum := e.Bias
		for _, v := range e.Map {
			sum += float64(v)
		}
		if e.Index != p.Index || e.Label != p.Label || len(e.Map) != 2*2 || e.Width != 2 || e.Height != 2 || math.Abs(sum-e.Logit) > 1e-4 {
			t.Errorf("%+v adds up to %v", e, sum)
		}
		// Short 146, crop 128 of 40×30 pixels: 128/146 of the short side, in the middle up to rounding.
		v := e.View
		if math.Abs(v.Height-30*128./146) > 1e-9 || math.Abs(v.X+v.Width/2-20) > 0.2 || math.Abs(v.Y+v.Height/2-15) > 0.2 ||
			v.PictureWidth != 40 || v.PictureHeight != 30 {
			t.Errorf("the network saw %+v", v)
		}
		logits[p.Index] = e.Logit
		weight += math.Exp(e.Logit)
	}
	for _, p := range r.Top {
		if got := math.Exp(logits[p.Index]) / weight; math.Abs(got-p.P) > 1e-5 {
			t.Errorf("class %d has the logit %v, which makes %v; the answer was %v", p.Index, logits[p.Index], got, p.P)
		}
	}
	var unknown *classify.ClassError
	if _, err := c.Explain(7); !errors.As(err, &unknown) {
		t.Errorf("class 7 of 7: %v", err)
	}
}

// TestExplainOnlyPictures: what came after the picture is not explained in its place.
func TestExplainOnlyPictures(t *testing.T) {
	for name, between := range map[string]func(*classify.Classifier) error{
		"a benchmark": func(c *classify.Classifier) error {
			_, err := c.Bench(context.Background(), 1, nil)
			return err
		},
		"a warm-up": func(c *classify.Classifier) error { return c.WarmUp(0) },
		"logits": func(c *classify.Classifier) error {
			_, err := c.Logits(testPicture())
			return err
		},
	} {
		c, err := tiny(t, 7, classify.Options{Resolution: 32})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Classify(testPicture(), 1); err != nil {
			t.Fatal(err)
		}
		clone, err := c.Clone()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := clone.Explain(0); !errors.Is(err, classify.ErrNoPicture) {
			t.Errorf("a clone that saw nothing: %v", err)
		}
		if err := between(c); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Explain(0); !errors.Is(err, classify.ErrNoPicture) {
			t.Errorf("after %s: %v", name, err)
		}
		if _, err := c.Find("", nil, 5); !errors.Is(err, classify.ErrNoPicture) {
			t.Errorf("after %s: %v", name, err)
		}
	}
}

func TestFind(t *testing.T) {
	labels := []classify.Label{{"n0", "tabby, tabby cat"}, {"n1", "tiger cat"}, {"n2", "Persian cat"}, {"n3", "black-and-tan coonhound"}}
	c, err := tiny(t, 4, classify.Options{Resolution: 32, Labels: labels})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Classify(testPicture(), 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		query string
		ids   []string
		k     int
		want  []int // in the order of the answer
	}{
		{"", nil, 9, []int{0, 1, 2, 3}}, {"CAT", nil, 9, []int{0, 1, 2}}, {" cat  persian ", nil, 9, []int{2}},
		{"dog", nil, 9, nil}, {"cat", nil, 2, []int{0, 1, 2}},
		{"狗", []string{"n3"}, 9, []int{3}}, {"tabby", []string{"n1", "n7"}, 9, []int{0, 1}}, {"cat", []string{"n3"}, 2, []int{0, 1, 2, 3}},
	} {
		var want []classify.Prediction
		for _, p := range r.Top {
			for _, index := range tc.want {
				if p.Index == index && len(want) < tc.k {
					want = append(want, p)
				}
			}
		}
		got, err := c.Find(tc.query, tc.ids, tc.k)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%q: %v, %v; want %v", tc.query, got, err, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v at %d, want %v", tc.query, got[i], i, want[i])
			}
		}
	}
}

// TestViewOfShippedModel: the manifest crops the shorter side's 64 pixels to 58; one of them is 5 of the picture's.
func TestViewOfShippedModel(t *testing.T) {
	entry := manifest(t).Models[0]
	p, err := vision.NewPreprocessor(entry.Preprocess, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.View(640, 320), (vision.Rect{X: 175, Y: 15, W: 290, H: 290}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
