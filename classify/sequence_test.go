package classify_test

import (
	"slices"
	"sync"
	"testing"

	"mobilemamba/classify"
	"mobilemamba/vision"
)

// TestOneByOne: a picture's logits are its own, bit for bit, whatever came before it, with a benchmark, an explanation
// and a failure between, and whatever clones do at the same time.
func TestOneByOne(t *testing.T) {
	var pictures []*vision.Image
	for i, size := range [][2]int{{40, 30}, {1, 1}, {300, 7}, {64, 64}, {31, 90}} {
		img := &vision.Image{W: size[0], H: size[1], Pix: make([]byte, 3*size[0]*size[1])}
		for j := range img.Pix {
			img.Pix[j] = byte(j*(2*i+3) ^ j>>7)
		}
		pictures = append(pictures, img)
	}
	fresh := func() *classify.Classifier {
		c, err := tiny(t, 7, classify.Options{Resolution: 32})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	logits := func(c *classify.Classifier, img *vision.Image) []float32 {
		x, err := c.Logits(img)
		if err != nil {
			t.Error(err)
		}
		return slices.Clone(x)
	}
	var alone [][]float32
	for _, img := range pictures {
		alone = append(alone, logits(fresh(), img))
	}
	for i := range alone[1:] {
		if slices.Equal(alone[i], alone[i+1]) {
			t.Fatalf("pictures %d and %d have the same logits, which tells nothing", i, i+1)
		}
	}
	c := fresh()
	for _, i := range []int{0, 1, 2, 3, 4, 4, 0, 3, 1, 2} {
		if got := logits(c, pictures[i]); !slices.Equal(got, alone[i]) {
			t.Errorf("picture %d in a sequence: %v, alone %v", i, got, alone[i])
		}
		if _, err := c.Classify(pictures[(i+2)%5], 3); err != nil {
			t.Error(err)
		}
		if _, err := c.Explain(i); err != nil {
			t.Error(err)
		}
		if _, err := c.Explain(99); err == nil {
			t.Error("class 99 of 7 was explained")
		}
		if _, err := c.Bench(t.Context(), 1, nil); err != nil {
			t.Error(err)
		}
	}
	var all sync.WaitGroup
	for i, img := range pictures {
		clone, err := c.Clone()
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for range 3 {
				if got := logits(clone, img); !slices.Equal(got, alone[i]) {
					t.Errorf("picture %d beside others: %v, alone %v", i, got, alone[i])
				}
			}
		})
	}
	all.Wait()
}
