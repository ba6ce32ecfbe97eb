package onnx

// patchMerging halves the map between stages: linear layer to four times the width, ReLU, depthwise 3×3 of
// stride 2, ReLU, squeeze-and-excite, linear layer to the new width.
func (b *builder) patchMerging(name string, x featureMap) featureMap {
	y := b.relu(b.linear(x, b.linearLayer(name+".conv1")))
	y = b.relu(b.depthwise(y, b.depthwiseLayer(name+".conv2", 2)))
	y = b.squeezeExcite(name+".se", y)
	return b.linear(y, b.linearLayer(name+".conv3"))
}

// squeezeExcite scales every channel by a gate computed from the mean of all.
func (b *builder) squeezeExcite(name string, x featureMap) featureMap {
	fc1, fc2 := b.linearLayer(name+".fc1"), b.linearLayer(name+".fc2")
	v := b.gemm(fc1.name, b.pool(name+"#mean", x), fc1)
	v = b.node("Relu", v+"#relu", []string{v})
	v = b.gemm(fc2.name, v, fc2)
	gate := b.node("Sigmoid", name+"#gate", []string{v})
	if !x.rows {
		gate = b.reshape(gate+"#map", gate, 1, x.c, 1, 1)
	}
	return x.named(b.node("Mul", name, []string{x.name, gate}))
}
