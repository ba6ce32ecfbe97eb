package train

import (
	"math"
	"math/rand/v2"
	"strings"
)

// Init sets the starting values of the official constructors for training from scratch. Values depend on the seed
// alone.
func (n *Network) Init(seed uint64) {
	for i, p := range n.Params {
		initParam(p, rand.New(rand.NewPCG(seed, uint64(i))), n.tensors)
	}
	for _, s := range n.Stats {
		fill(s.Data, 0)
		if strings.HasSuffix(s.Name, ".running_var") {
			fill(s.Data, 1)
		}
	}
}

// zeroNorms are the BatchNorms whose weight starts at 0, by the end of their name: each ends a residual branch, so that
// a block starts as the identity (and doubles its input with the skip around it).
var zeroNorms = []string{".m.pw2.bn.weight", ".dw0.m.bn.weight", ".dw1.m.bn.weight", ".proj.1.bn.weight"}

func initParam(p *Param, rng *rand.Rand, t *tensors) {
	is := func(suffixes ...string) bool {
		for _, s := range suffixes {
			if strings.HasSuffix(p.Name, s) {
				return true
			}
		}
		return false
	}
	switch {
	case is(zeroNorms...), is(".A_logs"), is(".l.bias"):
		fill(p.Data, 0)
	case is(".bn.weight", ".bn1.weight", ".bn2.weight", ".out_norm.weight", ".base_scale.weight", ".Ds"):
		fill(p.Data, 1)
	case is(".bn.bias", ".bn1.bias", ".bn2.bias", ".out_norm.bias"):
		fill(p.Data, 0)
	case is(".wavelet_scale.0.weight"):
		fill(p.Data, 0.1)
	case is(".dt_projs_weight", ".dt_projs_bias"):
		uniform(p.Data, rng, 0, 0.1)
	case is(".l.weight"):
		for i := range p.Data {
			p.Data[i] = float32(0.02 * truncatedNormal(rng))
		}
	default:
		// Convolutions, their biases, and x_proj: uniform within 1/√fan_in.
		weight := p
		if base, ok := strings.CutSuffix(p.Name, ".bias"); ok {
			weight = t.params[base+".weight"]
		}
		fanIn := size(weight.Shape[1:])
		if is(".x_proj_weight") {
			fanIn = p.Shape[2]
		}
		b := 1 / math.Sqrt(float64(fanIn))
		uniform(p.Data, rng, -b, b)
	}
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

func uniform(x []float32, rng *rand.Rand, lo, hi float64) {
	for i := range x {
		x[i] = float32(lo + (hi-lo)*rng.Float64())
	}
}

// truncatedNormal draws from the standard normal distribution within ±2.
func truncatedNormal(rng *rand.Rand) float64 {
	for {
		if v := rng.NormFloat64(); math.Abs(v) <= 2 {
			return v
		}
	}
}
