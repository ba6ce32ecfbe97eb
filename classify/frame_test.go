package classify_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"mobilemamba/classify"
	"mobilemamba/vision"
)

// probabilities returns an answer by class.
func probabilities(top []classify.Prediction) []float64 {
	p := make([]float64, len(top))
	for _, prediction := range top {
		p[prediction.Index] = prediction.P
	}
	return p
}

// TestFramesAreAveraged follows an average by hand: it starts with the first frame, each weight moves it towards its
// frame, and a weight of 1 or an improper one takes the frame alone.
func TestFramesAreAveraged(t *testing.T) {
	const classes = 7
	c, err := tiny(t, classes, classify.Options{Resolution: 64})
	if err != nil {
		t.Fatal(err)
	}
	dark, light := testPicture(), testPicture()
	for i := range light.Pix {
		light.Pix[i] = 255 - light.Pix[i]/3
	}
	alone := map[*vision.Image][]float64{}
	for _, img := range []*vision.Image{dark, light} {
		r, err := c.Classify(img, classes)
		if err != nil {
			t.Fatal(err)
		}
		alone[img] = probabilities(r.Top)
	}
	if slices.Equal(alone[dark], alone[light]) {
		t.Fatal("the frames do not differ")
	}

	var want []float64
	for i, step := range []struct {
		frame  *vision.Image
		weight float64
		share  float64 // of the frame in the average, as it must be
	}{
		{dark, 1, 1},
		{light, 0.25, 0.25},
		{light, 0.5, 0.5},
		{dark, 0.125, 0.125},
		{light, 1, 1},
		{dark, 0.5, 0.5},
		{light, 0, 1},
		{dark, 0.5, 0.5},
		{light, math.NaN(), 1},
		{dark, 0.5, 0.5},
		{light, -3, 1},
		{light, 2, 1},
	} {
		before := want
		want = slices.Clone(alone[step.frame])
		for class := range before {
			want[class] = step.share*want[class] + (1-step.share)*before[class]
		}
		r, err := c.ClassifyFrame(step.frame, 2, step.weight)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Find("", nil, classes)
		if err != nil {
			t.Fatal(err)
		}
		got := probabilities(found)
		for class := range got {
			if math.Abs(got[class]-want[class]) > 1e-6 {
				t.Errorf("frame %d: class %d has %v, want %v", i, class, got[class], want[class])
			}
		}
		if !slices.Equal(r.Top, found[:2]) {
			t.Errorf("frame %d: the answer is %v, the likeliest of the average are %v", i, r.Top, found[:2])
		}
	}
}

// TestAveragesBegin: a frame that no picture came before is not averaged with what was left in the buffers.
func TestAveragesBegin(t *testing.T) {
	for name, before := range map[string]func(c *classify.Classifier) error{
		"a model just loaded": func(*classify.Classifier) error { return nil },
		"after a benchmark": func(c *classify.Classifier) error {
			other := testPicture()
			clear(other.Pix)
			if _, err := c.Classify(other, 1); err != nil {
				return err
			}
			_, err := c.Bench(context.Background(), 1, nil)
			return err
		},
	} {
		c, err := tiny(t, 7, classify.Options{Resolution: 64})
		if err != nil {
			t.Fatal(err)
		}
		if err := before(c); err != nil {
			t.Fatal(err)
		}
		got, err := c.ClassifyFrame(testPicture(), 7, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		want, err := c.Classify(testPicture(), 7)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Top, want.Top) {
			t.Errorf("%s: %v, want %v", name, got.Top, want.Top)
		}
	}
}
