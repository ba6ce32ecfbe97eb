package model

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/goldentensor"
	"mobilemamba/kernels"
)

// opModule is a module of an op golden: its folded weights under our names, its input and its float64 output.
type opModule struct {
	file goldentensor.File
	b    builder
	x    Map
	want []float64 // channels last
}

// openOp reads an op golden whose weights are named w:PREFIX…, renames PREFIX to as and folds those of the
// layers that it has.
func openOp(t *testing.T, set *kernels.Set, name, prefix, as string, layers []layer) opModule {
	t.Helper()
	f := goldentensor.Open(t, "ops/"+name+".safetensors")
	raw := &checkpoint.StateDict{}
	for _, tensor := range f.StateDict("w:" + prefix).Tensors {
		data, err := tensor.Float32s()
		if err != nil {
			t.Fatal(err)
		}
		raw.Add(checkpoint.NewTensor(as+tensor.Name, tensor.Shape, data))
	}
	var present []layer
	for _, l := range layers {
		if weight, _ := l.names(); raw.Get(weight) != nil {
			present = append(present, l)
		}
	}
	sd, err := fold(raw, present)
	if err != nil {
		t.Fatal(err)
	}
	data, h, w, c := f.Map("x")
	y := f.Shape("y64")
	return opModule{
		file: f,
		b:    builder{reader: reader{sd: sd}, set: set},
		x:    Map{Shape{h, w, c}, data},
		want: goldentensor.ChannelsLast(f.Doubles("y64"), y[1], y[2]*y[3]),
	}
}

// ssmConfig is the first stage of a network with a global branch of g channels and ssm_ratio 2.
func ssmConfig(dim, g, l, k int) Config {
	var c Config
	c.EmbedDim[0], c.Global[0], c.Local[0], c.Kernels[0] = dim, g, l, k
	c.DInner[0], c.DTRank[0] = 2*g, (g+15)/16
	return c
}

// stateFor makes the buffers of one module.
func stateFor(t *testing.T, reserve func(*State, Shape), in Shape) *State {
	t.Helper()
	s := &State{sizes: map[*[]float32]int{}}
	reserve(s, in)
	if err := s.allocate(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGoldenSS2D(t *testing.T) {
	for _, name := range []string{"ss2d_5x3", "ss2d_1x1", "ss2d_9x10", "ss2d_big_delta"} {
		t.Run(name, func(t *testing.T) {
			eachSet(t, func(t *testing.T, set *kernels.Set) {
				c := ssmConfig(16, 16, 0, 3)
				op := openOp(t, set, name, "op."+name+".", "a.global_op.global_atten.", c.mrffiLayers("a", 0))
				ones := make([]float32, 16)
				for i := range ones {
					ones[i] = 1
				}
				op.b.sd.Add(checkpoint.NewTensor("a.global_op.base_scale.weight", []int{1, 16, 1, 1}, ones))
				m := op.b.ss2d("a.global_op")
				if op.b.err != nil {
					t.Fatal(op.b.err)
				}
				s := stateFor(t, m.reserve, op.x.Shape)
				checkScan(t, &m, s, op.file, op.x.pixels())
				y := Map{op.x.Shape, make([]float32, op.x.len())}
				m.add(set, s, op.x, y)
				goldentensor.Near(t, "y", y.Data, op.want, opRel, opAbs)
			})
		})
	}
}

// checkScan compares what the whole-network test does not see: Δ, B and C of both directions.
func checkScan(t *testing.T, m *ss2d, s *State, f goldentensor.File, l int) {
	bias := f.StateDict("w:")
	var dtBias []float32
	for _, tensor := range bias.Tensors {
		if strings.HasSuffix(tensor.Name, "dt_projs_bias") {
			dtBias, _ = tensor.Float32s()
		}
	}
	dts, b, c := f.Doubles("scan_dts"), f.Doubles("scan_B"), f.Doubles("scan_C")
	at := func(k, step int) int { // the pixel that direction k visits at a step
		if k == 1 {
			return l - 1 - step
		}
		return step
	}
	s.Probe = func(name string, v View) {
		switch {
		case strings.HasSuffix(name, "#scan_proj"):
			for k, dir := range m.dirs {
				for step := range l {
					row := v.Data[at(k, step)*v.LD+k*(dir.rank+2):]
					goldentensor.Near(t, fmt.Sprintf("B and C, direction %d, step %d", k, step),
						row[dir.rank:dir.rank+2], []float64{b[k*l+step], c[k*l+step]}, 0, opRel*maxAbs(b, c))
				}
			}
		case strings.Contains(name, "#delta"):
			k := int(name[len(name)-1] - '0')
			var got []float32
			var want []float64
			for step := range l {
				for d := range m.d {
					got = append(got, v.Data[at(k, step)*v.LD+d])
					want = append(want, dts[(k*m.d+d)*l+step]+float64(dtBias[k*m.d+d]))
				}
			}
			goldentensor.Near(t, fmt.Sprintf("Δ of direction %d", k), got, want, opRel, opAbs)
		}
	}
}

func maxAbs(xs ...[]float64) float64 {
	m := 0.0
	for _, x := range xs {
		for _, v := range x {
			m = max(m, math.Abs(v))
		}
	}
	return m
}

func TestGoldenGlobalBranch(t *testing.T) {
	for name, k := range map[string]int{"mbwt_k7_6x6": 7, "mbwt_k5_5x3": 5, "mbwt_k3_1x1": 3, "mbwt_k3_2x3": 3} {
		t.Run(name, func(t *testing.T) {
			eachSet(t, func(t *testing.T, set *kernels.Set) {
				c := ssmConfig(16, 16, 0, k)
				op := openOp(t, set, name, "op."+name+".global_op.", "a.global_op.", c.mrffiLayers("a", 0))
				m := mrffi{name: "a", global: 16, ss2d: op.b.ss2d("a.global_op"), wavelet: op.b.wavelet("a.global_op")}
				if op.b.err != nil {
					t.Fatal(op.b.err)
				}
				s := stateFor(t, m.reserve, op.x.Shape)
				y := Map{op.x.Shape, make([]float32, op.x.len())}
				m.globalBranch(set, s, op.x, y)
				goldentensor.Near(t, "y", y.Data, op.want, opRel, opAbs)
			})
		})
	}
}

func TestGoldenMRFFI(t *testing.T) {
	eachSet(t, func(t *testing.T, set *kernels.Set) {
		c := ssmConfig(40, 32, 8, 5)
		op := openOp(t, set, "mobilemamba_module", "op.module.attn.", "a.", c.mrffiLayers("a", 0))
		m := op.b.mrffi("a", 32, 8)
		if op.b.err != nil {
			t.Fatal(op.b.err)
		}
		s := stateFor(t, m.reserve, op.x.Shape)
		x := Map{op.x.Shape, append([]float32(nil), op.x.Data...)}
		m.residual(set, s, x)
		want := op.want
		for i, v := range op.x.Data {
			want[i] += float64(v) // the module is computed with the residual around it
		}
		goldentensor.Near(t, "x + y", x.Data, want, opRel, opAbs)
	})
}

func TestGoldenModules(t *testing.T) {
	eachSet(t, func(t *testing.T, set *kernels.Set) {
		block := []layer{{kind: convBN, name: "m.dw0.m", shape: []int{40, 1, 3, 3}}, {kind: convBN, name: "m.dw1.m", shape: []int{40, 1, 3, 3}}}
		for _, p := range []string{"m.ffn0", "m.ffn1"} {
			block = append(block, ffnLayers(p, 40)...)
		}
		c := ssmConfig(40, 32, 8, 3)
		c.Global[0], c.Local[0] = SplitChannels(40, 0.7, 0.2)
		block = append(block, c.mrffiLayers("m.mixer.m.attn", 0)...)
		for _, test := range []struct {
			name, prefix, as string
			layers           []layer
			build            func(b *builder) module
		}{
			{"mobilemamba_block", "op.block.", "m.", block, func(b *builder) module {
				return b.mobileMambaBlock("m", c.Global[0], c.Local[0])
			}},
			{"patch_merging", "op.pm.", "m.", mergingLayers("m", 16, 24), func(b *builder) module { return b.patchMerging("m") }},
		} {
			t.Run(test.name, func(t *testing.T) {
				op := openOp(t, set, test.name, test.prefix, test.as, test.layers)
				m := test.build(&op.b)
				if op.b.err != nil {
					t.Fatal(op.b.err)
				}
				s := stateFor(t, m.reserve, op.x.Shape)
				y := m.forward(s, op.x)
				goldentensor.Near(t, "y", y.Data, op.want, opRel, opAbs)
			})
		}
		t.Run("ffn_residual", func(t *testing.T) {
			op := openOp(t, set, "ffn_residual", "op.ffn.", "m.", ffnLayers("m", 12))
			f := op.b.ffn("m")
			s := stateFor(t, f.reserve, op.x.Shape)
			f.residual(set, s, op.x)
			goldentensor.Near(t, "y", op.x.Data, op.want, opRel, opAbs)
		})
		t.Run("dwconv_bn_relu", func(t *testing.T) {
			layers := []layer{
				{kind: dwconvBN, name: "m.0", conv: "m.dwconv3x3", bn: "m.bn1", shape: []int{6, 1, 5, 5}},
				{kind: dwconvBN, name: "m.2", conv: "m.dwconv1x1", bn: "m.bn2", shape: []int{6, 1, 1, 1}},
			}
			op := openOp(t, set, "dwconv_bn_relu", "op.dwconv_bn_relu.", "m.", layers)
			l := op.b.localOp("m")
			y := make([]float32, op.x.len())
			l.forward(set, &State{}, op.x.Shape, op.x.Data, y)
			goldentensor.Near(t, "y", y, op.want, opRel, opAbs)
		})
	})
}

// Folding alone, against the official fuse().
func TestGoldenFolding(t *testing.T) {
	for _, test := range []struct {
		name, prefix string
		layer        layer
	}{
		{"conv2d_bn", "op.conv2d_bn", layer{kind: convBN, name: "m", shape: []int{6, 4, 3, 3}}},
		{"conv2d_bn_dw", "op.conv2d_bn_dw", layer{kind: convBN, name: "m", shape: []int{6, 1, 3, 3}}},
		{"bn_linear", "op.bn_linear", layer{kind: bnLinear, name: "m", shape: []int{7, 12}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := goldentensor.Open(t, "ops/"+test.name+".safetensors")
			raw := &checkpoint.StateDict{}
			for _, tensor := range f.StateDict("w:" + test.prefix).Tensors {
				data, _ := tensor.Float32s()
				raw.Add(checkpoint.NewTensor("m"+tensor.Name, tensor.Shape, data))
			}
			sd, err := fold(raw, []layer{test.layer})
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"weight", "bias"} {
				got, err := sd.Get("m." + name).Float32s()
				if err != nil {
					t.Fatal(err)
				}
				goldentensor.Near(t, name, got, f.Doubles("fused:"+name), 1e-6, opAbs)
			}
		})
	}
}

// BatchNorm with zero and tiny variances: the eps decides.
func TestGoldenBatchNormEps(t *testing.T) {
	f := goldentensor.Open(t, "ops/batchnorm_eps.safetensors")
	raw := &checkpoint.StateDict{}
	for _, name := range []string{"weight", "bias", "running_mean", "running_var"} {
		raw.Add(checkpoint.NewTensor("bn."+name, f.Shape(name), f.Floats(name)))
	}
	r := reader{sd: raw}
	scale, shift := r.batchNorm("bn")
	if r.err != nil {
		t.Fatal(r.err)
	}
	x := f.Floats("x")
	n := len(x) / len(scale)
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(float64(v)*scale[i/n] + shift[i/n])
	}
	goldentensor.Near(t, "y", y, f.Doubles("y64"), opRel, opAbs)
}
