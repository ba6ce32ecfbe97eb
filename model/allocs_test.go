package model

import (
	"testing"

	"mobilemamba/kernels"
)

// TestForwardAllocatesNothing: a pass takes all its memory from the State, with one head or two.
func TestForwardAllocatesNothing(t *testing.T) {
	for _, distillation := range []bool{false, true} {
		c, _ := smallConfig("tiny")
		c.Distillation = distillation
		sd := c.Synthetic("")
		eachSet(t, func(t *testing.T, set *kernels.Set) {
			m, err := Load(sd, set)
			if err != nil {
				t.Fatal(err)
			}
			s, err := m.NewState(70, 50)
			if err != nil {
				t.Fatal(err)
			}
			x := testInput(70, 50)
			if n := testing.AllocsPerRun(5, func() { m.Forward(s, x) }); n != 0 {
				t.Errorf("a pass makes %v allocations", n)
			}
		})
	}
}
