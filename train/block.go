package train

import "mobilemamba/train/internal/ops"

// mobileMambaBlock is the paper's block (figure 4): a depthwise convolution and an FFN before and after the MRFFI
// module, each with its residual, and a skip around the whole, with stochastic depth on it.
type mobileMambaBlock struct {
	name       string
	dw0, dw1   *depthwiseBN
	ffn0, ffn1 *ffn
	mixer      *mrffi
	dropPath   float64 // rate of images whose inner chain is left out

	keep []float32 // factor of the inner chain by image; nil without drop path
	y    ops.Map
}

func (t *tensors) mobileMambaBlock(name string, global, local int) *mobileMambaBlock {
	return &mobileMambaBlock{
		name:  name,
		dw0:   t.depthwiseBN(name+".dw0.m.c", name+".dw0.m.bn", 1, false),
		ffn0:  t.ffn(name + ".ffn0"),
		mixer: t.mrffi(name+".mixer.m.attn", global, local),
		dw1:   t.depthwiseBN(name+".dw1.m.c", name+".dw1.m.bn", 1, false),
		ffn1:  t.ffn(name + ".ffn1"),
	}
}

func (m *mobileMambaBlock) forward(p *pass, x ops.Map) ops.Map {
	f := m.dw0.forward(p, x, true)
	p.show(m.name+".dw0", f)
	f = m.ffn0.forward(p, f)
	p.show(m.name+".ffn0", f)
	f = m.mixer.forward(p, f)
	p.show(m.name+".mixer", f)
	f = m.dw1.forward(p, f, true)
	p.show(m.name+".dw1", f)
	f = m.ffn1.forward(p, f)
	p.show(m.name+".ffn1", f)

	y := like(&m.y, x, x.C)
	m.keep = p.dropPath(m.keep, x.B, m.dropPath)
	if m.keep != nil {
		ops.ScaleImages(p.team, y, f, m.keep)
	} else {
		ops.Copy(p.team, y, f)
	}
	ops.Add(p.team, y, x)
	p.show(m.name, y)
	return y
}

func (m *mobileMambaBlock) backward(p *pass, d ops.Map) {
	p.showGrad(m.name, d)
	df := p.scratch(d, d.C) // of the inner chain
	if m.keep != nil {
		ops.ScaleImages(p.team, df, d, m.keep)
	} else {
		ops.Copy(p.team, df, d)
	}
	p.showGrad(m.name+".ffn1", df)
	m.ffn1.backward(p, df)
	p.showGrad(m.name+".dw1", df)
	m.dw1.backward(p, df, df, true)
	p.showGrad(m.name+".mixer", df)
	m.mixer.backward(p, df)
	p.showGrad(m.name+".ffn0", df)
	m.ffn0.backward(p, df)
	p.showGrad(m.name+".dw0", df)
	m.dw0.backward(p, df, df, true)

	ops.Add(p.team, d, df)
	p.done(df)
}

// mixing is the depthwise convolution and FFN, each with its residual, before and after a patch merging.
type mixing struct {
	name string
	dw   *depthwiseBN
	ffn  *ffn
}

func (t *tensors) mixing(name string) *mixing {
	return &mixing{
		name: name,
		dw:   t.depthwiseBN(name+".0.m.c", name+".0.m.bn", 1, false),
		ffn:  t.ffn(name + ".1"),
	}
}

func (m *mixing) forward(p *pass, x ops.Map) ops.Map {
	y := m.dw.forward(p, x, true)
	p.show(m.name+".0", y)
	y = m.ffn.forward(p, y)
	p.show(m.name+".1", y)
	p.show(m.name, y)
	return y
}

func (m *mixing) backward(p *pass, d ops.Map) {
	p.showGrad(m.name, d)
	p.showGrad(m.name+".1", d)
	m.ffn.backward(p, d)
	p.showGrad(m.name+".0", d)
	m.dw.backward(p, d, d, true)
}
