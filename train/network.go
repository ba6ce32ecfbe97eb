package train

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
	"mobilemamba/train/internal/ops"
)

// Network is a MobileMamba in training.
type Network struct {
	*tensors
	Config model.Config

	embed   *patchEmbed
	modules []module
	head    *head
	pass    pass
}

// module maps a feature map to the next.
type module interface {
	forward(p *pass, x ops.Map) ops.Map
	// step turns the gradient of the output, scratch memory of p, into that of the input, also scratch memory of p.
	step(p *pass, dy ops.Map) ops.Map
}

func (m *mobileMambaBlock) step(p *pass, dy ops.Map) ops.Map { m.backward(p, dy); return dy }
func (m *mixing) step(p *pass, dy ops.Map) ops.Map           { m.backward(p, dy); return dy }
func (m *patchMerging) step(p *pass, dy ops.Map) ops.Map {
	in := m.conv1.x
	dx := p.scratch(in, in.C)
	m.backward(p, dx, dy)
	p.done(dy)
	return dx
}

// NewNetwork makes a network of the configuration with all parameters zero; see Init and Load. It computes on the
// given number of workers, 0 for one a core.
func NewNetwork(c model.Config, workers int) (*Network, error) {
	if c.Distillation {
		return nil, errors.New("train: a network with a distillation head cannot be trained, as in the official code; " +
			"knowledge distillation acts on the one head")
	}
	t := newTensors(c.Specs(false))
	n := &Network{tensors: t, Config: c, embed: t.patchEmbed("patch_embed"), pass: pass{team: ops.NewTeam(workers)}}
	for i := range c.EmbedDim {
		blocks := fmt.Sprintf("blocks%d", i+1)
		first := 0
		if i > 0 {
			first = 3
			n.modules = append(n.modules, t.mixing(blocks+".0"), t.patchMerging(blocks+".1"), t.mixing(blocks+".2"))
		}
		for j := range c.Depth[i] {
			n.modules = append(n.modules, t.mobileMambaBlock(fmt.Sprintf("%s.%d", blocks, first+j), c.Global[i], c.Local[i]))
		}
	}
	n.head = t.head("head")
	return n, t.err
}

// Forward computes the logits [B, Classes] of normalised pictures x [B, H, W, 3] in training mode: BatchNorm uses the
// batch's statistics and moves the running ones. The logits are valid until the next pass.
func (n *Network) Forward(x []float32, b, h, w int) []float32 {
	n.pass.training, n.pass.update = true, true
	return n.forward(x, b, h, w)
}

// Eval computes the logits [B, Classes] of normalised pictures x [B, H, W, 3] in evaluation mode: BatchNorm uses the
// running statistics, and no path is dropped. The logits are valid until the next pass.
func (n *Network) Eval(x []float32, b, h, w int) []float32 {
	n.pass.training, n.pass.update = false, false
	return n.forward(x, b, h, w)
}

func (n *Network) forward(x []float32, b, h, w int) []float32 {
	y := n.embed.forward(&n.pass, ops.NewMap(b, h, w, 3, x))
	for _, m := range n.modules {
		y = m.forward(&n.pass, y)
	}
	return n.head.forward(&n.pass, y).Data
}

// Backward computes the gradients of all parameters for dlogits [B, Classes], the gradient of the logits of the last
// Forward, and in dx [B, H, W, 3] that of its pictures, if it is not nil.
func (n *Network) Backward(dlogits, dx []float32) {
	p := &n.pass
	in := n.head.in
	d := p.scratch(in, in.C)
	dy := p.scratch(n.head.logits, n.Config.Classes)
	copy(dy.Data, dlogits)
	n.head.backward(p, d, dy)
	p.done(dy)
	for i := len(n.modules) - 1; i >= 0; i-- {
		d = n.modules[i].step(p, d)
	}
	picture := n.embed.convs[0].x
	picture.Data = dx
	n.embed.backward(p, picture, d)
	p.done(d)
}

// StateDict returns a copy of the network's tensors, as package model loads them.
func (n *Network) StateDict() *checkpoint.StateDict { return n.stateDict(n.data, n.running) }

// Arithmetic names the instructions that training uses in this build on this processor.
func Arithmetic() string { return ops.Arithmetic() }

// SetDropPath sets the stochastic depth: a rate that grows from 0 at the first block to last at the last one.
func (n *Network) SetDropPath(last float64, rng *rand.Rand) {
	var blocks []*mobileMambaBlock
	for _, m := range n.modules {
		if b, ok := m.(*mobileMambaBlock); ok {
			blocks = append(blocks, b)
		}
	}
	for i, b := range blocks {
		b.dropPath = last * float64(i) / float64(max(1, len(blocks)-1))
	}
	n.pass.rng = rng
}

// dropPath draws the factors of a block's inner chain by image, nil where nothing is dropped.
func (p *pass) dropPath(keep []float32, images int, rate float64) []float32 {
	if !p.training || rate == 0 {
		return nil
	}
	keep = ops.Grow(keep, images)
	for i := range keep {
		keep[i] = 0
		if p.rng.Float64() >= rate {
			keep[i] = float32(1 / (1 - rate))
		}
	}
	return keep
}
