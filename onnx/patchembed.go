package onnx

import (
	"fmt"

	"mobilemamba/kernels"
)

// patchEmbed is the stem: four 3×3 convolutions of stride 2 with ReLU between them.
func (b *builder) patchEmbed(name string, x featureMap) featureMap {
	const convs = 4
	for i := range convs {
		conv := fmt.Sprintf("%s.%d", name, 2*i)
		weight, bias := b.tensor(conv+".weight"), b.tensor(conv+".bias")
		y := featureMap{conv, kernels.ConvOut(x.h, 2), kernels.ConvOut(x.w, 2), len(bias), false}
		b.node("Conv", conv, []string{
			x.name, b.floats(conv+".weight", weight, y.c, x.c, 3, 3), b.floats(conv+".bias", bias, y.c),
		}, attr{"kernel_shape", []int{3, 3}}, attr{"pads", []int{1, 1, 1, 1}}, attr{"strides", []int{2, 2}})
		if i < convs-1 {
			y = b.relu(y)
		}
		x = y
	}
	return x
}
