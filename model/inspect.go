package model

import (
	"fmt"
	"math"
)

// Part is an intermediate result of a module, for people to look at.
type Part struct {
	Name  string
	Shape // of one plane

	// Planes is the number of maps that a channel has: one, or one for each of the wavelet's bands, the scan's
	// directions or a block's steps.
	Planes int

	// Like names the part whose channels have the same meaning, so that one channel can be followed from part to
	// part; "" where they have none of another's.
	Like string

	Data []float32 // [C, Planes, H, W]
}

// Channel returns the maps [Planes, H, W] of a channel.
func (p *Part) Channel(c int) []float32 {
	n := p.Planes * p.pixels()
	return p.Data[c*n : (c+1)*n]
}

// inspected is a module that has more to show than its output.
type inspected interface {
	// probes are the suffixes of the intermediate results that parts needs.
	probes() []string
	// parts makes them out of those results, by their suffixes; the module's input has the suffix "input".
	parts(seen map[string]View) []Part
}

// inputSuffix stands for what came into a module.
const inputSuffix = "input"

// Inspect repeats the pass of x, which must be the last one's, and returns copies of what one module computed: the
// parts that the module has names for, then its "output". The module is named as in the trace. State s ends as the
// pass left it, but for the times.
//
//	patch_embed        conv1, conv2, conv3: the stem's maps behind each ReLU
//	blocksN.0, .2      depthwise: the map between the convolution and the FFN
//	blocksN.1          expanded, halved, weighted: behind conv1, conv2 and squeeze-and-excite
//	blocksN.M          see mobileMambaBlock.parts
//	head               features: the last map, and pooled, its mean; it has no output but the logits
func (m *Model) Inspect(s *State, x []float32, block string) ([]Part, error) {
	at := -1
	for i, t := range s.Trace {
		if t.Name == block {
			at = i
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("model: there is no block %q", block)
	}
	var more inspected = headParts{}
	if at < len(m.modules) {
		more, _ = m.modules[at].module.(inspected)
	}
	suffixes := map[string]string{block: ""} // by the names under which Forward shows the results
	if at > 0 {
		suffixes[s.Trace[at-1].Name] = inputSuffix
	}
	if more != nil {
		for _, suffix := range more.probes() {
			suffixes[block+suffix] = suffix
		}
	}
	if block == "head" {
		suffixes = map[string]string{s.Trace[at-1].Name: inputSuffix, "pooled": "pooled"}
	}

	seen := map[string]View{}
	before := s.Probe
	s.Probe = func(name string, v View) {
		if suffix, ok := suffixes[name]; ok {
			seen[suffix] = v.clone()
		}
	}
	_, err := m.Forward(s, x)
	s.Probe = before
	if err != nil {
		return nil, err
	}
	var parts []Part
	if more != nil {
		parts = more.parts(seen)
	}
	if output, ok := seen[""]; ok {
		parts = append(parts, newPart("output", "", output))
	}
	return parts, nil
}

// newPart makes a part of maps of one shape, its planes.
func newPart(name, like string, planes ...View) Part {
	first := planes[0]
	p := Part{
		Name: name, Like: like, Planes: len(planes), Shape: Shape{first.H, first.W, first.C},
		Data: make([]float32, len(planes)*first.H*first.W*first.C),
	}
	n := p.pixels()
	for i, plane := range planes {
		for px := range n {
			for c, v := range plane.Data[px*plane.LD:][:plane.C] {
				p.Data[(c*p.Planes+i)*n+px] = v
			}
		}
	}
	return p
}

// clone copies a view's channels side by side.
func (v View) clone() View {
	out := View{v.H, v.W, v.C, v.C, make([]float32, v.H*v.W*v.C)}
	for px := range v.H * v.W {
		copy(out.Data[px*v.C:][:v.C], v.Data[px*v.LD:])
	}
	return out
}

// channels returns the channels from lo up to hi.
func (v View) channels(lo, hi int) View { return View{v.H, v.W, hi - lo, v.LD, v.Data[lo:]} }

// each returns a view of f of v's values by channel.
func (v View) each(f func(c int, x float32) float64) View {
	out := v.clone()
	for i, x := range out.Data {
		out.Data[i] = float32(f(i%v.C, x))
	}
	return out
}

// mean returns the mean of the channels as one channel.
func (v View) mean() View {
	out := View{v.H, v.W, 1, 1, make([]float32, v.H*v.W)}
	for px := range out.Data {
		sum := 0.0
		for _, x := range v.Data[px*v.LD:][:v.C] {
			sum += float64(x)
		}
		out.Data[px] = float32(sum / float64(v.C))
	}
	return out
}

func (p *patchEmbed) probes() []string { return reluNames[:] }

func (p *patchEmbed) parts(seen map[string]View) []Part {
	return []Part{
		newPart("conv1", "", seen[reluNames[0]]),
		newPart("conv2", "", seen[reluNames[1]]),
		newPart("conv3", "", seen[reluNames[2]]),
	}
}

func (m *mixing) probes() []string { return []string{".0"} }

func (m *mixing) parts(seen map[string]View) []Part {
	return []Part{newPart("depthwise", "output", seen[".0"])}
}

func (p *patchMerging) probes() []string { return []string{".conv1", ".conv2", ".se"} }

func (p *patchMerging) parts(seen map[string]View) []Part {
	return []Part{
		newPart("expanded", "weighted", seen[".conv1"]),
		newPart("halved", "weighted", seen[".conv2"]),
		newPart("weighted", "", seen[".se"]),
	}
}

// headParts are those of the head, which is no module.
type headParts struct{}

func (headParts) probes() []string { return nil }

func (headParts) parts(seen map[string]View) []Part {
	return []Part{newPart("features", "", seen[inputSuffix]), newPart("pooled", "features", seen["pooled"])}
}

// The suffixes of what a MobileMamba block shows of itself.
const (
	attn    = ".mixer.m.attn"
	ssm     = attn + ".global_op.global_atten"
	dwt     = attn + ".global_op#dwt"
	scaled  = attn + ".global_op.wavelet_scale.0"
	idwt    = attn + ".global_op#idwt"
	globals = attn + ".global_op"
	locals  = attn + ".local_op"
)

func (m *mobileMambaBlock) probes() []string {
	return []string{
		".dw0", ".ffn0", ".mixer", ".dw1", ".ffn1",
		dwt, scaled, idwt, globals, locals, ssm + deltaNames[0], ssm + deltaNames[1],
	}
}

// parts are, in the order of computation:
//
//	global-in   what the long range branch gets
//	bands       its wavelet bands LL, V, H, D (planes), half as high and wide
//	filtered    the bands behind their convolution
//	wavelet     the inverse transform of those: the wavelet's half of the branch
//	delta       Δ of the selective scan, forward and backward (planes), of d_inner channels
//	delta-mean  the mean of Δ over the channels
//	keep        the mean over the channels of exp(Δ·A), the share of its state that the scan keeps at a position
//	scan        base_scale·SS2D: the scan's half of the branch
//	global      their sum, the branch's output
//	local-in    what the local branch gets
//	local       its output
//	identity    what the identity branch passes on, if it has channels
//	steps       the block's input and the map behind dw0, ffn0, mixer, dw1, ffn1 (planes)
func (m *mobileMambaBlock) parts(seen map[string]View) []Part {
	in := seen[".ffn0"]
	g, l := m.mixer.global, m.mixer.global+m.mixer.local
	parts := []Part{
		newPart("global-in", "", in.channels(0, g)),
		newPart("bands", "global-in", bands(seen[dwt])...),
		newPart("filtered", "global-in", bands(seen[scaled])...),
		newPart("wavelet", "global-in", seen[idwt]),
	}
	delta, keep := m.mixer.ss2d.delta(seen, in)
	parts = append(parts,
		newPart("delta", "", delta[0], delta[1]),
		newPart("delta-mean", "", delta[0].mean(), delta[1].mean()),
		newPart("keep", "", keep[0].mean(), keep[1].mean()),
		newPart("scan", "global-in", minus(seen[globals], seen[idwt])),
		newPart("global", "global-in", seen[globals]),
	)
	if m.mixer.local > 0 {
		parts = append(parts,
			newPart("local-in", "", in.channels(g, l)),
			newPart("local", "local-in", seen[locals]))
	}
	if l < in.C {
		parts = append(parts, newPart("identity", "", in.channels(l, in.C)))
	}
	return append(parts, newPart("steps", "output",
		seen[inputSuffix], seen[".dw0"], in, seen[".mixer"], seen[".dw1"], seen[".ffn1"]))
}

// bands splits coefficients into LL, V, H and D.
func bands(v View) []View {
	c := v.C / 4
	return []View{v.channels(0, c), v.channels(c, 2*c), v.channels(2*c, 3*c), v.channels(3*c, 4*c)}
}

// minus returns a - b.
func minus(a, b View) View {
	out := a.clone()
	for i := range out.Data {
		out.Data[i] -= b.Data[i]
	}
	return out
}

// delta returns, by direction and pixel, Δ and what it leaves of the state.
func (m *ss2d) delta(seen map[string]View, in View) (delta, keep [2]View) {
	for k, dir := range m.dirs {
		raw := seen[ssm+deltaNames[k]]
		raw.H, raw.W = in.H, in.W
		delta[k] = raw.each(func(_ int, x float32) float64 { return softplus(float64(x)) })
		keep[k] = delta[k].each(func(c int, x float32) float64 { return math.Exp(float64(x) * float64(dir.a[c])) })
	}
	return delta, keep
}

// softplus is log(1+eˣ), x itself where the official code says that it is as good.
func softplus(x float64) float64 {
	if x > 20 {
		return x
	}
	return math.Log1p(math.Exp(x))
}
