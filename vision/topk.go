package vision

import (
	"math"
	"slices"
)

// Softmax writes the probabilities of the logits to p, of the same length.
func Softmax(logits, p []float32) {
	if len(logits) == 0 {
		return
	}
	largest := slices.Max(logits)
	var sum float64
	for i, v := range logits {
		e := math.Exp(float64(v - largest))
		p[i] = float32(e)
		sum += e
	}
	for i := range p {
		p[i] = float32(float64(p[i]) / sum)
	}
}

// Ranked is one class of an ordered answer.
type Ranked struct {
	Index int
	P     float32
}

// TopK returns the k largest values of p, largest first; of equal ones the lower index first.
func TopK(p []float32, k int) []Ranked {
	if k < 1 {
		return nil
	}
	top := make([]Ranked, 0, min(k, len(p))+1)
	for i, v := range p {
		if len(top) == k && !(v > top[k-1].P) {
			continue
		}
		at := len(top)
		for at > 0 && v > top[at-1].P {
			at--
		}
		top = slices.Insert(top, at, Ranked{i, v})
		if len(top) > k {
			top = top[:k]
		}
	}
	return top
}
