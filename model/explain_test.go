package model

import (
	"math"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
)

// TestMapAddsUpToTheLogit: at even and odd sizes, with one head or two, folded before or at load, every class's map
// and bias sum to its logit.
func TestMapAddsUpToTheLogit(t *testing.T) {
	for _, distillation := range []bool{false, true} {
		c, _ := smallConfig("tiny")
		c.Distillation = distillation
		sd := c.Synthetic("explain:")
		folded, _, err := Fuse(sd)
		if err != nil {
			t.Fatal(err)
		}
		eachSet(t, func(t *testing.T, set *kernels.Set) {
			for _, sd := range []*checkpoint.StateDict{sd, folded} {
				m, err := Load(sd, set)
				if err != nil {
					t.Fatal(err)
				}
				for _, size := range [][2]int{{192, 256}, {131, 77}, {1, 1}} {
					checkExplanations(t, m, size[0], size[1])
				}
			}
		})
	}
}

func checkExplanations(t *testing.T, m *Model, h, w int) {
	s, err := m.NewState(h, w)
	if err != nil {
		t.Fatal(err)
	}
	logits, err := m.Forward(s, testInput(h, w))
	if err != nil {
		t.Fatal(err)
	}
	last := s.Trace[len(s.Trace)-2].Shape
	for class, logit := range logits {
		e, err := m.Explain(s, class)
		if err != nil {
			t.Fatal(err)
		}
		if e.Logit != logit || e.Map.H != last.H || e.Map.W != last.W || len(e.Map.Data) != last.H*last.W {
			t.Fatalf("%d×%d, class %d: logit %v and a map of %v; want %v and the last block's %v", h, w, class, e.Logit, e.Map.Shape, logit, last)
		}
		sum, scale := float64(e.Bias), math.Abs(float64(e.Bias))
		for _, v := range e.Map.Data {
			sum += float64(v)
			scale += math.Abs(float64(v))
		}
		if d := math.Abs(sum - float64(logit)); !(d <= 1e-5*scale) {
			t.Errorf("%d×%d, class %d: the map and the bias add up to %v, the logit is %v", h, w, class, sum, logit)
		}
	}
}

func TestExplainRefuses(t *testing.T) {
	c, _ := smallConfig("tiny")
	m, err := Load(c.Synthetic(""), &kernels.Variants()[0])
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.NewState(64, 64)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Explain(s, 0); err == nil {
		t.Error("a state without a pass was explained")
	}
	if _, err := m.Forward(s, testInput(64, 64)); err != nil {
		t.Fatal(err)
	}
	for _, class := range []int{-1, c.Classes} {
		if _, err := m.Explain(s, class); err == nil {
			t.Errorf("class %d of %d was explained", class, c.Classes)
		}
	}
}
