package model

import (
	"errors"
	"fmt"
)

// Explanation splits the logit of a class over the positions of the final feature map: the values of Map and Bias
// add up to Logit.
type Explanation struct {
	Logit, Bias float32
	Map         Map // [H, W, 1]
}

// Explain computes the class activation map of a class for the last pass with s. The network ends in a global
// average pool and a linear layer, so that a logit is a sum over the P positions of the final map x,
//
//	logit[c] = bias[c] + Σ_pos (1/P)·Σ_ch w[c, ch]·x[pos, ch],
//
// and the map is exact: no gradient is needed and nothing is approximated (class activation maps,
// arXiv 1512.04150). With distillation w and bias are the means of the two heads'. BN is folded into both. It is an
// error if there was no pass, or is no such class.
func (m *Model) Explain(s *State, class int) (*Explanation, error) {
	x := s.final
	if x.Data == nil {
		return nil, errors.New("model: there was no pass to explain")
	}
	if class < 0 || class >= m.Config.Classes {
		return nil, fmt.Errorf("model: there is no class %d; they go from 0 to %d", class, m.Config.Classes-1)
	}
	w := make([]float32, x.C)
	bias := m.head.Column(w, class)
	if m.dist != nil {
		other := make([]float32, x.C)
		bias = (bias + m.dist.Column(other, class)) / 2
		for i, v := range other {
			w[i] = (w[i] + v) / 2
		}
	}
	e := &Explanation{
		Logit: s.logits[class], Bias: bias,
		Map: Map{Shape{x.H, x.W, 1}, make([]float32, x.pixels())},
	}
	for i := range e.Map.Data {
		var sum float64
		for c, v := range x.Data[i*x.C:][:x.C] {
			sum += float64(w[c]) * float64(v)
		}
		e.Map.Data[i] = float32(sum / float64(x.pixels()))
	}
	return e, nil
}
