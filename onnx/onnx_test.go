package onnx

import (
	"bytes"
	"crypto/sha256"
	"math"
	"slices"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/model"
)

// tiny is the small configuration of the reference data.
func tiny(distillation bool) model.Config {
	c := model.New("", 64, [3]int{64, 96, 128}, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 10)
	c.Distillation = distillation
	return c
}

func write(t testing.TB, sd *checkpoint.StateDict, opt Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, sd, opt); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGraphsAreWellFormed(t *testing.T) {
	t2, _ := model.Variant("T2")
	b1, _ := model.Variant("B1")
	for _, c := range []struct {
		name   string
		config model.Config
		h, w   int
	}{
		{"tiny", tiny(false), 64, 64},
		{"tiny odd", tiny(false), 80, 112},
		{"tiny smallest", tiny(false), 1, 1},
		{"tiny distilled", tiny(true), 64, 64},
		{"T2", t2, 192, 192},
		{"T2 odd", t2, 208, 208},
		{"B1", b1, 256, 256},
	} {
		for _, target := range []Target{Web, Native} {
			t.Run(c.name, func(t *testing.T) {
				data := write(t, c.config.Synthetic(""), Options{Height: c.h, Width: c.w, Target: target, Source: "synthetic"})
				m := decodeModel(t, data)
				if m.irVersion != 8 || m.opset != 17 {
					t.Errorf("IR version %d and opset %d, want 8 and 17", m.irVersion, m.opset)
				}
				if m.metadata["variant"] != c.config.Name || m.metadata["source"] != "synthetic" {
					t.Errorf("metadata is %v", m.metadata)
				}
				g := m.graph
				if err := g.check(); err != nil {
					t.Error(err)
				}
				if !slices.Equal(g.ins, []string{"x"}) || !slices.Equal(g.outs, []string{"logits"}) {
					t.Errorf("inputs %v and outputs %v, want x and logits", g.ins, g.outs)
				}
				if shape := g.inputShapes["x"]; !slices.Equal(shape, []int{1, 3, c.h, c.w}) {
					t.Errorf("x is %v", shape)
				}
				if shape := g.inputShapes["logits"]; !slices.Equal(shape, []int{1, c.config.Classes}) {
					t.Errorf("logits are %v", shape)
				}
			})
		}
	}
}

func TestSameBytesEveryTime(t *testing.T) {
	sd := tiny(false).Synthetic("")
	opt := Options{Height: 64, Width: 64, Source: "synthetic"}
	first := sha256.Sum256(write(t, sd, opt))
	for range 3 {
		if sha256.Sum256(write(t, sd, opt)) != first {
			t.Fatal("two exports of the same tensors differ")
		}
	}
	folded, _, err := model.Fuse(sd)
	if err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(write(t, folded, opt)) != first {
		t.Error("the export of a folded checkpoint differs from that of the same one before folding")
	}
}

// operators counts the nodes of a graph by operator.
func operators(g graphProto) map[string]int {
	n := map[string]int{}
	for _, node := range g.nodes {
		n[node.op]++
	}
	return n
}

func TestFormsByTarget(t *testing.T) {
	t2, _ := model.Variant("T2")
	sd := t2.Synthetic("")
	web := operators(decodeModel(t, write(t, sd, Options{})).graph)
	native := operators(decodeModel(t, write(t, sd, Options{Target: Native})).graph)
	if web["Scan"] != 5 || native["Scan"] != 5 {
		t.Errorf("%d and %d Scans, want one for each of the five blocks", web["Scan"], native["Scan"])
	}
	// Natively every convolution is a Conv; for the web those on small maps are Gemm and dense products.
	if native["ReduceSum"] != 0 || native["Conv"] <= web["Conv"] {
		t.Errorf("native has %d Conv and %d ReduceSum, web %d Conv", native["Conv"], native["ReduceSum"], web["Conv"])
	}
	if web["ReduceSum"] == 0 || web["Gemm"] <= native["Gemm"] {
		t.Errorf("web has %d ReduceSum and %d Gemm, native %d Gemm", web["ReduceSum"], web["Gemm"], native["Gemm"])
	}
	for _, op := range []string{"BatchNormalization", "Softplus", "Identity"} {
		if web[op]+native[op] > 0 {
			t.Errorf("an export has %s", op)
		}
	}
}

func TestScanDirections(t *testing.T) {
	for _, n := range decodeModel(t, write(t, tiny(false).Synthetic(""), Options{Height: 64, Width: 64})).graph.nodes {
		if n.op != "Scan" {
			continue
		}
		body := n.bodies["body"]
		states, scanned := 2, n.ints["num_scan_inputs"][0]
		if len(n.ins) != states+scanned || len(body.ins) != len(n.ins) || len(body.outs) != len(n.outs) {
			t.Errorf("%s has %d inputs and %d outputs, its body %d and %d", n.name, len(n.ins), len(n.outs), len(body.ins), len(body.outs))
		}
		if !slices.Equal(n.ints["scan_input_directions"], []int{0, 0, 0, 1, 1, 1}) ||
			!slices.Equal(n.ints["scan_output_directions"], []int{0, 1}) {
			t.Errorf("%s scans in the directions %v and %v", n.name, n.ints["scan_input_directions"], n.ints["scan_output_directions"])
		}
		for i, in := range n.ins[states:] {
			if k := body.ins[states+i][len(body.ins[states+i])-1:]; !strings.HasSuffix(in, k) {
				t.Errorf("%s feeds %s to %s of the other direction", n.name, in, body.ins[states+i])
			}
		}
	}
}

func TestErrors(t *testing.T) {
	sd := tiny(false).Synthetic("")
	other := tiny(false).Synthetic("")
	filter := "blocks1.0.mixer.m.attn.global_op.iwt_filter"
	values, err := other.Get(filter).Float32s()
	if err != nil {
		t.Fatal(err)
	}
	values[7] = float32(math.NaN())
	other.Add(checkpoint.NewTensor(filter, other.Get(filter).Shape, values))
	for _, c := range []struct {
		name string
		sd   *checkpoint.StateDict
		opt  Options
		want string
	}{
		{"size unknown", sd, Options{}, "size of the input"},
		{"negative size", sd, Options{Height: -1, Width: 64}, "size of the input"},
		{"no checkpoint", &checkpoint.StateDict{}, Options{Height: 64, Width: 64}, "not a whole MobileMamba"},
		{"another wavelet", other, Options{Height: 64, Width: 64}, "only Haar is supported"},
	} {
		err := Write(&bytes.Buffer{}, c.sd, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want one with %q", c.name, err, c.want)
		}
	}
}

// TestDenseIsTheConvolution compares the matrices with the taps applied one by one.
func TestDenseIsTheConvolution(t *testing.T) {
	for _, c := range []struct{ h, w, k, stride int }{{1, 1, 3, 1}, {3, 3, 3, 1}, {2, 4, 7, 1}, {4, 3, 5, 1}, {4, 4, 3, 2}, {3, 5, 3, 2}} {
		const channels = 2
		weight := model.SyntheticTensor("", "dense.weight", []int{channels, 1, c.k, c.k})
		x := model.SyntheticTensor("", "x.weight", []int{c.h * c.w, channels})
		m := newDepthwise("d", weight, nil, channels, c.stride).dense(c.h, c.w)
		outH, outW := (c.h+c.stride-1)/c.stride, (c.w+c.stride-1)/c.stride
		for out := range outH * outW {
			for ch := range channels {
				var got, want float64
				for in := range c.h * c.w {
					got += float64(m[(out*c.h*c.w+in)*channels+ch]) * float64(x[in*channels+ch])
				}
				for tap := range c.k * c.k {
					y, xx := out/outW*c.stride+tap/c.k-c.k/2, out%outW*c.stride+tap%c.k-c.k/2
					if y >= 0 && xx >= 0 && y < c.h && xx < c.w {
						want += float64(weight[ch*c.k*c.k+tap]) * float64(x[(y*c.w+xx)*channels+ch])
					}
				}
				if math.Abs(got-want) > 1e-6 {
					t.Errorf("%+v: pixel %d of channel %d is %v, want %v", c, out, ch, got, want)
				}
			}
		}
	}
}
