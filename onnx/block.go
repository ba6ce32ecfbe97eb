package onnx

// mobileMambaBlock is the paper's block (figure 4): a depthwise convolution and an FFN before and after the
// MRFFI module, each with its residual, and a skip around the whole.
func (b *builder) mobileMambaBlock(name string, x featureMap, stage int) featureMap {
	x = b.home(x)
	y := b.depthwise(x, b.residualDepthwise(name+".dw0.m"))
	y = b.ffn(name+".ffn0", y)
	y = b.mrffi(name+".mixer", y, stage)
	y = b.depthwise(y, b.residualDepthwise(name+".dw1.m"))
	y = b.ffn(name+".ffn1", y)
	return b.add(name, x, y)
}

// ffn is the feed-forward network with its residual: linear layer to twice the width, ReLU, linear layer back.
func (b *builder) ffn(name string, x featureMap) featureMap {
	y := b.relu(b.linear(x, b.linearLayer(name+".m.pw1")))
	y = b.linear(y, b.linearLayer(name+".m.pw2"))
	return b.add(name, x, y)
}

// mixing is the depthwise convolution and FFN, each with its residual, before and after a patch merging.
func (b *builder) mixing(name string, x featureMap) featureMap {
	return b.ffn(name+".1", b.depthwise(x, b.residualDepthwise(name+".0.m")))
}
