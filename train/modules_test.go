package train

import (
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/golden"
	"mobilemamba/internal/goldentensor"
	"mobilemamba/train/internal/ops"
)

// goldenModule is a layer on a golden file's weights.
type goldenModule struct {
	*tensors
	t    *testing.T
	name string
	file goldentensor.File
	p    pass
}

// opIndex is the reference's list of op files.
func opIndex(t testing.TB) map[string]struct {
	Attrs   map[string]any
	Tensors map[string][]any
} {
	var index map[string]struct {
		Attrs   map[string]any
		Tensors map[string][]any
	}
	golden.JSON(t, "train/ops/ops.json", &index)
	return index
}

// openModule reads the weights of an op file and returns their prefix.
func openModule(t *testing.T, name string) (*goldenModule, string) {
	entry := opIndex(t)[name]
	m := &goldenModule{t: t, name: name, file: goldentensor.Open(t, "train/ops/"+name+".safetensors")}
	var specs []checkpoint.Spec
	for key := range entry.Tensors {
		if weight, ok := strings.CutPrefix(key, "w:"); ok {
			specs = append(specs, checkpoint.Spec{Name: weight, Shape: m.file.Shape(key)})
		}
	}
	m.tensors = newTensors(specs)
	for _, p := range m.Params {
		copy(p.Data, m.file.Floats("w:"+p.Name))
	}
	for _, s := range m.Stats {
		copy(s.Data, m.file.Floats("w:"+s.Name))
	}
	m.p = pass{team: ops.NewTeam(2), training: true, update: true}
	prefix, _ := entry.Attrs["prefix"].(string)
	return m, strings.TrimSuffix(prefix, ".")
}

// read returns the named tensor [B, C, H, W] or [B, C] channels last.
func (m *goldenModule) read(name string) ops.Map { return readMap(m.file, name) }

func readMap(f goldentensor.File, name string) ops.Map {
	s := append(append([]int(nil), f.Shape(name)...), 1, 1)
	b, c, h, w := s[0], s[1], s[2], s[3]
	out, src := ops.NewMap(b, h, w, c, nil), f.Floats(name)
	for i := range b {
		copy(out.Data[i*h*w*c:], goldentensor.ChannelsLast(src[i*c*h*w:][:c*h*w], c, h*w))
	}
	return out
}

const moduleRel, moduleAbs = 5e-5, 1e-7

func (m *goldenModule) near(what string, got ops.Map, want string) {
	m.t.Helper()
	goldentensor.Near(m.t, what, channelsFirst(got), m.file.Doubles(want), moduleRel, moduleAbs)
}

// check compares output, gradients and running statistics after a pass in both directions.
func (m *goldenModule) check(y, dx ops.Map) {
	m.t.Helper()
	if m.err != nil {
		m.t.Fatal(m.err)
	}
	m.near("y", y, "y64")
	m.near("dx", dx, "grad:x64")
	for _, p := range m.Params {
		rel := moduleRel
		if strings.HasSuffix(p.Name, "local_op.dwconv1x1.weight") || strings.HasSuffix(p.Name, "dbr.dwconv1x1.weight") {
			rel = 3e-3
		}
		goldentensor.Near(m.t, "gradient of "+p.Name, p.Grad, m.file.Doubles("grad:w:"+p.Name+"64"), rel, moduleAbs)
	}
	for _, s := range m.Stats {
		goldentensor.Near(m.t, s.Name, s.Data, m.file.Doubles("after:"+s.Name+"64"), moduleRel, moduleAbs)
	}
}

// clone copies a map, for backward passes that work in place.
func clone(m ops.Map) ops.Map {
	out := ops.NewMap(m.B, m.H, m.W, m.C, nil)
	copy(out.Data, m.Data)
	return out
}

// zerosLike is a map for passes that add to the gradient of their input.
func zerosLike(m ops.Map) ops.Map { return ops.NewMap(m.B, m.H, m.W, m.C, nil) }

func TestGoldenModules(t *testing.T) {
	// Each runs a layer forward and backward and returns its output and the gradient of its input.
	type run func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map)
	cases := map[string]run{
		"conv_bn_1x1": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			l := m.convBN(prefix, false)
			y, dx = l.forward(&m.p, x), zerosLike(x)
			l.backward(&m.p, dx, dy, false)
			return y, dx
		},
		"conv_bn_3x3_s2": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			l := m.stemConv(prefix, false)
			y, dx = l.forward(&m.p, x), zerosLike(x)
			l.backward(&m.p, dx, dy)
			return y, dx
		},
		"conv_bn_dw3":    depthwiseBNCase(1),
		"conv_bn_dw3_s2": depthwiseBNCase(2),
		"bn_linear": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			// On maps of one pixel the head's pooling does nothing.
			h := m.head(prefix)
			y, dx = h.forward(&m.p, x), zerosLike(x)
			h.backward(&m.p, dx, dy)
			return y, dx
		},
		"dwconv_bn_relu_k5": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			l := m.localOp(prefix)
			y, dx = zerosLike(x), zerosLike(x)
			l.forward(&m.p, y, x)
			l.backward(&m.p, dx, dy)
			return y, dx
		},
		"ffn_residual": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			f := m.ffn(prefix)
			y, dx = f.forward(&m.p, x), clone(dy)
			f.backward(&m.p, dx)
			return y, dx
		},
		"squeeze_excite_32": squeezeExciteCase,
		"squeeze_excite_24": squeezeExciteCase,
		"patch_merging": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			l := m.patchMerging(prefix)
			y, dx = l.forward(&m.p, x), zerosLike(x)
			l.backward(&m.p, dx, dy)
			return y, dx
		},
		"mbwt_k7_6x6": mbwtCase,
		"mbwt_k5_5x3": mbwtCase,
		"mbwt_k3_1x1": mbwtCase,
		"mobilemamba_module": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			l := m.mrffi(prefix, 32, 8)
			y, dx = clone(l.forward(&m.p, x)), clone(dy)
			l.backward(&m.p, dx)
			for i, v := range x.Data { // the file's module has no residual
				y.Data[i] -= v
				dx.Data[i] -= dy.Data[i]
			}
			return y, dx
		},
		"mobilemamba_block": func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
			g := m.params[prefix+".mixer.m.attn.global_op.base_scale.weight"].Shape[1]
			l := m.params[prefix+".mixer.m.attn.local_op.dwconv3x3.weight"].Shape[0]
			b := m.mobileMambaBlock(prefix, g, l)
			y, dx = b.forward(&m.p, x), clone(dy)
			b.backward(&m.p, dx)
			return y, dx
		},
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			m, prefix := openModule(t, name)
			m.check(run(m, prefix, m.read("x"), m.read("dy")))
		})
	}
}

func depthwiseBNCase(stride int) func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
	return func(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
		l := m.depthwiseBN(prefix+".c", prefix+".bn", stride, false)
		y, dx = l.forward(&m.p, x, false), zerosLike(x)
		l.backward(&m.p, dx, dy, false)
		return y, dx
	}
}

func squeezeExciteCase(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
	s := m.squeezeExcite(prefix)
	y, dx = s.forward(&m.p, x), clone(dy)
	s.backward(&m.p, dx)
	return y, dx
}

func mbwtCase(m *goldenModule, prefix string, x, dy ops.Map) (y, dx ops.Map) {
	s, w := m.ss2d(prefix), m.wavelet(prefix)
	y, dx = zerosLike(x), zerosLike(x)
	w.forward(&m.p, y, x)
	s.add(&m.p, y, x)
	s.backward(&m.p, dx, dy)
	w.backward(&m.p, dx, dy)
	return y, dx
}

func TestGoldenSS2D(t *testing.T) {
	for _, name := range []string{"ss2d_5x4", "ss2d_1x1", "ss2d_batch2_fixed"} {
		t.Run(name, func(t *testing.T) {
			m, prefix := openModule(t, name)
			m.p.training = name != "ss2d_batch2_fixed" // that one is in evaluation mode, and has no gradients
			// The layer has base_scale in its output, the file has not: scale by one.
			g := m.params[prefix+".out_proj.bn.weight"].Shape[0]
			one := &Param{Name: "global_op.base_scale.weight", Shape: []int{g}, Data: make([]float32, g), Grad: make([]float32, g)}
			for i := range one.Data {
				one.Data[i] = 1
			}
			m.params[one.Name] = one
			for _, p := range m.Params {
				m.params["global_op.global_atten"+strings.TrimPrefix(p.Name, prefix)] = p
			}
			for _, s := range m.Stats {
				m.stats["global_op.global_atten"+strings.TrimPrefix(s.Name, prefix)] = s
			}
			s := m.ss2d("global_op")
			if m.err != nil {
				t.Fatal(m.err)
			}
			x := m.read("x")
			y, dx := zerosLike(x), zerosLike(x)
			s.add(&m.p, y, x)
			if !m.p.training {
				m.near("y", y, "y64")
				m.near("merged", s.scanned, "merged64")
				m.near("out_norm", s.norm, "out_norm64")
				m.near("gated", s.out, "gated64")
				return
			}
			s.backward(&m.p, dx, m.read("dy"))
			m.check(y, dx)
		})
	}
}

func TestGoldenDropPath(t *testing.T) {
	f := goldentensor.Open(t, "train/ops/drop_path.safetensors")
	team := ops.NewTeam(2)
	factor := f.Floats("mask")
	for i := range factor {
		factor[i] /= 1 - 0.03
	}
	inner, y := readMap(f, "f"), readMap(f, "shortcut")
	scaled := zerosLike(inner)
	ops.ScaleImages(team, scaled, inner, factor)
	ops.Add(team, y, scaled)
	goldentensor.Near(t, "y", channelsFirst(y), f.Doubles("y64"), 1e-5, 1e-7)
	df := zerosLike(inner)
	ops.ScaleImages(team, df, readMap(f, "dy"), factor)
	goldentensor.Near(t, "df", channelsFirst(df), f.Doubles("grad:f64"), 1e-5, 1e-7)
	goldentensor.Near(t, "dshortcut", f.Floats("dy"), f.Doubles("grad:shortcut64"), 0, 0)
}

func TestGoldenLosses(t *testing.T) {
	const classes = 10
	for _, name := range []string{
		"ls_ce", "ls_ce_extreme", "soft_ce", "soft_ce_extreme", "soft_ce_onehot",
		"kd_tau1", "kd_tau1_extreme", "kd_tau2", "kd_tau2_extreme",
	} {
		t.Run(name, func(t *testing.T) {
			f := goldentensor.Open(t, "train/ops/"+name+".safetensors")
			logits := f.Floats("logits")
			d := make([]float32, len(logits))
			var loss float64
			switch {
			case strings.HasPrefix(name, "ls_ce"):
				target, labels := make([]float32, len(logits)), []int{}
				for _, v := range f.Doubles("labels") {
					labels = append(labels, int(v))
				}
				smoothTargets(target, labels, classes, 0.1)
				loss = CrossEntropy(d, logits, target, classes)
			case strings.HasPrefix(name, "soft_ce"):
				loss = CrossEntropy(d, logits, f.Floats("target"), classes)
			case strings.HasPrefix(name, "kd_tau1"):
				loss = Distill(d, logits, f.Floats("teacher"), classes, 1, 5)
			default:
				loss = Distill(d, logits, f.Floats("teacher"), classes, 2, 5)
			}
			goldentensor.Near(t, "loss", []float32{float32(loss)}, f.Doubles("y64"), 1e-5, 1e-7)
			goldentensor.Near(t, "gradient", d, f.Doubles("grad:logits64"), 1e-5, 1e-7)
		})
	}
}
