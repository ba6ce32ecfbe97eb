package model

import (
	"fmt"
	"hash/crc32"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
	"mobilemamba/internal/golden"
	"mobilemamba/internal/goldentensor"
	"mobilemamba/kernels"
)

// The tolerances of the reference data's README, section 10, relative to the largest value.
const (
	intermediateRel = 5e-5
	opRel, opAbs    = 1e-5, 1e-7
)

// logitsRel is the tolerance for the logits of a variant.
func logitsRel(variant string) float64 {
	if strings.HasPrefix(variant, "B") {
		return 2e-5
	}
	return 1e-5
}

// goldenCase is one file of the reference's model/ folder.
type goldenCase struct {
	Variant      string `json:"variant"`
	Classes      int    `json:"num_classes"`
	Distillation bool   `json:"distillation"`
	Salt         string `json:"key_salt"`
	Input        struct{ H, W int }
	Logits       struct {
		F64 []float64 `json:"f64"`
	} `json:"logits"`
	Top5     []int `json:"top5"`
	Pooled   values
	Head     *values `json:"head"`
	HeadDist *values `json:"head_dist"`
	Tensors  map[string]struct {
		Shape  []int
		MaxAbs float64 `json:"max_abs"`
		F64    struct {
			Samples []float64
		}
	}
}

type values struct {
	F64 []float64 `json:"f64"`
}

// cases are the 15 whole-network goldens.
var cases = []string{
	"tiny_64x64", "tiny_80x112", "tiny_17x33", "tiny_dist_64x64", "micro_64x64", "micro_netE_64x64",
	"T2_192x192", "T2_160x224", "T2_208x208", "T2_dist_192x192", "T4_192x192", "S6_224x224",
	"B1_256x256", "B2_384x384", "B4_512x512",
}

// smallConfig returns the two configurations that only the reference data uses.
func smallConfig(name string) (Config, bool) {
	dims := map[string][3]int{"tiny": {64, 96, 128}, "micro": {48, 64, 80}}[name]
	return New("", 0, dims, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 10), dims != [3]int{}
}

// config returns the configuration of a case.
func (g *goldenCase) config(t *testing.T) Config {
	c, ok := smallConfig(g.Variant)
	if !ok {
		if c, ok = Variant(g.Variant); !ok {
			t.Fatalf("no variant %q", g.Variant)
		}
	}
	c.Classes, c.Distillation = g.Classes, g.Distillation
	return c
}

// testInput is the reference's deterministic picture [H, W, 3].
func testInput(h, w int) []float32 {
	x := make([]float32, 0, h*w*3)
	for y := range h {
		for i := range w {
			for c := range 3 {
				px, py, pc := float64(i), float64(y), float64(c)
				x = append(x, float32(0.9*math.Sin(0.11*(pc+1)*px+0.07*py+0.5*pc)+
					0.6*math.Cos(0.05*px-(0.13+0.02*pc)*py)+0.3*math.Sin(0.31*(px+py)+pc)))
			}
		}
	}
	return x
}

// eachSet runs a test on every row of the kernels' table.
func eachSet(t *testing.T, test func(t *testing.T, set *kernels.Set)) {
	for _, set := range kernels.Variants() {
		t.Run(set.Name, func(t *testing.T) { test(t, &set) })
	}
}

func TestGoldenNetworks(t *testing.T) {
	for _, name := range cases {
		t.Run(name, func(t *testing.T) {
			var g goldenCase
			golden.JSON(t, "model/"+name+".json", &g)
			config := g.config(t)
			sd := config.Synthetic(g.Salt)
			eachSet(t, func(t *testing.T, set *kernels.Set) { checkNetwork(t, set, &g, config, sd) })
		})
	}
}

func checkNetwork(t *testing.T, set *kernels.Set, g *goldenCase, config Config, sd *checkpoint.StateDict) {
	m, err := Load(sd, set)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Config.sameTensors(config) {
		t.Fatalf("inferred %+v, want %+v", m.Config, config)
	}
	s, err := m.NewState(g.Input.H, g.Input.W)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var inner float64 // the largest error of an inner tensor, as a share of its scale
	s.Probe = func(name string, v View) {
		want, ok := g.Tensors[name]
		if !ok {
			return
		}
		seen[name] = true
		got, order := v.ChannelsFirst(), name
		if strings.HasSuffix(name, "#dwt") || strings.HasSuffix(name, "wavelet_scale.0") {
			got = channelMajor(got, v.C/4, v.H*v.W)
		}
		inner = max(inner, checkSamples(t, order, got, want.F64.Samples, want.MaxAbs, fusedReLU.MatchString(name)))
	}
	logits, err := m.Forward(s, testInput(g.Input.H, g.Input.W))
	if err != nil {
		t.Fatal(err)
	}
	outer := goldentensor.Near(t, "logits", logits, g.Logits.F64, logitsRel(g.Variant), 0)
	t.Logf("error as a share of the scale: logits %.2g, inner tensors %.2g", outer, inner)
	if top := rank(logits)[:5]; !slices.Equal(top, g.Top5) {
		t.Errorf("top-5 is %v, want %v", top, g.Top5)
	}
	for name := range g.Tensors {
		if !seen[name] && !folded.MatchString(name) {
			t.Errorf("intermediate %s was not computed", name)
		}
	}

	s.Probe = func(name string, v View) {
		want := map[string]*values{"pooled": &g.Pooled, "head": g.Head, "head_dist": g.HeadDist}[name]
		if want != nil {
			seen["#"+name] = true
			goldentensor.Near(t, name, v.Data[:v.C], want.F64, intermediateRel, 0)
		}
	}
	if _, err := m.Forward(s, testInput(g.Input.H, g.Input.W)); err != nil {
		t.Fatal(err)
	}
	if !seen["#pooled"] || g.Distillation != seen["#head"] || g.Distillation != seen["#head_dist"] {
		t.Errorf("the heads were not compared: %v", seen)
	}
}

// fusedReLU matches convolutions that are computed with the ReLU behind them: the reference has them before.
var fusedReLU = regexp.MustCompile(`\.pw1$|\.conv1$|\.conv2$|\.bn1$`)

// folded matches what does not exist in a network whose BatchNorms, scales, activations and residual sums are
// folded into the operation before them; each is covered by the next tensor behind it.
var folded = regexp.MustCompile(`^patch_embed\.[024]$|` + // before ReLU: covered by .1, .3, .5
	`^patch_embed\.6$|\.conv3$|` + // the output of its module, compared under that name
	`\.m$|\.m\.pw2$|\.proj$|\.proj\.1$|` + // before the residual sum
	`dwconv3x3$|dwconv1x1$|` + // before BatchNorm
	`wavelet_convs\.0$|` + // before wavelet_scale
	`#dwt_in$|` + // the padded map: covered by #dwt
	`global_atten$|out_proj$|base_scale$|` + // before the wavelet branch is added
	`#scan_u$|#scan_dts$|#scan_B$|#scan_C$|#scan_ys$`) // both directions at once: TestGoldenSS2D

// channelMajor turns coefficients from the kernels' band-major channels into the official 4·c + band.
func channelMajor(x []float32, c, n int) []float32 {
	out := make([]float32, len(x))
	for band := range 4 {
		for i := range c {
			copy(out[(4*i+band)*n:][:n], x[(band*c+i)*n:][:n])
		}
	}
	return out
}

// checkSamples compares the 64 sampled elements of a tensor and returns the largest error as a share of scale.
func checkSamples(t *testing.T, name string, got []float32, samples []float64, scale float64, relu bool) (worst float64) {
	t.Helper()
	for j, want := range samples {
		at := int(uint64(j) * 2654435761 % uint64(len(got)))
		if relu {
			want = max(want, 0)
		}
		if d := math.Abs(float64(got[at]) - want); !(d <= intermediateRel*scale) {
			t.Errorf("%s: element %d is %v, want %v: off by %.3g of the scale", name, at, got[at], want, d/scale)
			return math.Inf(1)
		} else {
			worst = max(worst, d/scale)
		}
	}
	return worst
}

// rank returns the indices in descending order of their values.
func rank(x []float32) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case x[i] > x[j]:
			return -1
		case x[i] < x[j]:
			return 1
		}
		return 0
	})
	return order
}

// Whole tensors, not only samples, where the reference has them.
func TestGoldenFullTensors(t *testing.T) {
	for _, name := range []string{"tiny_64x64", "T2_192x192"} {
		t.Run(name, func(t *testing.T) {
			var g goldenCase
			golden.JSON(t, "model/"+name+".json", &g)
			f := goldentensor.Open(t, "model/"+name+".full.safetensors").StateDict("")
			eachSet(t, func(t *testing.T, set *kernels.Set) {
				m, err := Load(g.config(t).Synthetic(g.Salt), set)
				if err != nil {
					t.Fatal(err)
				}
				s, err := m.NewState(g.Input.H, g.Input.W)
				if err != nil {
					t.Fatal(err)
				}
				compared := 0
				s.Probe = func(name string, v View) {
					tensor := f.Get(name)
					if tensor == nil {
						return
					}
					want, err := tensor.Float64s()
					if err != nil {
						t.Fatal(err)
					}
					if fusedReLU.MatchString(name) {
						for i := range want {
							want[i] = max(want[i], 0)
						}
					}
					got := v.ChannelsFirst()
					if strings.HasSuffix(name, "#dwt") || strings.HasSuffix(name, "wavelet_scale.0") {
						got = channelMajor(got, v.C/4, v.H*v.W)
					}
					goldentensor.Near(t, name, got, want, intermediateRel, 0)
					compared++
				}
				if _, err := m.Forward(s, testInput(g.Input.H, g.Input.W)); err != nil {
					t.Fatal(err)
				}
				if compared < 13 {
					t.Errorf("only %d tensors were compared", compared)
				}
			})
		})
	}
}

func TestSyntheticWeights(t *testing.T) {
	var dicts map[string]struct {
		Entries [][]any
		Extra   [][]any `json:"distillation_extra"`
	}
	golden.JSON(t, "state_dicts.json", &dicts)
	configs := map[string]Config{}
	for _, c := range Variants {
		configs[c.Name] = c
	}
	for _, name := range []string{"tiny", "micro"} {
		configs[name], _ = smallConfig(name)
	}
	for name, want := range dicts {
		if len(want.Entries) == 0 {
			continue // the same as another variant
		}
		t.Run(name, func(t *testing.T) {
			config := configs[name]
			config.Distillation = true
			specs := config.Specs(false)
			entries := append(want.Entries, want.Extra...)
			if len(specs) != len(entries) {
				t.Fatalf("%d tensors, want %d", len(specs), len(entries))
			}
			for i, e := range entries {
				s := specs[i]
				if s.Name != e[0] || fmt.Sprint(s.Shape) != fmt.Sprint(e[1]) {
					t.Fatalf("tensor %d is %s %v, want %v %v", i, s.Name, s.Shape, e[0], e[1])
				}
				if s.Optional {
					continue
				}
				data := SyntheticTensor("", s.Name, s.Shape)
				crc := crc32.NewIEEE()
				var b [4]byte
				for _, v := range data {
					bits := math.Float32bits(v)
					b = [4]byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)}
					crc.Write(b[:])
				}
				if sum := fmt.Sprintf("%08x", crc.Sum32()); sum != e[3] {
					t.Errorf("%s has the checksum %s, want %s", s.Name, sum, e[3])
				}
			}
		})
	}
}

// What the paper and the reference say of each variant: channel splits, sizes, parameters, multiply-adds.
func TestVariants(t *testing.T) {
	var variants map[string]struct {
		Size        int     `json:"img_size"`
		EmbedDim    [3]int  `json:"embed_dim"`
		Depth       [3]int  `json:"depth"`
		Kernels     [3]int  `json:"kernels"`
		ParamsFused int64   `json:"params_fused_all"`
		ParamsPaper float64 `json:"params_paper"`
		MambaBlocks map[string]struct {
			Dim, Global, Local, Identity int
			DInner                       int `json:"d_inner"`
			DTRank                       int `json:"dt_rank"`
			Kernel                       int
		} `json:"mamba_blocks"`
		MACs struct {
			ConvAndLinear int64 `json:"conv_and_linear"`
		} `json:"macs"`
	}
	golden.JSON(t, "variants.json", &variants)
	set, err := kernels.Select("scalar")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Variants {
		t.Run(c.Name, func(t *testing.T) {
			want, ok := variants[c.Name]
			if !ok {
				t.Fatal("the reference does not have it")
			}
			if c.Resolution != want.Size || c.EmbedDim != want.EmbedDim || c.Depth != want.Depth || c.Kernels != want.Kernels {
				t.Errorf("config is %+v, want %+v", c, want)
			}
			for stage := range 3 {
				for i := range c.Depth[stage] {
					b := want.MambaBlocks[c.blockName(stage, i)]
					got := [...]int{c.EmbedDim[stage], c.Global[stage], c.Local[stage], c.DInner[stage], c.DTRank[stage], c.Kernels[stage]}
					if got != [...]int{b.Dim, b.Global, b.Local, b.DInner, b.DTRank, b.Kernel} {
						t.Errorf("%s: %v, want %+v", c.blockName(stage, i), got, b)
					}
				}
			}
			m, err := Load(c.Synthetic(""), set)
			if err != nil {
				t.Fatal(err)
			}
			filters := int64(0)
			for _, s := range c.Specs(true) {
				if strings.HasSuffix(s.Name, "wt_filter") {
					filters += int64(s.Shape[0]) * 4
				}
			}
			if got := m.Params() + filters; got != want.ParamsFused {
				t.Errorf("%d parameters, want %d", got, want.ParamsFused)
			}
			s, err := m.NewState(c.Resolution, c.Resolution)
			if err != nil {
				t.Fatal(err)
			}
			if s.MACs() != want.MACs.ConvAndLinear {
				t.Errorf("%d multiply-adds, want %d", s.MACs(), want.MACs.ConvAndLinear)
			}
		})
	}
}

func TestSplitChannels(t *testing.T) {
	var table struct{ Rows [][6]float64 }
	golden.JSON(t, "channel_splits.json", &table)
	for _, r := range table.Rows {
		global, local := SplitChannels(int(r[0]), r[1], r[2])
		identity := int(r[0]) - global - local
		if [3]float64{float64(global), float64(local), float64(identity)} != [3]float64(r[3:]) {
			t.Errorf("%v splits into %d, %d, %d", r, global, local, identity)
		}
	}
}
