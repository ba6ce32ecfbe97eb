package model

import (
	"hash/fnv"
	"math"
	"strings"

	"mobilemamba/checkpoint"
)

// Synthetic returns a state dict of this configuration with reproducible weights that keep every activation of
// an ordinary size: what benchmarks run on where no checkpoint is at hand, and what the reference data was
// computed with. Each value depends on salt, the tensor's name and its position alone.
func (c Config) Synthetic(salt string) *checkpoint.StateDict {
	sd := &checkpoint.StateDict{Metadata: map[string]string{}, Format: "synthetic"}
	for _, s := range c.Specs(false) {
		if s.Optional {
			continue
		}
		sd.Add(checkpoint.NewTensor(s.Name, s.Shape, SyntheticTensor(salt, s.Name, s.Shape)))
	}
	return sd
}

// SyntheticTensor returns the values of one tensor: a splitmix64 stream seeded with the FNV-1a hash of salt and
// name, uniform in a range that depends on what the tensor is.
func SyntheticTensor(salt, name string, shape []int) []float32 {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float32, n)
	if strings.HasSuffix(name, "wt_filter") {
		for i := range data {
			data[i] = haarFilter[i%len(haarFilter)]
		}
		return data
	}
	lo, hi := syntheticRange(name, shape)
	hash := fnv.New64a()
	hash.Write([]byte(salt + name))
	state := hash.Sum64()
	for i := range data {
		state += 0x9E3779B97F4A7C15
		z := state
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		u := float64(z>>40) / (1 << 24)
		data[i] = float32(lo + float64((hi-lo)*u))
	}
	return data
}

// syntheticRanges holds ranges by the end of a name; the first match counts.
var syntheticRanges = []struct {
	suffix string
	lo, hi float64
}{
	{".running_mean", -0.1, 0.1},
	{".running_var", 0.5, 1.5},
	{".A_logs", -0.5, 0.5},
	{".Ds", 0.5, 1.5},
	{".dt_projs_weight", -0.3, 0.3},
	{".dt_projs_bias", -1.0, 0.5},
	{".base_scale.weight", 0.5, 1.5},
	{".wavelet_scale.0.weight", 0.25, 1.25},
	{".out_norm.weight", 0.5, 1.5},
	{".out_norm.bias", -0.1, 0.1},
	{".bn.weight", 0.5, 1.5}, {".bn1.weight", 0.5, 1.5}, {".bn2.weight", 0.5, 1.5},
	{".bn.bias", -0.1, 0.1}, {".bn1.bias", -0.1, 0.1}, {".bn2.bias", -0.1, 0.1},
	{".conv2d.bias", -0.2, 0.2},
	{".se.fc1.bias", -0.5, 0.5}, {".se.fc2.bias", -0.5, 0.5},
	{".l.bias", -0.5, 0.5},
}

// syntheticGains holds, by the end of a name, the gain of a weight whose range follows from its fan-in.
var syntheticGains = []struct {
	suffix string
	gain   float64
}{
	{".pw2.c.weight", 0.5},
	{".m.c.weight", 0.4},
	{".proj.1.c.weight", 0.7},
	{".conv1.c.weight", 0.35},
	{".se.fc1.weight", 2.0},
	{".se.fc2.weight", 1.5},
	{".in_proj.c.weight", 1.5},
	{".x_proj_weight", 1.5},
	{".l.weight", 1.0},
}

// syntheticRange returns the range of a tensor's values.
func syntheticRange(name string, shape []int) (lo, hi float64) {
	for _, r := range syntheticRanges {
		if strings.HasSuffix(name, r.suffix) {
			return r.lo, r.hi
		}
	}
	fanIn := 1
	for _, d := range shape[1:] {
		fanIn *= d
	}
	if strings.HasSuffix(name, ".x_proj_weight") {
		fanIn = shape[2]
	}
	gain := 1.0
	if strings.HasPrefix(name, "patch_embed.") {
		gain = 1.25
	}
	for _, g := range syntheticGains {
		if strings.HasSuffix(name, g.suffix) {
			gain = g.gain
			break
		}
	}
	b := gain * math.Sqrt(3/float64(fanIn))
	return -b, b
}
