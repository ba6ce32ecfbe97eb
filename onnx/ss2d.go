package onnx

import (
	"fmt"
	"math"
)

// ss2d is the selective state space module of the global branch (official SS2D, forward type v052d), scaled by
// base_scale: a gated depthwise convolution and a bidirectional selective scan over the pixels in row-major order.
func (b *builder) ss2d(globalOp string, x featureMap, stage int) featureMap {
	name, d := globalOp+".global_atten", b.config.DInner[stage]
	xz := b.split(name+"#split", b.linear(x, b.linearLayer(name+".in_proj")), part{name + "#x", d}, part{name + "#z", d})
	z := b.silu(b.asRows(xz[1]))
	conv := newDepthwise(name+".conv2d", b.tensor(name+".conv2d.weight"), b.tensor(name+".conv2d.bias"), d, 1)
	u := b.silu(b.asRows(b.depthwise(xz[0], conv)))

	y := b.scan(name, u, b.config.DTRank[stage])
	norm := b.node("LayerNormalization", name+".out_norm", []string{
		y,
		b.floats(name+".out_norm.weight", b.tensor(name+".out_norm.weight"), d),
		b.floats(name+".out_norm.bias", b.tensor(name+".out_norm.bias"), d),
	}, attr{"axis", -1}, attr{"epsilon", float32(1e-5)})
	gated := b.node("Mul", name+"#gated", []string{norm, z.name})
	return b.linear(u.named(gated), b.scaledLinear(name+".out_proj", globalOp+".base_scale.weight"))
}

// scaledLinear reads a linear layer whose outputs are multiplied by a scale.
func (b *builder) scaledLinear(name, scale string) linear {
	l := b.linearLayer(name)
	for i, s := range b.tensor(scale) {
		for j := range l.k {
			l.weight[i*l.k+j] *= s
		}
		l.bias[i] *= s
	}
	return l
}

// scan runs the selective scan over u [L, D] in both directions and returns the sum of the results,
//
//	h_t = exp(Δ_t·A)·h_{t-1} + Δ_t·B_t·u_t,  y_t = C_t·h_t + D·u_t.
//
// Row t of every operand belongs to pixel t in both directions, so that nothing is flipped: the ONNX Scan
// operator reads and writes the second direction's from the end. The terms D·u of both are added as one.
//
// A step costs the runtime a microsecond or two, and a network with the scan left out is but 1 % faster. A loop
// over blocks of steps, steps written out one by one, and a blocked form that advances √L blocks at a time with
// fewer and larger operators were no faster.
func (b *builder) scan(name string, u featureMap, rank int) string {
	p := b.projections(name, u, rank)
	d := u.c
	zero := b.floats(fmt.Sprintf("zeros%d", d), make([]float32, d), d)
	inputs := []string{zero, zero}
	for k := range 2 {
		delta := b.delta(name, k, p[k].name, d, rank)
		decay := b.node("Mul", step(name, "decay_log", k), []string{delta, b.decayRate(name, k, d)})
		decay = b.node("Exp", step(name, "decay", k), []string{decay})
		bu := b.node("Mul", step(name, "Bu", k), []string{p[2+k].name, u.name})
		input := b.node("Mul", step(name, "input", k), []string{delta, bu})
		inputs = append(inputs, decay, input, p[4+k].name)
	}
	ys := []string{step(name, "y", 0), step(name, "y", 1)}
	b.nodes("Scan", name+"#scan", inputs, append([]string{step(name, "last", 0), step(name, "last", 1)}, ys...),
		attr{"body", scanBody(d)}, attr{"num_scan_inputs", 6},
		attr{"scan_input_directions", []int{0, 0, 0, 1, 1, 1}}, attr{"scan_output_directions", []int{0, 1}})

	skip := b.tensor(name + ".Ds")
	for i := range len(skip) / 2 {
		skip[i] += skip[i+d]
	}
	y := b.node("Mul", name+"#Du", []string{u.name, b.floats(name+".Ds#sum", skip[:len(skip)/2], d)})
	y = b.node("Add", name+"#Du_y0", []string{y, ys[0]})
	return b.node("Add", name+"#scan_merged", []string{y, ys[1]})
}

// step names the value of a step within direction k of module name.
func step(name, value string, k int) string { return fmt.Sprintf("%s#%s%d", name, value, k) }

// scanBody is one step of both directions, states [D] first: h = decay·h + input, y = C·h.
func scanBody(d int) *graph {
	body := newGraph("step")
	for k := range 2 {
		body.input(fmt.Sprintf("h%d", k), d)
	}
	for k := range 2 {
		at := func(value string) string { return fmt.Sprintf("%s%d", value, k) }
		body.input(at("decay"), d)
		body.input(at("input"), d)
		body.input(at("C"), 1)
		decayed := body.node("Mul", at("decayed"), []string{at("decay"), at("h")})
		next := body.node("Add", at("next"), []string{decayed, at("input")})
		body.node("Mul", at("y"), []string{next, at("C")})
	}
	for _, value := range []string{"next0", "next1", "y0", "y1"} {
		body.output(value, d)
	}
	return body
}

// projections computes the low-rank Δ, B and C of both directions from u and returns them as Δ0, Δ1, B0, B1,
// C0, C1. They depend on single pixels, so one Gemm serves both directions.
func (b *builder) projections(name string, u featureMap, rank int) []featureMap {
	official := b.tensor(name + ".x_proj_weight") // [2, rank+2, D]: Δ, B and C a direction
	weight := make([]float32, 0, len(official))
	var parts []part
	for i, rows := range [][2]int{{0, rank}, {rank, rank + 1}, {rank + 1, rank + 2}} {
		for k := range 2 {
			from := k * (rank + 2)
			weight = append(weight, official[(from+rows[0])*u.c:(from+rows[1])*u.c]...)
			parts = append(parts, part{step(name, []string{"dt", "B", "C"}[i], k), rows[1] - rows[0]})
		}
	}
	l := linear{name + ".x_proj", weight, nil, 2 * (rank + 2), u.c}
	return b.split(name+"#x_proj_split", u.named(b.gemm(l.name, u.name, l)).withChannels(l.n), parts...)
}

// withChannels returns m with another number of channels.
func (m featureMap) withChannels(c int) featureMap {
	m.c = c
	return m
}

// delta expands the low-rank Δ of direction k to D channels, [L, D], and returns its softplus as log(1 + e^v).
//
// The Softplus operator takes four exponentials and logarithms where this takes two: T2 is 12 % slower with it.
// −log(σ(−v)) is as fast as this but wrong: σ of ONNX Runtime is off by 6e-8, so that the logarithm is 0.005 off
// at v = 12 and infinite from 18 on. Here e^v overflows, at 88.7, if it is not limited.
func (b *builder) delta(name string, k int, dt string, d, rank int) string {
	weight, bias := b.tensor(name+".dt_projs_weight"), b.tensor(name+".dt_projs_bias")
	v := b.gemm(step(name, "dt_proj", k), dt, linear{
		step(name, "dt_proj", k), weight[k*d*rank : (k+1)*d*rank], bias[k*d : (k+1)*d], d, rank,
	})
	v = b.node("Min", step(name, "dt_limited", k), []string{v, b.floats("dt_limit", []float32{88}, 1)})
	v = b.node("Exp", step(name, "dt_exp", k), []string{v})
	v = b.node("Add", step(name, "dt_exp1", k), []string{v, b.floats("one", []float32{1}, 1)})
	return b.node("Log", step(name, "delta", k), []string{v})
}

// decayRate adds A = -exp(A_logs) of direction k.
func (b *builder) decayRate(name string, k, d int) string {
	logs := b.tensor(name + ".A_logs")
	a := make([]float32, d)
	for i, v := range logs[k*d : (k+1)*d] {
		a[i] = float32(-math.Exp(float64(v)))
	}
	return b.floats(step(name, "A", k), a, d)
}
