package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"mobilemamba/internal/golden"
	"mobilemamba/internal/goldentensor"
	"mobilemamba/model"
	"mobilemamba/train/internal/ops"
)

// goldenCase is one file of the reference's train/model folder.
type goldenCase struct {
	Variant       string
	Classes       int `json:"num_classes"`
	Batch, H, W   int
	Samples       []int `json:"sample_n"`
	Labels        []int
	Input         struct{ Samples []float64 }
	SoftTarget    []float32 `json:"soft_target"`
	TeacherLogits []float32 `json:"teacher_logits"`
	Losses        map[string]struct {
		Value     float64     `json:"value_f64"`
		DLogits   []float64   `json:"dlogits_f64"`
		Norm      float64     `json:"global_grad_norm_f64"`
		InputGrad goldenStats `json:"input_grad"`
		Grads     map[string]goldenStats
		GradL2    map[string]float64 `json:"grad_l2"`
	}
	Logits          goldenLogits
	EvalLogitsAfter goldenLogits           `json:"eval_logits_after"`
	BNAfter         map[string]goldenStats `json:"bn_after"`
	Tensors         map[string]struct {
		Shape   []int
		MaxAbs  float64 `json:"max_abs"`
		Samples []float64
		Grad    goldenStats
	}
	ExactZero  []string `json:"exact_zero_grads"`
	TheoryZero []string `json:"zero_in_theory_grads"`
	Noisy      []string `json:"noisy_in_f32_grads"`
}

type goldenStats struct {
	L2      float64
	MaxAbs  float64 `json:"max_abs"`
	Samples []float64
}

type goldenLogits struct {
	F64     []float64 `json:"f64"`
	Samples []float64
	MaxAbs  float64 `json:"max_abs"`
}

// tolerances of the training README, section 11.
type tolerances struct {
	loss, logits, forward, gradient, running, param, scaleFree, input, norm float64
}

var (
	good = tolerances{1e-5, 5e-5, 2e-4, 5e-4, 1e-4, 5e-4, 2e-3, 2e-4, 1e-4}
	poor = tolerances{5e-5, 2e-4, 5e-4, 5e-3, 2e-4, 5e-3, 5e-2, 5e-3, 1e-3}
)

var goldenCases = []struct {
	name string
	tol  tolerances
}{
	{"tiny_64x64", poor}, {"micro_64x64", poor}, {"micro_40x56", poor},
	{"tiny_80x112", good}, {"micro_80x96", good}, {"T2_96x128", good},
}

// smallConfig returns a configuration of the reference data.
func smallConfig(t testing.TB, name string) model.Config {
	if c, ok := model.Variant(name); ok {
		return c
	}
	dims, ok := map[string][3]int{"tiny": {64, 96, 128}, "micro": {48, 64, 80}}[name]
	if !ok {
		t.Fatalf("no configuration %q", name)
	}
	return model.New("", 0, dims, [3]int{1, 1, 1}, [3]int{7, 5, 3}, 10)
}

// testBatch is the reference's deterministic batch [B, H, W, 3] of pictures n.
func testBatch(samples []int, h, w int) []float32 {
	var x []float32
	for _, n := range samples {
		n := float64(n)
		for y := range h {
			for i := range w {
				for c := range 3 {
					px, py, pc := float64(i), float64(y), float64(c)
					x = append(x, float32(0.9*math.Sin(0.11*(pc+1)*(1+0.2*n)*px+0.07*(1+n)*py+0.5*pc+0.7*n)+
						0.6*math.Cos(0.05*px-(0.13+0.02*pc)*(1+0.5*n)*py+n)+
						0.3*math.Sin(0.31*(1-0.15*n)*(px+py)+pc+2*n)))
				}
			}
		}
	}
	return ops.Padded(x)
}

// channelsFirst copies a map to [B, C, H, W], the order of the reference.
func channelsFirst(m ops.Map) []float32 {
	out := make([]float32, m.Len())
	n := m.Pixels()
	for b := range m.B {
		for p := range n {
			for c, v := range m.Row(b*n + p) {
				out[(b*m.C+c)*n+p] = v
			}
		}
	}
	return out
}

// sampled picks the elements that the reference lists.
func sampled(x []float32, count int) []float32 {
	out := make([]float32, count)
	for j := range out {
		out[j] = x[uint64(j)*2654435761%uint64(len(x))]
	}
	return out
}

func l2(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

// within fails the test where a sampled value strays by more than limit, and returns the worst difference.
func within(t *testing.T, what string, got []float32, want []float64, limit float64) float64 {
	t.Helper()
	worst := 0.0
	for j, v := range want {
		if d := math.Abs(float64(got[j]) - v); !(d <= worst) {
			worst = d
		}
	}
	if !(worst <= limit) {
		t.Errorf("%s: off by %.3g, limit %.3g", what, worst, limit)
	}
	return worst
}

func synthetic(t testing.TB, config model.Config, workers int) *Network {
	t.Helper()
	n, err := NewNetwork(config, workers)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Load(config.Synthetic("")); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestGoldenNetworks(t *testing.T) {
	for _, c := range goldenCases {
		t.Run(c.name, func(t *testing.T) {
			var g goldenCase
			golden.JSON(t, "train/model/"+c.name+".json", &g)
			checkNetwork(t, &g, c.tol)
		})
	}
}

func checkNetwork(t *testing.T, g *goldenCase, tol tolerances) {
	config := smallConfig(t, g.Variant)
	n := synthetic(t, config, 0)
	x := testBatch(g.Samples, g.H, g.W)
	n.pass.probe = func(name string, m ops.Map) { g.checkTensor(t, name, m, tol) }
	n.pass.probeGrad = func(name string, m ops.Map) { g.checkGradient(t, name, m, tol) }
	logits := n.Forward(x, g.Batch, g.H, g.W)
	n.pass.probe = nil
	worst := g.Logits.check(t, "logits", logits, tol.logits)
	t.Logf("logits off by %.2g of the scale", worst)

	for _, name := range []string{"ls_ce", "soft_ce", "kd_tau1", "kd_tau2"} {
		want, ok := g.Losses[name]
		if !ok {
			continue
		}
		dlogits := make([]float32, len(logits))
		loss := g.loss(name, dlogits, logits)
		if d := math.Abs(loss-want.Value) / want.Value; !(d <= tol.loss) {
			t.Errorf("%s: %v, want %v", name, loss, want.Value)
		}
		(&goldenLogits{F64: want.DLogits}).check(t, name+" dlogits", dlogits, tol.logits)
		dx := make([]float32, len(x))
		n.Backward(dlogits, dx)
		n.pass.probeGrad = nil // tensors have the gradients of the first loss
		input := sampled(channelsFirst(ops.NewMap(g.Batch, g.H, g.W, 3, dx)), len(want.InputGrad.Samples))
		within(t, name+" input", input, want.InputGrad.Samples, tol.input*want.InputGrad.MaxAbs)
		norm := l2(n.grad)
		if d := math.Abs(norm-want.Norm) / want.Norm; !(d <= tol.norm) {
			t.Errorf("%s: gradient norm %v, want %v", name, norm, want.Norm)
		}
		worst := g.checkParams(t, n, name, want.Norm, tol)
		t.Logf("%s: parameter gradients off by %.2g at most, norm by %.2g", name, worst, math.Abs(norm-want.Norm)/want.Norm)
	}

	for _, s := range n.Stats {
		want := g.BNAfter[s.Name]
		scale := 0.0
		for _, v := range s.Data {
			scale = max(scale, math.Abs(float64(v)))
		}
		within(t, s.Name, sampled(s.Data, len(want.Samples)), want.Samples, tol.running*scale)
	}
	g.EvalLogitsAfter.check(t, "eval logits", n.Eval(x, g.Batch, g.H, g.W), tol.logits)
}

func (l *goldenLogits) check(t *testing.T, what string, got []float32, rel float64) float64 {
	t.Helper()
	want, scale := l.F64, 0.0
	if len(want) == 0 {
		want = l.Samples
	}
	if len(want) < len(got) {
		got = sampled(got, len(want))
	}
	for _, v := range want {
		scale = max(scale, math.Abs(v))
	}
	if len(want) == 0 {
		t.Errorf("%s: the reference lists nothing", what)
		return 0
	}
	return within(t, what, got, want, rel*max(scale, l.MaxAbs)) / scale
}

// loss computes one of the reference's four losses.
func (g *goldenCase) loss(name string, dlogits, logits []float32) float64 {
	k := g.Classes
	if name == "ls_ce" {
		target := make([]float32, len(logits))
		smoothTargets(target, g.Labels, k, 0.1)
		return CrossEntropy(dlogits, logits, target, k)
	}
	loss := CrossEntropy(dlogits, logits, g.SoftTarget, k)
	switch name {
	case "kd_tau1":
		loss += Distill(dlogits, logits, g.TeacherLogits, k, 1, 5)
	case "kd_tau2":
		loss += Distill(dlogits, logits, g.TeacherLogits, k, 2, 5)
	}
	return loss
}

// checkParams compares the gradients of all parameters and returns the worst deviation, relative to the tensor.
func (g *goldenCase) checkParams(t *testing.T, n *Network, loss string, norm float64, tol tolerances) float64 {
	want := g.Losses[loss]
	worst := 0.0
	for _, p := range n.Params {
		got := l2(p.Grad)
		wantL2, ok := want.GradL2[p.Name]
		stats, full := want.Grads[p.Name]
		if full {
			wantL2, ok = stats.L2, true
		}
		switch {
		case !ok:
			t.Errorf("%s: the reference has no gradient of %s", loss, p.Name)
			continue
		case slices.Contains(g.TheoryZero, p.Name) || slices.Contains(g.ExactZero, p.Name):
			for _, v := range p.Grad {
				if math.Abs(float64(v)) > 1e-7*norm {
					t.Errorf("%s: gradient of %s is %v, want 0", loss, p.Name, v)
					break
				}
			}
			continue
		}
		limit := tol.param
		if strings.HasSuffix(p.Name, "local_op.dwconv1x1.weight") ||
			tol == poor && (strings.HasSuffix(p.Name, "local_op.dwconv3x3.weight") || slices.Contains(g.Noisy, p.Name)) {
			limit = tol.scaleFree
		}
		d := math.Abs(got-wantL2) / wantL2
		if !(d <= limit) {
			t.Errorf("%s: gradient of %s has norm %v, want %v", loss, p.Name, got, wantL2)
		}
		worst = max(worst, d)
		if full {
			d := within(t, loss+" "+p.Name, sampled(p.Grad, len(stats.Samples)), stats.Samples, limit*stats.MaxAbs)
			worst = max(worst, d/stats.MaxAbs)
		}
	}
	return worst
}

// seen maps what the layers show to the reference's tensor of that name.
func seen(name string, m ops.Map) (string, []float32) {
	x := channelsFirst(m)
	if base, ok := strings.CutSuffix(name, "#banded"); ok {
		// Bands lie one after the other here and channel by channel there.
		out, n := make([]float32, len(x)), m.Pixels()
		for i := range m.B * m.C {
			b, c := i/m.C, i%m.C
			copy(out[(b*m.C+c%(m.C/4)*4+c/(m.C/4))*n:][:n], x[i*n:])
		}
		return base, out
	}
	return name, x
}

// rectified are convolutions that are shown behind their ReLU and listed before it.
func rectified(name string) bool {
	return strings.HasPrefix(name, "patch_embed.") && name != "patch_embed.6" ||
		strings.HasSuffix(name, ".1.conv1") || strings.HasSuffix(name, ".1.conv2")
}

func (g *goldenCase) checkTensor(t *testing.T, name string, m ops.Map, tol tolerances) {
	name, x := seen(name, m)
	want, ok := g.Tensors[name]
	if !ok {
		return
	}
	samples := slices.Clone(want.Samples)
	if rectified(name) {
		for j, v := range samples {
			samples[j] = max(v, 0)
		}
	}
	within(t, name, sampled(x, len(samples)), samples, tol.forward*want.MaxAbs)
}

func (g *goldenCase) checkGradient(t *testing.T, name string, m ops.Map, tol tolerances) {
	name, x := seen(name, m)
	want, ok := g.Tensors[name]
	if !ok || len(want.Grad.Samples) == 0 {
		return
	}
	within(t, "gradient of "+name, sampled(x, len(want.Grad.Samples)), want.Grad.Samples, tol.gradient*want.Grad.MaxAbs)
}

func TestGoldenGradients(t *testing.T) {
	f := goldentensor.Open(t, "train/model/micro_80x96.grads.safetensors")
	var g goldenCase
	golden.JSON(t, "train/model/micro_80x96.json", &g)
	n := synthetic(t, smallConfig(t, g.Variant), 0)
	logits := n.Forward(testBatch(g.Samples, g.H, g.W), g.Batch, g.H, g.W)
	dlogits := make([]float32, len(logits))
	g.loss("ls_ce", dlogits, logits)
	n.Backward(dlogits, nil)
	for _, p := range n.Params {
		switch {
		case slices.Contains(g.TheoryZero, p.Name):
			goldentensor.Near(t, p.Name, p.Grad, make([]float64, len(p.Grad)), 0, 1e-7*g.Losses["ls_ce"].Norm)
		case strings.HasSuffix(p.Name, "local_op.dwconv1x1.weight"):
			goldentensor.Near(t, p.Name, p.Grad, f.Doubles(p.Name), good.scaleFree, 0)
		default:
			goldentensor.Near(t, p.Name, p.Grad, f.Doubles(p.Name), good.param, 0)
		}
	}
}

// smoothTargets fills target [B, K] for labels: 1 - s + s/K at the label and s/K elsewhere.
func smoothTargets(target []float32, labels []int, classes int, smoothing float64) {
	off := smoothing / float64(classes)
	for b, label := range labels {
		t := row(target, b, classes)
		for k := range t {
			t[k] = float32(off)
		}
		t[label] = float32(1 - smoothing + off)
	}
}
