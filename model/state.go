package model

import (
	"fmt"
	"time"

	"mobilemamba/checkpoint"
)

// Shape is the size of a feature map.
type Shape struct{ H, W, C int }

func (s Shape) pixels() int { return s.H * s.W }
func (s Shape) len() int    { return s.H * s.W * s.C }

// Map is a feature map [H, W, C] row-major.
type Map struct {
	Shape
	Data []float32
}

func (m Map) view() View { return View{m.H, m.W, m.C, m.C, m.Data} }

// View is a slice of a map's channels: pixel i is Data[i*LD : i*LD+C].
type View struct {
	H, W, C, LD int
	Data        []float32
}

// ChannelsFirst copies the view to [C, H, W] row-major, the order of the official code's tensors.
func (v View) ChannelsFirst() []float32 {
	n := v.H * v.W
	out := make([]float32, v.C*n)
	for p := range n {
		for c, x := range v.Data[p*v.LD:][:v.C] {
			out[c*n+p] = x
		}
	}
	return out
}

// State holds every buffer of a forward pass at one input size, and the trace of the last pass. A State serves
// one pass at a time.
type State struct {
	H, W  int          // of the input, in pixels
	Trace []BlockTrace // one entry a module, filled by Forward

	// Probe, if set, is shown intermediate results under their official names while Forward runs; the data is
	// valid during the call. Results that folding removed (a convolution before its BatchNorm, a branch before
	// its residual sum or scale) are not shown, and convolutions with a fused ReLU are shown behind it.
	Probe func(name string, v View)

	startTime, lapTime time.Time

	sizes map[*[]float32]int // of the buffers below, while they are asked for

	final Map // the input of the head in the last pass, a buffer below

	x, a, b                          []float32 // maps: a module's input and two to compute in
	hidden, down                     []float32 // FFN's and PatchMerging's wide maps, before and after stride 2
	gate, squeezed                   []float32 // squeeze-and-excite
	patches                          []float32 // patch_embed's gathered neighbourhoods
	cat                              []float32 // MRFFI: the branches side by side
	coef, filtered                   []float32 // wavelet coefficients
	xz, u, z, proj, delta, y, hstate []float32 // SS2D
	pooled, logits, distLogits       []float32
}

// Bounds on a pass. The paper's largest, B4 on 512×512 pixels, is far below each: a mistyped size, or one that a
// checkpoint made up, should take neither all memory nor hours.
const (
	maxInputSide = 4096
	maxFloats    = 1 << 28 // in the buffers: a gigabyte
	maxMACs      = 1 << 40
)

// NewState makes the buffers for an input of h×w pixels. It is an error, and costs no memory, if they or the work would
// be too large.
func (m *Model) NewState(h, w int) (*State, error) {
	if h < 1 || w < 1 || h > maxInputSide || w > maxInputSide {
		return nil, fmt.Errorf("model: no input of %d×%d pixels; sides go from 1 to %d", h, w, maxInputSide)
	}
	s := &State{H: h, W: w, sizes: map[*[]float32]int{}}
	in := Shape{h, w, 3}
	var macs int64
	for _, mod := range m.modules {
		mod.reserve(s, in)
		out := mod.out(in)
		s.Trace = append(s.Trace, BlockTrace{Name: mod.name, Stage: mod.stage, Shape: out, MACs: mod.macs(in)})
		if macs += mod.macs(in); macs > maxMACs {
			return nil, tooLarge(h, w, "more than %d billion multiplications", maxMACs/1_000_000_000)
		}
		in = out
	}
	heads := 1
	if m.dist != nil {
		heads = 2
	}
	classes := m.Config.Classes
	s.Trace = append(s.Trace, BlockTrace{
		Name: "head", Stage: "head", Shape: Shape{1, 1, classes}, MACs: int64(heads * classes * in.C),
	})
	s.grow(&s.pooled, in.C)
	s.grow(&s.logits, classes)
	s.grow(&s.distLogits, classes)
	if err := s.allocate(); err != nil {
		return nil, err
	}
	return s, nil
}

// allocate makes the buffers that were asked for.
func (s *State) allocate() error {
	total := 0
	for _, n := range s.sizes {
		total += n
	}
	if total > maxFloats {
		return tooLarge(s.H, s.W, "%d MB of memory; the limit is %d", total>>18, maxFloats>>18)
	}
	for buf, n := range s.sizes {
		*buf = make([]float32, n)
	}
	s.sizes = nil
	return nil
}

// tooLarge says what a pass would need.
func tooLarge(h, w int, format string, args ...any) error {
	return &checkpoint.Error{
		Code: checkpoint.Unsafe, Msg: fmt.Sprintf("with an input of %d×%d pixels the model needs "+format, append([]any{h, w}, args...)...),
	}
}

// grow asks for a buffer at least n long.
func (s *State) grow(buf *[]float32, n int) { s.sizes[buf] = max(s.sizes[buf], n) }

// growMaps asks for map buffers at least n long. They are of one size, since modules swap them.
func (s *State) growMaps(n int) {
	s.grow(&s.x, n)
	s.grow(&s.a, n)
	s.grow(&s.b, n)
}

// probe shows an intermediate result under prefix+suffix.
func (s *State) probe(prefix, suffix string, v View) {
	if s.Probe != nil {
		s.Probe(prefix+suffix, v)
	}
}
