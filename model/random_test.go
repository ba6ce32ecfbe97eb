package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
)

// TestRandomConfigurations runs configurations that nobody has published, at sizes down to a pixel: what Infer
// reads off the tensors is what they were made of, and a folded checkpoint computes what the other does.
func TestRandomConfigurations(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	pick := func(lo, hi int) int { return lo + r.IntN(hi-lo+1) }
	for range 12 {
		c := New("", 0,
			[3]int{pick(20, 70), pick(24, 90), pick(30, 110)}, [3]int{pick(1, 2), pick(1, 3), pick(1, 2)},
			[3]int{2*pick(0, 4) + 1, 2*pick(0, 3) + 1, 2*pick(0, 3) + 1}, pick(1, 40))
		c.Distillation = r.IntN(2) == 0
		for i := range 3 {
			c.Global[i] = pick(1, c.EmbedDim[i]-1)
			c.DInner[i] = pick(1, 3) * c.Global[i]
			c.DTRank[i] = pick(1, 6)
			c.Local[i] = pick(1, c.EmbedDim[i]-c.Global[i])
		}
		h, w := pick(1, 70), pick(1, 70)
		sd := c.Synthetic("random:")
		folded, inferred, err := Fuse(sd)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if !inferred.sameTensors(c) {
			t.Fatalf("inferred %+v, want %+v", inferred, c)
		}
		eachSet(t, func(t *testing.T, set *kernels.Set) {
			var logits [2][]float32
			for i, sd := range []*checkpoint.StateDict{sd, folded} {
				m, err := Load(sd, set)
				if err != nil {
					t.Fatalf("%+v: %v", c, err)
				}
				s, err := m.NewState(h, w)
				if err != nil {
					t.Fatal(err)
				}
				y, err := m.Forward(s, testInput(h, w))
				if err != nil {
					t.Fatal(err)
				}
				logits[i] = y
			}
			for i, v := range logits[0] {
				if d := math.Abs(float64(v - logits[1][i])); !(d <= 1e-5*(1+math.Abs(float64(v)))) {
					t.Errorf("%+v at %d×%d: logit %d is %v, folded before %v", c, h, w, i, v, logits[1][i])
				}
			}
		})
	}
}
