package model

import (
	"math"
	"slices"
	"testing"

	"mobilemamba/internal/golden"
	"mobilemamba/internal/goldentensor"
	"mobilemamba/kernels"
)

// inspection loads a golden case, makes its pass and returns the parts of every block by name.
func inspection(t *testing.T, set *kernels.Set, name string) (*goldenCase, *Model, map[string]map[string]*Part) {
	t.Helper()
	var g goldenCase
	golden.JSON(t, "model/"+name+".json", &g)
	m, err := Load(g.config(t).Synthetic(g.Salt), set)
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.NewState(g.Input.H, g.Input.W)
	if err != nil {
		t.Fatal(err)
	}
	x := testInput(g.Input.H, g.Input.W)
	if _, err := m.Forward(s, x); err != nil {
		t.Fatal(err)
	}
	return &g, m, inspectAll(t, m, s, x)
}

func inspectAll(t *testing.T, m *Model, s *State, x []float32) map[string]map[string]*Part {
	t.Helper()
	all := map[string]map[string]*Part{}
	for _, block := range s.Trace {
		parts, err := m.Inspect(s, x, block.Name)
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]*Part{}
		for i, p := range parts {
			if byName[p.Name] != nil || len(p.Data) != p.len()*p.Planes || p.Planes < 1 || p.C < 1 {
				t.Fatalf("%s: part %s of shape %v, %d planes and %d values", block.Name, p.Name, p.Shape, p.Planes, len(p.Data))
			}
			byName[p.Name] = &parts[i]
		}
		for _, p := range parts {
			if like := byName[p.Like]; p.Like != "" && (like == nil || like.Like != "" || like.C != p.C) {
				t.Errorf("%s: %s has %d channels and is said to be like %s", block.Name, p.Name, p.C, p.Like)
			}
		}
		if out := byName["output"]; block.Stage != "head" && (out == nil || out.Shape != block.Shape) {
			t.Errorf("%s: output %v, want %v", block.Name, out, block.Shape)
		}
		all[block.Name] = byName
	}
	return all
}

// plane returns one plane of every channel, [C, H, W].
func (p *Part) plane(i int) []float32 {
	var out []float32
	n := p.pixels()
	for c := range p.C {
		out = append(out, p.Channel(c)[i*n:][:n]...)
	}
	return out
}

// The parts are the official code's tensors, whole.
func TestInspectGolden(t *testing.T) {
	for _, name := range []string{"tiny_64x64", "T2_192x192"} {
		t.Run(name, func(t *testing.T) {
			file := goldentensor.Open(t, "model/"+name+".full.safetensors").StateDict("")
			eachSet(t, func(t *testing.T, set *kernels.Set) {
				_, _, all := inspection(t, set, name)
				compared := 0
				near := func(tensor string, got []float32) {
					t.Helper()
					want := file.Get(tensor)
					if want == nil {
						return // the reference has every tensor of the small network, the stages' of T2
					}
					compared++
					values, err := want.Float64s()
					if err != nil {
						t.Fatal(err)
					}
					goldentensor.Near(t, tensor, got, values, intermediateRel, 0)
				}
				for block, parts := range all {
					if block == "head" {
						continue
					}
					near(block, parts["output"].Data)
					if parts["bands"] == nil {
						continue
					}
					op := block + attn + ".global_op"
					near(op+"#input", parts["global-in"].Data)
					near(op+"#dwt", parts["bands"].Data)
					near(op+".wavelet_scale.0", parts["filtered"].Data)
					near(op+"#idwt", parts["wavelet"].Data)
					near(op+".base_scale", parts["scan"].Data)
					near(op, parts["global"].Data)
					near(block+attn+".local_op", parts["local"].Data)
					for i, step := range []string{"", ".dw0", ".ffn0", ".mixer", ".dw1", ".ffn1"} {
						if i > 0 {
							near(block+step, parts["steps"].plane(i))
						}
					}
				}
				near("patch_embed.1", all["patch_embed"]["conv1"].Data)
				near("patch_embed.3", all["patch_embed"]["conv2"].Data)
				near("patch_embed.5", all["patch_embed"]["conv3"].Data)
				for _, block := range []string{"blocks2", "blocks3"} {
					near(block+".0.0", all[block+".0"]["depthwise"].Data)
					near(block+".2.0", all[block+".2"]["depthwise"].Data)
					near(block+".1.se", all[block+".1"]["weighted"].Data)
				}
				// The reference holds every tensor of the small network and fewer of T2.
				if want := map[string]int{"tiny_64x64": 55, "T2_192x192": 30}[name]; compared != want {
					t.Errorf("%d tensors were compared, want %d", compared, want)
				}
			})
		})
	}
}

// Δ is what the official code hands to its scan, behind bias and softplus; direction 1 is turned back to pixels.
func TestInspectDelta(t *testing.T) {
	file := goldentensor.Open(t, "model/tiny_64x64.full.safetensors").StateDict("")
	eachSet(t, func(t *testing.T, set *kernels.Set) {
		g, m, all := inspection(t, set, "tiny_64x64")
		weights := g.config(t).Synthetic(g.Salt)
		for stage := range 3 {
			block := m.Config.blockName(stage, 0)
			delta, keep := all[block]["delta"], all[block]["keep"]
			d, l := delta.C, delta.pixels()
			raw := file.Get(block + ssm + "#scan_dts")
			bias := weights.Get(block + ssm + ".dt_projs_bias")
			logs := weights.Get(block + ssm + ".A_logs")
			if raw == nil || bias == nil || logs == nil {
				t.Fatal("the reference lacks a tensor")
			}
			dts, err := raw.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			biases, err := bias.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			a, err := logs.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			for k := range 2 {
				want, kept := make([]float64, d*l), make([]float64, l)
				for c := range d {
					for step := range l {
						pixel := step
						if k == 1 {
							pixel = l - 1 - step
						}
						dt := math.Log1p(math.Exp(dts[(k*d+c)*l+step] + biases[k*d+c]))
						want[c*l+pixel] = dt
						kept[pixel] += math.Exp(-dt*math.Exp(a[k*d+c])) / float64(d)
					}
				}
				goldentensor.Near(t, "delta", delta.plane(k), want, intermediateRel, 0)
				goldentensor.Near(t, "keep", keep.plane(k), kept, intermediateRel, 0)
			}
		}
	})
}

// What must hold of any picture: at even and odd sizes the inverse transform of the bands is the branch's input and
// that of the filtered ones its output, the halves add up, the branches are the channels of the block's map.
func TestInspectIdentities(t *testing.T) {
	c, _ := smallConfig("tiny")
	c.Depth = [3]int{2, 1, 2}
	c.Distillation = true
	eachSet(t, func(t *testing.T, set *kernels.Set) {
		m, err := Load(c.Synthetic("inspect:"), set)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range [][2]int{{64, 96}, {131, 77}, {1, 1}} {
			s, err := m.NewState(size[0], size[1])
			if err != nil {
				t.Fatal(err)
			}
			x := testInput(size[0], size[1])
			logits, err := m.Forward(s, x)
			if err != nil {
				t.Fatal(err)
			}
			logits = slices.Clone(logits)
			all := inspectAll(t, m, s, x)
			if !slices.Equal(logits, s.logits) || s.Probe != nil {
				t.Error("to look inside has changed the state")
			}
			for block, parts := range all {
				if parts["bands"] != nil {
					checkBranches(t, m, block, parts)
				}
			}
			features, pooled := all["head"]["features"], all["head"]["pooled"]
			means := make([]float32, features.C)
			for ch := range means {
				for _, v := range features.Channel(ch) {
					means[ch] += v / float32(features.pixels())
				}
			}
			close32(t, "pooled", pooled.Data, means)
		}
	})
}

func checkBranches(t *testing.T, m *Model, block string, parts map[string]*Part) {
	t.Helper()
	in, steps := parts["global-in"], parts["steps"]
	close32(t, block+": bands", inverseHaar(parts["bands"], in.Shape), in.Data)
	close32(t, block+": filtered bands", inverseHaar(parts["filtered"], in.Shape), parts["wavelet"].Data)
	sum := slices.Clone(parts["wavelet"].Data)
	for i, v := range parts["scan"].Data {
		sum[i] += v
	}
	close32(t, block+": wavelet and scan", sum, parts["global"].Data)

	branches := slices.Concat(in.Data, parts["local-in"].Data)
	if identity := parts["identity"]; identity != nil {
		branches = slices.Concat(branches, identity.Data)
	}
	if !slices.Equal(branches, steps.plane(2)) {
		t.Errorf("%s: the branches are not the channels behind ffn0", block)
	}
	output := slices.Clone(steps.plane(0))
	for i, v := range steps.plane(5) {
		output[i] += v
	}
	close32(t, block+": input and last step", output, parts["output"].Data)

	for k := range 2 {
		delta, mean, keep := parts["delta"].plane(k), parts["delta-mean"].plane(k), parts["keep"].plane(k)
		for i := range mean {
			total := 0.0
			for c := range parts["delta"].C {
				total += float64(delta[c*len(mean)+i])
			}
			close32(t, block+": mean Δ", mean[i:i+1], []float32{float32(total / float64(parts["delta"].C))})
			if !(mean[i] > 0 && keep[i] > 0 && keep[i] < 1) {
				t.Errorf("%s: Δ is %v, and %v of the state is kept", block, mean[i], keep[i])
			}
		}
	}
}

// inverseHaar is written from the definition in the reference's README, with the exact gain.
func inverseHaar(p *Part, to Shape) []float32 {
	out := make([]float32, to.len())
	n := p.pixels()
	for c := range p.C {
		maps := p.Channel(c)
		for y := range to.H {
			for x := range to.W {
				at := y/2*p.W + x/2
				v, h, d := maps[n+at], maps[2*n+at], maps[3*n+at]
				if y%2 == 1 {
					v, d = -v, -d
				}
				if x%2 == 1 {
					h, d = -h, -d
				}
				out[(c*to.H+y)*to.W+x] = (maps[at] + v + h + d) / 2
			}
		}
	}
	return out
}

// close32 compares up to rounding.
func close32(t *testing.T, name string, got, want []float32) {
	t.Helper()
	scale := float32(1e-6)
	for _, v := range want {
		scale = max(scale, v, -v)
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", name, len(got), len(want))
	}
	for i, v := range want {
		if d := got[i] - v; !(d <= 2e-6*scale && -d <= 2e-6*scale) {
			t.Fatalf("%s: value %d is %v, want %v", name, i, got[i], v)
		}
	}
}

func TestInspectRefuses(t *testing.T) {
	c, _ := smallConfig("tiny")
	m, err := Load(c.Synthetic(""), &kernels.Variants()[0])
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.NewState(64, 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range []string{"", "blocks4.0", "blocks1"} {
		if _, err := m.Inspect(s, testInput(64, 64), block); err == nil {
			t.Errorf("block %q was inspected", block)
		}
	}
	if _, err := m.Inspect(s, testInput(1, 1), "head"); err == nil || s.Probe != nil {
		t.Error("a picture of another size was taken")
	}
}
