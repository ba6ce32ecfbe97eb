package onnx

import (
	"fmt"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
)

// builder writes a network's boxes into a graph and keeps the first error in reading weights.
type builder struct {
	*graph
	config model.Config
	target Target
	sd     *checkpoint.StateDict
	err    error
}

// network writes the whole: patch embedding, three stages, head.
func (b *builder) network(h, w int) {
	c := b.config
	x := featureMap{b.input("x", 1, 3, h, w), h, w, 3, false}
	x = b.patchEmbed("patch_embed", x)
	for stage := range c.EmbedDim {
		blocks, first := fmt.Sprintf("blocks%d", stage+1), 0
		if stage > 0 {
			x = b.mixing(blocks+".0", x)
			x = b.patchMerging(blocks+".1", x)
			x = b.mixing(blocks+".2", x)
			first = 3
		}
		for i := range c.Depth[stage] {
			x = b.mobileMambaBlock(fmt.Sprintf("%s.%d", blocks, first+i), x, stage)
		}
	}
	b.classify(x)
}

// classify is the head: global average pool, then a linear layer. The mean of two linear layers, which a
// distilled model has, is one again.
func (b *builder) classify(x featureMap) {
	head := b.linearLayer("head")
	if b.config.Distillation {
		dist := b.linearLayer("head_dist")
		mean(head.weight, dist.weight)
		mean(head.bias, dist.bias)
	}
	logits := b.gemm("logits", b.pool("pooled", x), head)
	b.output(logits, 1, b.config.Classes)
}

// mean sets x to (x+y)/2.
func mean(x, y []float32) {
	for i := range x {
		x[i] = (x[i] + y[i]) / 2
	}
}
