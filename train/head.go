package train

import "mobilemamba/train/internal/ops"

// head is the classifier: global average pool, BatchNorm, linear layer with bias.
type head struct {
	bn   *batchNorm
	fc   *linear
	bias *Param

	in             ops.Map // shape of the last map
	pooled, normed ops.Map
	logits         ops.Map
}

func (t *tensors) head(name string) *head {
	return &head{bn: t.batchNorm(name + ".bn"), fc: t.linear(name + ".l.weight"), bias: t.param(name + ".l.bias")}
}

func (h *head) forward(p *pass, x ops.Map) ops.Map {
	h.in = x
	ops.GlobalPool(p.team, output(&h.pooled, x.B, 1, 1, x.C), x)
	p.show("pooled", h.pooled)
	h.bn.forward(p, output(&h.normed, x.B, 1, 1, x.C), h.pooled, ops.Map{}, false)
	p.show("head.bn", h.normed)
	h.fc.forward(p, output(&h.logits, x.B, 1, 1, h.fc.n), h.normed)
	ops.AddBias(h.logits, h.bias.Data)
	return h.logits
}

// backward computes the gradient dx of the last map.
func (h *head) backward(p *pass, dx, dlogits ops.Map) {
	ops.BiasGrad(p.team, h.bias.Grad, dlogits)
	d := p.scratch(h.pooled, h.pooled.C)
	h.fc.backward(p, d, dlogits, h.normed, false)
	p.showGrad("head.bn", d)
	h.bn.backward(p, d, d, h.pooled)
	p.showGrad("pooled", d)
	ops.GlobalPoolGrad(p.team, dx, d, false)
	p.done(d)
}
