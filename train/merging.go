package train

import "mobilemamba/train/internal/ops"

// patchMerging halves the map between stages: 1×1 convolution to four times the width, ReLU, depthwise 3×3 of
// stride 2, ReLU, squeeze-and-excite, 1×1 convolution to the new width.
type patchMerging struct {
	name         string
	conv1, conv3 *convBN
	conv2        *depthwiseBN
	se           *squeezeExcite
}

func (t *tensors) patchMerging(name string) *patchMerging {
	return &patchMerging{
		name:  name,
		conv1: t.convBN(name+".conv1", true),
		conv2: t.depthwiseBN(name+".conv2.c", name+".conv2.bn", 2, true),
		se:    t.squeezeExcite(name + ".se"),
		conv3: t.convBN(name+".conv3", false),
	}
}

func (m *patchMerging) forward(p *pass, x ops.Map) ops.Map {
	y := m.conv1.forward(p, x)
	p.show(m.name+".conv1", y)
	y = m.conv2.forward(p, y, false)
	p.show(m.name+".conv2", y)
	y = m.se.forward(p, y)
	p.show(m.name+".se", y)
	y = m.conv3.forward(p, y)
	p.show(m.name+".conv3", y)
	p.show(m.name, y)
	return y
}

// backward computes dx.
func (m *patchMerging) backward(p *pass, dx, dy ops.Map) {
	p.showGrad(m.name, dy)
	p.showGrad(m.name+".conv3", dy)
	wide := m.conv2.y
	dw := p.scratch(wide, wide.C)
	m.conv3.backward(p, dw, dy, false)
	p.showGrad(m.name+".se", dw)
	m.se.backward(p, dw)
	dh := p.scratch(m.conv1.y, m.conv1.y.C)
	m.conv2.backward(p, dh, dw, false)
	m.conv1.backward(p, dx, dh, false)
	p.done(dw, dh)
}

// squeezeExcite scales every channel by a gate computed from the means of all.
type squeezeExcite struct {
	fc1, fc2         *linear
	bias1, bias2     *Param
	x, y             ops.Map
	mean, hidden, on ops.Map // on: the gate
}

func (t *tensors) squeezeExcite(name string) *squeezeExcite {
	return &squeezeExcite{
		fc1: t.linear(name + ".fc1.weight"), bias1: t.param(name + ".fc1.bias"),
		fc2: t.linear(name + ".fc2.weight"), bias2: t.param(name + ".fc2.bias"),
	}
}

func (s *squeezeExcite) forward(p *pass, x ops.Map) ops.Map {
	s.x = x
	ops.GlobalPool(p.team, output(&s.mean, x.B, 1, 1, x.C), x)
	s.fc1.forward(p, output(&s.hidden, x.B, 1, 1, s.fc1.n), s.mean)
	ops.AddBias(s.hidden, s.bias1.Data)
	ops.ReLU(p.team, s.hidden)
	s.fc2.forward(p, output(&s.on, x.B, 1, 1, x.C), s.hidden)
	ops.AddBias(s.on, s.bias2.Data)
	ops.Sigmoid(s.on)
	ops.ScaleChannels(p.team, like(&s.y, x, x.C), x, s.on)
	return s.y
}

// backward turns the gradient of the output into that of the input, in place.
func (s *squeezeExcite) backward(p *pass, d ops.Map) {
	dgate := p.scratch(s.mean, d.C)
	ops.ScaleChannelsGrad(p.team, dgate, d, s.x, s.on)
	ops.SigmoidGrad(dgate, s.on)
	ops.BiasGrad(p.team, s.bias2.Grad, dgate)
	dhidden := p.scratch(s.mean, s.fc1.n)
	s.fc2.backward(p, dhidden, dgate, s.hidden, false)
	ops.ReLUGrad(p.team, dhidden, s.hidden)
	ops.BiasGrad(p.team, s.bias1.Grad, dhidden)
	dmean := dgate
	s.fc1.backward(p, dmean, dhidden, s.mean, false)
	ops.GlobalPoolGrad(p.team, d, dmean, true)
	p.done(dgate, dhidden)
}
