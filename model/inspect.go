package model

import (
	"fmt"
	"math"
	"slices"
	"strings"
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
	// parts makes them out of those results.
	parts(c *capture)
}

// capture collects intermediate results by the suffixes of their names, and the parts made out of them. What came into
// the module has the suffix "input", what it returned the empty one.
type capture struct {
	seen  map[string]*View
	parts []Part
}

// add makes a part of results of one shape, its planes.
func (c *capture) add(name, like string, suffixes ...string) {
	planes := make([]*View, len(suffixes))
	for i, suffix := range suffixes {
		planes[i] = c.seen[suffix]
	}
	c.addViews(name, like, planes...)
}

func (c *capture) addViews(name, like string, planes ...*View) {
	first := planes[0]
	p := Part{
		Name: name, Like: like, Planes: len(planes), Shape: Shape{first.H, first.W, first.C},
		Data: make([]float32, len(planes)*first.H*first.W*first.C),
	}
	n := p.pixels()
	for i, plane := range planes {
		for px := range n {
			for ch, v := range plane.Data[px*plane.LD:][:plane.C] {
				p.Data[(ch*p.Planes+i)*n+px] = v
			}
		}
	}
	c.parts = append(c.parts, p)
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
//	blocksN.M          the branches, in the order of computation:
//	  global-in        what the long range branch gets
//	  bands            its wavelet bands LL, V, H, D (planes), half as high and wide
//	  filtered         the bands behind their convolution
//	  wavelet          the inverse transform of those: the wavelet's half of the branch
//	  delta            Δ of the selective scan, forward and backward (planes), of d_inner channels
//	  delta-mean       the mean of Δ over the channels
//	  keep             the mean over the channels of exp(Δ·A), the share of its state that the scan keeps at a position
//	  scan             base_scale·SS2D: the scan's half of the branch
//	  global           their sum, the branch's output
//	  local-in         what the local branch gets
//	  local            its output
//	  identity         what the identity branch passes on, if it has channels
//	  steps            the block's input and the map behind dw0, ffn0, mixer, dw1, ffn1 (planes)
//	head               features: the last map, and pooled, its mean; it has no output but the logits
//
// It is an error if the last pass has no module of that name.
func (m *Model) Inspect(s *State, x []float32, block string) ([]Part, error) {
	at := 0
	for at < len(s.Trace) && s.Trace[at].Name != block {
		at++
	}
	if at == len(s.Trace) {
		return nil, fmt.Errorf("model: there is no block %q", block)
	}
	prefix, before := block, ""
	if at > 0 {
		before = s.Trace[at-1].Name
	}
	var more inspected = headParts{}
	if at < len(m.modules) {
		more = m.modules[at].module.(inspected)
	} else {
		prefix = ""
	}
	wanted := more.probes()

	c := capture{seen: map[string]*View{}}
	probe := s.Probe
	s.Probe = func(name string, v View) {
		suffix, mine := strings.CutPrefix(name, prefix)
		if name == before {
			suffix = inputSuffix
		} else if !mine || suffix != "" && !slices.Contains(wanted, suffix) {
			return
		}
		c.seen[suffix] = v.clone()
	}
	_, err := m.Forward(s, x)
	s.Probe = probe
	if err != nil {
		return nil, err
	}
	more.parts(&c)
	if prefix != "" {
		c.add("output", "", "")
	}
	return c.parts, nil
}

// clone copies a view's channels side by side.
func (v *View) clone() *View {
	out := &View{v.H, v.W, v.C, v.C, make([]float32, v.H*v.W*v.C)}
	for px := range v.H * v.W {
		copy(out.Data[px*v.C:][:v.C], v.Data[px*v.LD:])
	}
	return out
}

// channels returns the channels from lo up to hi.
func (v *View) channels(lo, hi int) *View { return &View{v.H, v.W, hi - lo, v.LD, v.Data[lo:]} }

// mean returns the mean of the channels as one channel.
func (v *View) mean() *View {
	out := &View{v.H, v.W, 1, 1, make([]float32, v.H*v.W)}
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

func (p *patchEmbed) parts(c *capture) {
	for i, relu := range reluNames {
		c.add(stemParts[i], "", relu)
	}
}

var stemParts = [...]string{"conv1", "conv2", "conv3"}

func (m *mixing) probes() []string { return []string{".0"} }

func (m *mixing) parts(c *capture) { c.add("depthwise", "output", ".0") }

func (p *patchMerging) probes() []string { return []string{".conv1", ".conv2", ".se"} }

func (p *patchMerging) parts(c *capture) {
	c.add("expanded", "weighted", ".conv1")
	c.add("halved", "weighted", ".conv2")
	c.add("weighted", "", ".se")
}

// headParts are those of the head, which is no module.
type headParts struct{}

func (headParts) probes() []string { return []string{"pooled"} }

func (headParts) parts(c *capture) {
	c.add("features", "", inputSuffix)
	c.add("pooled", "features", "pooled")
}

// The suffixes of what a MobileMamba block shows of itself.
const (
	attn    = ".mixer.m.attn"
	globals = attn + ".global_op"
	locals  = attn + ".local_op"
	dwt     = globals + "#dwt"
	scaled  = globals + ".wavelet_scale.0"
	idwt    = globals + "#idwt"
	ssm     = globals + ".global_atten"
)

// directionSuffixes are Δ's, before softplus.
var directionSuffixes = [...]string{ssm + "#delta0", ssm + "#delta1"}

func (m *mobileMambaBlock) probes() []string {
	return append(directionSuffixes[:], ".dw0", ".ffn0", ".mixer", ".dw1", ".ffn1", dwt, scaled, idwt, globals, locals)
}

// parts are those that Inspect lists.
func (m *mobileMambaBlock) parts(c *capture) {
	in := c.seen[".ffn0"]
	g, l := m.mixer.global, m.mixer.global+m.mixer.local
	c.addViews("global-in", "", in.channels(0, g))
	c.addBands("bands", dwt, g)
	c.addBands("filtered", scaled, g)
	c.add("wavelet", "global-in", idwt)
	m.mixer.ss2d.addDelta(c, in)

	scan := c.seen[globals].clone()
	for i, v := range c.seen[idwt].Data {
		scan.Data[i] -= v
	}
	c.addViews("scan", "global-in", scan)
	c.add("global", "global-in", globals)
	c.addViews("local-in", "", in.channels(g, l))
	c.add("local", "local-in", locals)
	if l < in.C {
		c.addViews("identity", "", in.channels(l, in.C))
	}
	c.add("steps", "output", inputSuffix, ".dw0", ".ffn0", ".mixer", ".dw1", ".ffn1")
}

// addBands splits coefficients into LL, V, H and D.
func (c *capture) addBands(name, suffix string, channels int) {
	var bands [4]*View
	for i := range bands {
		bands[i] = c.seen[suffix].channels(i*channels, (i+1)*channels)
	}
	c.addViews(name, "global-in", bands[:]...)
}

// addDelta adds what Δ is in both directions, by pixel, and what it leaves of the state.
func (m *ss2d) addDelta(c *capture, in *View) {
	var delta, mean, keep [2]*View
	for k, suffix := range directionSuffixes {
		step := c.seen[suffix]
		step.H, step.W = in.H, in.W
		kept := step.clone()
		for i, x := range step.Data {
			dt := softplus(float64(x))
			step.Data[i] = float32(dt)
			kept.Data[i] = float32(math.Exp(dt * float64(m.dirs[k].a[i%m.d])))
		}
		delta[k], mean[k], keep[k] = step, step.mean(), kept.mean()
	}
	c.addViews("delta", "", delta[:]...)
	c.addViews("delta-mean", "", mean[:]...)
	c.addViews("keep", "", keep[:]...)
}

// softplus is log(1+eˣ), x itself where the official code says that it is as good.
func softplus(x float64) float64 {
	if x > 20 {
		return x
	}
	return math.Log(1 + math.Exp(x))
}
