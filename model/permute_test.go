package model

import (
	"math/rand/v2"
	"slices"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
)

// Classes in another order, of a head that fills no whole tile of any kernel, give the same logits in that order, bit for
// bit: a class's score depends neither on its place nor on its neighbours.
func TestPermutedClasses(t *testing.T) {
	const classes, side = 53, 32
	for _, distillation := range []bool{false, true} {
		c := New("", 0, [3]int{48, 64, 80}, [3]int{1, 1, 1}, [3]int{5, 3, 3}, classes)
		c.Distillation = distillation
		plain, _, err := Fuse(c.Synthetic(""))
		if err != nil {
			t.Fatal(err)
		}
		order := rand.New(rand.NewPCG(17, 18)).Perm(classes)
		permuted := &checkpoint.StateDict{}
		for _, tensor := range plain.Tensors {
			x, err := tensor.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains([]string{"head.weight", "head.bias", "head_dist.weight", "head_dist.bias"}, tensor.Name) {
				per := len(x) / classes
				y := make([]float32, 0, len(x))
				for _, i := range order {
					y = append(y, x[i*per:][:per]...)
				}
				x = y
			}
			permuted.Add(checkpoint.NewTensor(tensor.Name, tensor.Shape, x))
		}
		eachSet(t, func(t *testing.T, set *kernels.Set) {
			var logits [2][]float32
			for i, sd := range []*checkpoint.StateDict{plain, permuted} {
				m, err := Load(sd, set)
				if err != nil {
					t.Fatal(err)
				}
				s, err := m.NewState(side, side)
				if err != nil {
					t.Fatal(err)
				}
				if logits[i], err = m.Forward(s, testInput(side, side)); err != nil {
					t.Fatal(err)
				}
			}
			for i, from := range order {
				if got, want := logits[1][i], logits[0][from]; got != want {
					t.Errorf("class %d, now %d, has the logit %v, before %v", from, i, got, want)
				}
			}
			if slices.Equal(logits[0], logits[1]) {
				t.Error("the permutation changed nothing")
			}
		})
	}
}
