package train

import (
	"math"

	"mobilemamba/train/internal/ops"
)

// AdamW is the optimizer of the paper (arXiv 1711.05101), with the official no-decay rule (Param.Decays) and
// clipping by the global
// norm. NewAdamW's values are the official ones.
type AdamW struct {
	Beta1, Beta2, Eps float64
	WeightDecay       float64
	Clip              float64 // largest norm of all gradients together; 0 for any

	net  *Network
	m, v []float32 // laid out as the network's parameters
	t    int       // steps done
}

// NewAdamW returns an optimizer for a network.
func NewAdamW(n *Network) *AdamW {
	return &AdamW{
		Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.05, Clip: 5,
		net: n, m: ops.Alloc(len(n.data)), v: ops.Alloc(len(n.data)),
	}
}

// Step updates the network's parameters with the gradients of the last backward pass and returns their norm before
// clipping. If the norm is not finite, the step is skipped and nothing changes.
func (a *AdamW) Step(lr float64) (norm float64) {
	n := a.net
	norm = ops.Norm(n.pass.team, n.grad)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return norm
	}
	scale := 1.0
	if a.Clip > 0 {
		scale = min(1, a.Clip/(norm+1e-6))
	}
	a.t++
	t := float64(a.t)
	step := ops.AdamW{
		Beta1: float32(a.Beta1), Rest1: float32(1 - a.Beta1), Beta2: float32(a.Beta2), Rest2: float32(1 - a.Beta2),
		Eps: float32(a.Eps), GradScale: float32(scale),
		Rate:       float32(lr / (1 - math.Pow(a.Beta1, t))),
		Correction: float32(1 / math.Sqrt(1-math.Pow(a.Beta2, t))),
	}
	// Neighbours with the same decay make one range.
	for i, from := 0, 0; i < len(n.Params); {
		decays, to := n.Params[i].Decays(), from
		for ; i < len(n.Params) && n.Params[i].Decays() == decays; i++ {
			to += len(n.Params[i].Data)
		}
		step.Keep = 1
		if decays {
			step.Keep = float32(1 - lr*a.WeightDecay)
		}
		step.Step(n.pass.team, n.data[from:to], a.m[from:to], a.v[from:to], n.grad[from:to])
		from = to
	}
	return norm
}

// Average is the exponential moving average of a network (EMA), its running statistics included. It is only ever
// evaluated. It is kept in float64: in float32 it stalls.
type Average struct {
	Decay float64

	net           *Network
	data, running []float64
}

// NewAverage starts an average at the network's present values, with the official decay.
func NewAverage(n *Network) *Average {
	a := &Average{Decay: 0.9998, net: n}
	a.data, a.running = widen(n.data), widen(n.running)
	return a
}

// Step follows the network. Call it after every step of the optimizer.
func (a *Average) Step() {
	ops.Average(a.net.pass.team, a.data, a.net.data, a.Decay)
	ops.Average(a.net.pass.team, a.running, a.net.running, a.Decay)
}

// Use runs f while the network has the average's values.
func (a *Average) Use(f func()) {
	n := a.net
	data, running := append([]float32(nil), n.data...), append([]float32(nil), n.running...)
	narrow(n.data, a.data)
	narrow(n.running, a.running)
	defer func() {
		copy(n.data, data)
		copy(n.running, running)
	}()
	f()
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func narrow(dst []float32, x []float64) {
	for i, v := range x {
		dst[i] = float32(v)
	}
}

// Schedule is the learning rate by iteration: a linear warm-up, then a cosine. The cosine is not shifted by the
// warm-up, as in the official code, so Max is approached but not reached.
type Schedule struct {
	Max, Min, Start float64
	Warmup, Total   int // iterations
}

// NewSchedule returns the official schedule for a peak rate: Min is a hundredth and Start a thousandth of it.
func NewSchedule(max float64, warmup, total int) Schedule {
	return Schedule{Max: max, Min: max / 100, Start: max / 1000, Warmup: warmup, Total: total}
}

// At returns the rate of iteration t, from 0.
func (s Schedule) At(t int) float64 {
	switch {
	case t < s.Warmup:
		return s.Start + float64(t)*(s.Max-s.Start)/float64(s.Warmup)
	case t < s.Total:
		return s.Min + 0.5*(s.Max-s.Min)*(1+math.Cos(math.Pi*float64(t)/float64(s.Total)))
	}
	return s.Min
}
