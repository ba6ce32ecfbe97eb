package train

import (
	"math/rand/v2"

	"mobilemamba/train/internal/ops"
)

// pass is one forward and backward pass through the network: its mode, its workers, and the buffers of gradients.
type pass struct {
	team     *ops.Team
	training bool       // BatchNorm uses the batch's statistics, and drop path is on
	update   bool       // the running statistics follow
	rng      *rand.Rand // of drop path
	free     map[int][][]float32

	// If set, they are shown intermediate results and their gradients under the official names.
	probe     func(name string, m ops.Map)
	probeGrad func(name string, m ops.Map)
}

// scratch returns a matrix of undefined content that lives until it is given back with done.
func (p *pass) scratch(like ops.Map, channels int) ops.Map {
	n := like.Rows() * channels
	buf := func() []float32 {
		if list := p.free[n]; len(list) > 0 {
			p.free[n] = list[:len(list)-1]
			return list[len(list)-1]
		}
		return ops.Alloc(n)
	}()
	return ops.NewMap(like.B, like.H, like.W, channels, buf)
}

// done gives scratch memory back.
func (p *pass) done(maps ...ops.Map) {
	if p.free == nil {
		p.free = map[int][][]float32{}
	}
	for _, m := range maps {
		p.free[len(m.Data)] = append(p.free[len(m.Data)], m.Data)
	}
}

func (p *pass) show(name string, m ops.Map) {
	if p.probe != nil {
		p.probe(name, m)
	}
}

func (p *pass) showGrad(name string, m ops.Map) {
	if p.probeGrad != nil {
		p.probeGrad(name, m)
	}
}

// output makes *m a map of the given size, reusing its memory.
func output(m *ops.Map, b, h, w, c int) ops.Map {
	*m = ops.NewMap(b, h, w, c, ops.Grow(m.Data, b*h*w*c))
	return *m
}

// like makes *m a map of x's pixels with c channels, reusing its memory.
func like(m *ops.Map, x ops.Map, c int) ops.Map { return output(m, x.B, x.H, x.W, c) }
