package model

import (
	"fmt"

	"mobilemamba/checkpoint"
)

// layerKind says how a layer is stored in an official state dict, before and after BN folding.
type layerKind int

const (
	param    layerKind = iota // one tensor, NAME
	convBN                    // NAME.c.weight and NAME.bn.*; folded: NAME.weight, NAME.bias
	dwconvBN                  // convBN under the names of DWConv2d_BN_ReLU, see layer.conv and layer.bn
	bnLinear                  // NAME.bn.* before NAME.l.weight, NAME.l.bias; folded: NAME.weight, NAME.bias
)

// layer is one entry of the network's table of tensors.
type layer struct {
	kind     layerKind
	name     string // folded name; for param the only name
	conv, bn string // dwconvBN: names of the convolution and the BatchNorm before folding
	shape    []int  // of the weight
}

// layers lists every tensor of the network in the order of the official state dict.
func (c Config) layers() []layer {
	var ls []layer
	add := func(kind layerKind, name string, shape ...int) {
		ls = append(ls, layer{kind: kind, name: name, shape: shape})
	}
	ffn := func(p string, dim int) { ls = append(ls, ffnLayers(p, dim)...) }
	in := 3
	for i, out := range c.stemWidths() {
		add(convBN, fmt.Sprintf("patch_embed.%d", 2*i), out, in, 3, 3)
		in = out
	}
	for stage, dim := range c.EmbedDim {
		prefix := fmt.Sprintf("blocks%d", stage+1)
		if stage > 0 {
			from := c.EmbedDim[stage-1]
			add(convBN, prefix+".0.0.m", from, 1, 3, 3)
			ffn(prefix+".0.1", from)
			ls = append(ls, mergingLayers(prefix+".1", from, dim)...)
			add(convBN, prefix+".2.0.m", dim, 1, 3, 3)
			ffn(prefix+".2.1", dim)
		}
		for i := range c.Depth[stage] {
			p := c.blockName(stage, i)
			add(convBN, p+".dw0.m", dim, 1, 3, 3)
			ffn(p+".ffn0", dim)
			ls = append(ls, c.mrffiLayers(p+".mixer.m.attn", stage)...)
			add(convBN, p+".dw1.m", dim, 1, 3, 3)
			ffn(p+".ffn1", dim)
		}
	}
	last := c.EmbedDim[2]
	add(bnLinear, "head", c.Classes, last)
	if c.Distillation {
		add(bnLinear, "head_dist", c.Classes, last)
	}
	return ls
}

// blockName returns the official name of MobileMamba block i of a stage: in the later stages the down-sampling
// modules come first.
func (c Config) blockName(stage, i int) string {
	if stage > 0 {
		i += 3
	}
	return fmt.Sprintf("blocks%d.%d", stage+1, i)
}

// ffnLayers lists the tensors of an FFN within its residual.
func ffnLayers(p string, dim int) []layer {
	return []layer{
		{kind: convBN, name: p + ".m.pw1", shape: []int{2 * dim, dim, 1, 1}},
		{kind: convBN, name: p + ".m.pw2", shape: []int{dim, 2 * dim, 1, 1}},
	}
}

// mergingLayers lists PatchMerging's tensors.
func mergingLayers(p string, from, to int) []layer {
	hidden := 4 * from
	rd := seChannels(hidden)
	return []layer{
		{kind: convBN, name: p + ".conv1", shape: []int{hidden, from, 1, 1}},
		{kind: convBN, name: p + ".conv2", shape: []int{hidden, 1, 3, 3}},
		{kind: param, name: p + ".se.fc1.weight", shape: []int{rd, hidden, 1, 1}},
		{kind: param, name: p + ".se.fc1.bias", shape: []int{rd}},
		{kind: param, name: p + ".se.fc2.weight", shape: []int{hidden, rd, 1, 1}},
		{kind: param, name: p + ".se.fc2.bias", shape: []int{hidden}},
		{kind: convBN, name: p + ".conv3", shape: []int{to, hidden, 1, 1}},
	}
}

// mrffiLayers lists the tensors of an MRFFI module.
func (c Config) mrffiLayers(p string, stage int) []layer {
	g, l, k := c.Global[stage], c.Local[stage], c.Kernels[stage]
	d, r, dim := c.DInner[stage], c.DTRank[stage], c.EmbedDim[stage]
	local, global := p+".local_op", p+".global_op"
	ssm := global + ".global_atten"
	return []layer{
		{kind: dwconvBN, name: local + ".0", conv: local + ".dwconv3x3", bn: local + ".bn1", shape: []int{l, 1, k, k}},
		{kind: dwconvBN, name: local + ".2", conv: local + ".dwconv1x1", bn: local + ".bn2", shape: []int{l, 1, 1, 1}},
		{kind: param, name: global + ".wt_filter", shape: []int{4 * g, 1, 2, 2}},
		{kind: param, name: global + ".iwt_filter", shape: []int{4 * g, 1, 2, 2}},
		{kind: param, name: ssm + ".x_proj_weight", shape: []int{2, r + 2, d}},
		{kind: param, name: ssm + ".Ds", shape: []int{2 * d}},
		{kind: param, name: ssm + ".A_logs", shape: []int{2 * d, 1}},
		{kind: param, name: ssm + ".dt_projs_weight", shape: []int{2, d, r}},
		{kind: param, name: ssm + ".dt_projs_bias", shape: []int{2, d}},
		{kind: param, name: ssm + ".out_norm.weight", shape: []int{d}},
		{kind: param, name: ssm + ".out_norm.bias", shape: []int{d}},
		{kind: convBN, name: ssm + ".in_proj", shape: []int{2 * d, g, 1, 1}},
		{kind: param, name: ssm + ".conv2d.weight", shape: []int{d, 1, 3, 3}},
		{kind: param, name: ssm + ".conv2d.bias", shape: []int{d}},
		{kind: convBN, name: ssm + ".out_proj", shape: []int{g, d, 1, 1}},
		{kind: param, name: global + ".base_scale.weight", shape: []int{1, g, 1, 1}},
		{kind: param, name: global + ".wavelet_convs.0.weight", shape: []int{4 * g, 1, k, k}},
		{kind: param, name: global + ".wavelet_scale.0.weight", shape: []int{1, 4 * g, 1, 1}},
		{kind: convBN, name: p + ".proj.1", shape: []int{dim, dim, 1, 1}},
	}
}

// names returns what a layer is called before folding: its convolution or linear part and its BatchNorm.
func (l layer) names() (weight, bn string) {
	switch l.kind {
	case convBN:
		return l.name + ".c.weight", l.name + ".bn"
	case dwconvBN:
		return l.conv + ".weight", l.bn
	case bnLinear:
		return l.name + ".l.weight", l.name + ".bn"
	}
	return l.name, ""
}

// Specs lists the tensors that a checkpoint of this configuration holds, before BN folding or after it.
func (c Config) Specs(folded bool) []checkpoint.Spec {
	var specs []checkpoint.Spec
	add := func(name string, shape ...int) {
		specs = append(specs, checkpoint.Spec{Name: name, Shape: shape})
	}
	for _, l := range c.layers() {
		switch {
		case l.kind == param:
			add(l.name, l.shape...)
		case folded:
			add(l.name+".weight", l.shape...)
			add(l.name+".bias", l.shape[0])
		case l.kind == bnLinear:
			specs = append(specs, bnSpecs(l.name+".bn", l.shape[1])...)
			add(l.name+".l.weight", l.shape...)
			add(l.name+".l.bias", l.shape[0])
		default:
			weight, bn := l.names()
			add(weight, l.shape...)
			specs = append(specs, bnSpecs(bn, l.shape[0])...)
		}
	}
	return specs
}

// bnSpecs lists the tensors of a BatchNorm over n channels.
func bnSpecs(p string, n int) []checkpoint.Spec {
	return []checkpoint.Spec{
		{Name: p + ".weight", Shape: []int{n}},
		{Name: p + ".bias", Shape: []int{n}},
		{Name: p + ".running_mean", Shape: []int{n}},
		{Name: p + ".running_var", Shape: []int{n}},
		{Name: p + ".num_batches_tracked", Shape: []int{}, Optional: true},
	}
}
