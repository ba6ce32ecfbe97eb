package model

import (
	"fmt"
	"math"

	"mobilemamba/checkpoint"
)

// bnEps is the eps of every BatchNorm in the official code, the heads' included.
const bnEps = 1e-5

// Fuse folds every BatchNorm into the convolution before it or the linear layer after it (the official
// replace_batchnorm) and names the results as the official fused state dict does. A checkpoint that is
// already folded is returned as it is. The error names every missing, unexpected or misshapen tensor.
func Fuse(sd *checkpoint.StateDict) (*checkpoint.StateDict, Config, error) {
	c, folded, err := Infer(sd)
	if err != nil {
		return nil, Config{}, err
	}
	if err := checkpoint.Check(sd, c.Specs(folded)); err != nil {
		return nil, Config{}, err
	}
	if folded {
		return sd, c, nil
	}
	out, err := fold(sd, c.layers())
	if err != nil {
		return nil, Config{}, err
	}
	out.Metadata, out.Format = sd.Metadata, sd.Format
	return out, c, nil
}

// fold returns the layers' tensors with their BatchNorms folded.
func fold(sd *checkpoint.StateDict, layers []layer) (*checkpoint.StateDict, error) {
	out := &checkpoint.StateDict{}
	r := reader{sd: sd}
	for _, l := range layers {
		weight, bn := l.names()
		w := r.floats(weight)
		if l.kind == param {
			out.Add(checkpoint.NewTensor(l.name, l.shape, w))
			continue
		}
		scale, shift := r.batchNorm(bn)
		bias := make([]float32, l.shape[0])
		switch {
		case r.err != nil:
		case l.kind == bnLinear:
			foldInto(w, bias, r.floats(l.name+".l.bias"), scale, shift)
		default:
			foldAfter(w, bias, scale, shift)
		}
		if r.err != nil {
			return nil, r.err
		}
		out.Add(checkpoint.NewTensor(l.name+".weight", l.shape, w))
		out.Add(checkpoint.NewTensor(l.name+".bias", l.shape[:1], bias))
	}
	return out, r.err
}

// foldAfter folds y·scale + shift per output channel into a convolution without bias, in place.
func foldAfter(w, bias []float32, scale, shift []float64) {
	taps := len(w) / len(bias)
	for o := range bias {
		scaleBy(w[o*taps:(o+1)*taps], scale[o])
		bias[o] = float32(shift[o])
	}
}

// scaleBy scales a row in place. A browser optimises a function for its next call, not in the middle of one that has
// millions of weights to go: it is called for each row.
//
//go:noinline
func scaleBy(row []float32, factor float64) {
	for i, v := range row {
		row[i] = float32(float64(v) * factor)
	}
}

// foldInto folds x·scale + shift per input into a linear layer [out, in] with bias b, in place.
func foldInto(w, bias, b []float32, scale, shift []float64) {
	in := len(scale)
	for o := range bias {
		sum := float64(b[o])
		for i, v := range w[o*in : (o+1)*in] {
			sum += float64(v) * shift[i]
			w[o*in+i] = float32(float64(v) * scale[i])
		}
		bias[o] = float32(sum)
	}
}

// reader reads tensors and keeps the first error.
type reader struct {
	sd  *checkpoint.StateDict
	err error
}

// floats returns a copy of the named tensor; nil after an error.
func (r *reader) floats(name string) []float32 {
	if r.err != nil {
		return nil
	}
	t := r.sd.Get(name)
	if t == nil {
		r.err = fmt.Errorf("tensor %s is missing", name)
		return nil
	}
	var data []float32
	data, r.err = t.Float32s()
	return data
}

// batchNorm returns the affine map that the named BatchNorm computes in evaluation.
func (r *reader) batchNorm(name string) (scale, shift []float64) {
	weight, bias := r.floats(name+".weight"), r.floats(name+".bias")
	mean, variance := r.floats(name+".running_mean"), r.floats(name+".running_var")
	if r.err != nil {
		return nil, nil
	}
	scale, shift = make([]float64, len(weight)), make([]float64, len(weight))
	for i := range weight {
		scale[i] = float64(weight[i]) / math.Sqrt(float64(variance[i])+bnEps)
		shift[i] = float64(bias[i]) - float64(mean[i])*scale[i]
	}
	return scale, shift
}
