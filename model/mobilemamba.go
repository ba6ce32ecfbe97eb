// Package model is MobileMamba (arXiv 2411.15941) in evaluation: configurations, loading with BN folding, and
// the forward pass with a trace. The code follows the paper's figures: patch embedding, three stages of
// MobileMamba blocks with patch merging between them, a linear head; inside a block the MRFFI module with its
// global (wavelet and Mamba), local and identity branch. Fields and traces carry the official names.
//
// Maps are [H, W, C] row-major float32 throughout. Errors about a checkpoint that is no MobileMamba
// hold a *checkpoint.MismatchError, with every tensor that is missing, unexpected or misshapen, or a *checkpoint.Error.
package model

import (
	"fmt"
	"strings"

	"mobilemamba/checkpoint"
	"mobilemamba/kernels"
)

// Model is a network ready to run: BN folded, weights packed for one set of kernels. It is read-only and may
// be shared by States that run at the same time.
type Model struct {
	Config  Config
	Kernels *kernels.Set

	modules []namedModule // patch_embed, then the children of the three stages, in order
	head    linear
	dist    *linear // head_dist, nil without distillation
}

// namedModule is a child of the network under its official name: one entry of the trace.
type namedModule struct {
	name, stage string
	module
}

// module maps a feature map to the next.
type module interface {
	// forward computes the module on x, a buffer of s, and returns its output, a buffer of s.
	forward(s *State, x Map) Map
	// out returns the shape of the output for an input shape.
	out(in Shape) Shape
	// macs counts the multiply-accumulates of convolutions, linear layers and wavelet transforms.
	macs(in Shape) int64
	// reserve grows the buffers of s to what forward needs.
	reserve(s *State, in Shape)
}

// Load builds the network that a checkpoint describes, on the given kernels. BN is folded if it is not yet.
// The error names every tensor that is missing, unexpected or misshapen.
func Load(sd *checkpoint.StateDict, set *kernels.Set) (*Model, error) {
	folded, c, err := Fuse(sd)
	if err != nil {
		return nil, err
	}
	b := builder{reader: reader{sd: folded}, set: set}
	m := &Model{Config: c, Kernels: set}
	add := func(stage, name string, mod module) {
		m.modules = append(m.modules, namedModule{name, stage, mod})
	}
	add("stem", "patch_embed", b.patchEmbed("patch_embed"))
	for i := range c.EmbedDim {
		stage, blocks := fmt.Sprintf("stage%d", i+1), fmt.Sprintf("blocks%d", i+1)
		if i > 0 {
			add(stage, blocks+".0", b.mixing(blocks+".0"))
			add(stage, blocks+".1", b.patchMerging(blocks+".1"))
			add(stage, blocks+".2", b.mixing(blocks+".2"))
		}
		for j := range c.Depth[i] {
			name := c.blockName(i, j)
			add(stage, name, b.mobileMambaBlock(name, c.Global[i], c.Local[i]))
		}
	}
	m.head = b.linear("head")
	if c.Distillation {
		dist := b.linear("head_dist")
		m.dist = &dist
	}
	if b.err != nil {
		return nil, b.err
	}
	return m, nil
}

// Forward computes the logits [Classes] of a normalised image x [H, W, 3] of the size that s was made for, and
// fills s.Trace. It allocates nothing; the logits are valid until the next call with s.
func (m *Model) Forward(s *State, x []float32) ([]float32, error) {
	if len(x) != s.H*s.W*3 {
		return nil, fmt.Errorf("model: the input has %d values; this state takes %d×%d×3 = %d", len(x), s.H, s.W, s.H*s.W*3)
	}
	s.start()
	y := Map{Shape{s.H, s.W, 3}, x}
	for i := range m.modules {
		y = m.modules[i].forward(s, y)
		s.probe(m.modules[i].name, "", y.view())
		s.lap(i)
	}
	s.final = y
	m.classify(s, y)
	s.lap(len(m.modules))
	return s.logits, nil
}

// classify is the head: global average pool, then a linear layer (BN folded); with distillation the mean of
// two such layers.
func (m *Model) classify(s *State, x Map) {
	m.Kernels.GlobalPool(s.pooled, x.Data, x.H*x.W, x.C)
	s.probe("pooled", "", View{1, 1, x.C, x.C, s.pooled})
	m.head.forward(m.Kernels, s.pooled, s.logits)
	if m.dist == nil {
		return
	}
	s.probe("head", "", View{1, 1, len(s.logits), len(s.logits), s.logits})
	m.dist.forward(m.Kernels, s.pooled, s.distLogits)
	s.probe("head_dist", "", View{1, 1, len(s.logits), len(s.logits), s.distLogits})
	for i, v := range s.distLogits {
		s.logits[i] = (s.logits[i] + v) / 2
	}
}

// Params counts the weights of the network as it runs: BN folded, the constant wavelet filters not counted.
func (m *Model) Params() int64 {
	var n int64
	for _, s := range m.Config.Specs(true) {
		if strings.HasSuffix(s.Name, "wt_filter") {
			continue
		}
		size := int64(1)
		for _, d := range s.Shape {
			size *= int64(d)
		}
		n += size
	}
	return n
}
