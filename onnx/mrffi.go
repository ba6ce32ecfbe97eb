package onnx

// mrffi is the multi-receptive field feature interaction module (figure 4) with its residual: it splits the
// channels into a global, a local and an identity branch, concatenates their results and mixes them.
func (b *builder) mrffi(mixer string, x featureMap, stage int) featureMap {
	name := mixer + ".m.attn"
	global, local := b.config.Global[stage], b.config.Local[stage]
	branches := b.split(name+"#split", x,
		part{name + "#global", global}, part{name + "#local", local}, part{name + "#identity", x.c - global - local})
	branches[0] = b.globalOp(name+".global_op", branches[0], stage)
	branches[1] = b.localOp(name+".local_op", branches[1])
	y := b.relu(b.concat(name+"#cat", branches...))
	y = b.linear(y, b.linearLayer(name+".proj.1"))
	return b.add(mixer, x, y)
}

// globalOp computes WT(x) + base_scale·SS2D(x): wavelet-enhanced Mamba.
func (b *builder) globalOp(name string, x featureMap, stage int) featureMap {
	return b.add(name, b.wavelet(name, x), b.ss2d(name, x, stage))
}

// localOp is a depthwise k×k convolution, ReLU, and a depthwise 1×1 convolution: a scale and a shift.
func (b *builder) localOp(name string, x featureMap) featureMap {
	y := b.relu(b.depthwise(x, b.depthwiseLayer(name+".0", 1)))
	scale := b.perChannel(name+".2.weight", b.tensor(name+".2.weight"), y)
	shift := b.perChannel(name+".2.bias", b.tensor(name+".2.bias"), y)
	v := b.node("Mul", name+".2#scaled", []string{y.name, scale})
	return y.named(b.node("Add", name+".2", []string{v, shift}))
}
