package train

import "mobilemamba/train/internal/ops"

// ffn is the feed-forward network within its residual: 1×1 convolution to twice the width, ReLU, 1×1 convolution
// back.
type ffn struct {
	pw1, pw2 *convBN
}

func (t *tensors) ffn(name string) *ffn {
	return &ffn{pw1: t.convBN(name+".m.pw1", true), pw2: t.convBN(name+".m.pw2", false)}
}

// forward computes x + pw2(relu(pw1(x))).
func (f *ffn) forward(p *pass, x ops.Map) ops.Map {
	return f.pw2.residual(p, f.pw1.forward(p, x), x)
}

// backward turns the gradient of the output into that of the input, in place.
func (f *ffn) backward(p *pass, d ops.Map) {
	dh := p.scratch(d, f.pw1.conv.n)
	f.pw2.backward(p, dh, d, false)
	f.pw1.backward(p, d, dh, true)
	p.done(dh)
}
