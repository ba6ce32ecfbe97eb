package train

import (
	"fmt"
	"strings"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
	"mobilemamba/train/internal/ops"
)

// Param is a trainable tensor under its official name and shape.
type Param struct {
	Name  string
	Shape []int
	Data  []float32
	Grad  []float32 // of the last backward pass
}

// Decays tells whether weight decay applies: by the official rule to everything that has more than one dimension and
// no name in .bias. That includes A_logs, dt_projs_bias and the scales, but not Ds or the norms.
func (p *Param) Decays() bool { return len(p.Shape) > 1 && !strings.HasSuffix(p.Name, ".bias") }

// Stat is a running statistic of a BatchNorm: part of the state dict, but not trained.
type Stat struct {
	Name string
	Data []float32
}

// tensors holds the network's parameters and statistics. All parameters lie one after the other in one array, and so
// do their gradients and the statistics, for the sake of the optimizer and the moving average.
type tensors struct {
	Params []*Param
	Stats  []*Stat

	specs               []checkpoint.Spec
	data, grad, running []float32
	params              map[string]*Param
	stats               map[string]*Stat
	err                 error // of a layer's lookup
}

// newTensors makes room for tensors of the given names and shapes.
func newTensors(specs []checkpoint.Spec) *tensors {
	t := &tensors{specs: specs, params: map[string]*Param{}, stats: map[string]*Stat{}}
	var trained, tracked int
	for _, s := range specs {
		switch n := size(s.Shape); kind(s.Name) {
		case trainable:
			t.Params = append(t.Params, &Param{Name: s.Name, Shape: s.Shape})
			trained += n
		case statistic:
			t.Stats = append(t.Stats, &Stat{Name: s.Name, Data: make([]float32, n)})
			tracked += n
		}
	}
	t.data, t.grad, t.running = ops.Alloc(trained), ops.Alloc(trained), ops.Alloc(tracked)
	at := 0
	for _, p := range t.Params {
		n := size(p.Shape)
		p.Data, p.Grad = t.data[at:at+n], t.grad[at:at+n]
		t.params[p.Name] = p
		at += n
	}
	at = 0
	for _, s := range t.Stats {
		n := len(s.Data)
		s.Data = t.running[at : at+n]
		t.stats[s.Name] = s
		at += n
	}
	return t
}

type tensorKind int

const (
	trainable tensorKind = iota
	statistic
	constant // the Haar filters and the count of batches
)

func kind(name string) tensorKind {
	switch {
	case strings.HasSuffix(name, ".running_mean"), strings.HasSuffix(name, ".running_var"):
		return statistic
	case strings.HasSuffix(name, "wt_filter"), strings.HasSuffix(name, ".num_batches_tracked"):
		return constant
	}
	return trainable
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// param returns the named parameter for a layer to use.
func (t *tensors) param(name string) *Param {
	p := t.params[name]
	if p == nil {
		t.err = fmt.Errorf("train: no parameter %s in this configuration", name)
		return &Param{Name: name}
	}
	return p
}

// stat returns the named statistic for a layer to use.
func (t *tensors) stat(name string) *Stat {
	s := t.stats[name]
	if s == nil {
		t.err = fmt.Errorf("train: no statistic %s in this configuration", name)
		return &Stat{Name: name}
	}
	return s
}

// Load reads the parameters and statistics from a checkpoint that is not folded yet.
func (t *tensors) Load(sd *checkpoint.StateDict) error {
	if err := checkpoint.Check(sd, t.specs); err != nil {
		return err
	}
	read := func(name string, dst []float32) error {
		data, err := sd.Get(name).Float32s()
		copy(dst, data)
		return err
	}
	for _, p := range t.Params {
		if err := read(p.Name, p.Data); err != nil {
			return err
		}
	}
	for _, s := range t.Stats {
		if err := read(s.Name, s.Data); err != nil {
			return err
		}
	}
	return nil
}

// StateDict returns a copy of the network's tensors, as package model loads them. Values come from data and running,
// which are laid out as the network's own: those of a moving average, for example.
func (t *tensors) stateDict(data, running []float32) *checkpoint.StateDict {
	sd := &checkpoint.StateDict{Metadata: map[string]string{}}
	for _, s := range t.specs {
		n := size(s.Shape)
		take := func(from *[]float32) {
			sd.Add(checkpoint.NewTensor(s.Name, s.Shape, append([]float32(nil), (*from)[:n]...)))
			*from = (*from)[n:]
		}
		switch {
		case s.Optional: // num_batches_tracked, which nothing needs
		case kind(s.Name) == trainable:
			take(&data)
		case kind(s.Name) == statistic:
			take(&running)
		default:
			// The Haar filters are the same in every network.
			sd.Add(checkpoint.NewTensor(s.Name, s.Shape, model.SyntheticTensor("", s.Name, s.Shape)))
		}
	}
	return sd
}
