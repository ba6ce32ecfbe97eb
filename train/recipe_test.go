package train

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"

	"mobilemamba/internal/golden"
	"mobilemamba/internal/goldentensor"
	"mobilemamba/train/internal/ops"
)

type goldenStep struct {
	Samples    []int `json:"sample_n"`
	Labels     []int
	Loss       float64                `json:"loss_f64"`
	Norm       float64                `json:"grad_norm_before_clip_f64"`
	EvalLogits []float64              `json:"eval_logits_after_step_f64"`
	EMALogits  []float64              `json:"ema_eval_logits_after_step_f64"`
	Params     map[string]goldenStats // running statistics included
	EMA        map[string]goldenStats
}

type goldenOptimizer struct {
	Variant string
	H, W    int
	LR      float64
	Groups  []struct {
		WeightDecay float64 `json:"weight_decay"`
		Params      []string
	}
	Steps       []goldenStep
	NoiseDriven []string `json:"noise_driven_params"`
}

// trainStep is one iteration with label smoothing alone, as in the optimizer goldens.
func trainStep(n *Network, opt *AdamW, x []float32, labels []int, h, w int, lr float64) (loss, norm float64) {
	logits := n.Forward(x, len(labels), h, w)
	target, d := make([]float32, len(logits)), make([]float32, len(logits))
	smoothTargets(target, labels, n.Config.Classes, 0.1)
	loss = CrossEntropy(d, logits, target, n.Config.Classes)
	n.Backward(d, nil)
	return loss, opt.Step(lr)
}

func TestGoldenOptimizer(t *testing.T) {
	var g goldenOptimizer
	golden.JSON(t, "train/optim/micro_80x96_adamw3.json", &g)
	var weak goldenCase
	golden.JSON(t, "train/model/micro_80x96.json", &weak)
	n := synthetic(t, smallConfig(t, g.Variant), 0)
	for _, group := range g.Groups {
		for _, name := range group.Params {
			if n.params[name].Decays() != (group.WeightDecay > 0) {
				t.Errorf("%s: decays %v", name, n.params[name].Decays())
			}
		}
	}
	opt, ema := NewAdamW(n), NewAverage(n)
	// Tolerances of the README, section 11, by step.
	lossTol, normTol := []float64{1e-5, 2e-4, 1e-3}, []float64{1e-4, 2e-3, 5e-3}
	worstTol, typicalTol := []float64{3e-3, 1e-2, 2e-2}, []float64{1e-4, 1e-3, 3e-3}
	runningTol := []float64{1e-4, 3e-3, 1e-2}
	for i, s := range g.Steps {
		x := testBatch(s.Samples, g.H, g.W)
		loss, norm := trainStep(n, opt, x, s.Labels, g.H, g.W, g.LR)
		ema.Step()
		check := func(what string, got, want, tol float64) {
			t.Helper()
			if !(math.Abs(got-want) <= tol*math.Abs(want)) {
				t.Errorf("step %d: %s %v, want %v", i+1, what, got, want)
			}
		}
		check("loss", loss, s.Loss, lossTol[i])
		check("norm", norm, s.Norm, normTol[i])
		var medians []float64
		for _, p := range n.Params {
			differences := differ(p.Data, s.Params[p.Name].Samples)
			if largest := differences[len(differences)-1]; !(largest <= 2*g.LR*float64(i+1)) {
				t.Errorf("step %d: an element of %s is off by %v", i+1, p.Name, largest)
			}
			if slices.Contains(weak.TheoryZero, p.Name) {
				continue
			}
			median := differences[len(differences)/2]
			medians = append(medians, median)
			if !(median <= worstTol[i]*g.LR) {
				t.Errorf("step %d: %s is off by %v in the median, limit %v", i+1, p.Name, median, worstTol[i]*g.LR)
			}
		}
		sort.Float64s(medians)
		if m := medians[len(medians)/2]; !(m <= typicalTol[i]*g.LR) {
			t.Errorf("step %d: parameters are off by %v in the median of medians", i+1, m)
		}
		for _, st := range n.Stats {
			d := differ(st.Data, s.Params[st.Name].Samples)
			if largest := d[len(d)-1]; !(largest <= runningTol[i]) {
				t.Errorf("step %d: %s is off by %v", i+1, st.Name, largest)
			}
		}
		within(t, "eval logits", n.Eval(x, len(s.Labels), g.H, g.W), s.EvalLogits, 5e-3)
		ema.Use(func() {
			within(t, "logits of the average", n.Eval(x, len(s.Labels), g.H, g.W), s.EMALogits, 5e-3)
			for name, want := range s.EMA {
				data := []float32(nil)
				if p := n.params[name]; p != nil {
					data = p.Data
				} else if st := n.stats[name]; st != nil {
					data = st.Data
				} else {
					continue
				}
				d := differ(data, want.Samples)
				if largest := d[len(d)-1]; !(largest <= 2e-6) {
					t.Errorf("step %d: average of %s is off by %v", i+1, name, largest)
				}
			}
		})
		t.Logf("step %d: loss off by %.2g, norm by %.2g, worst median %.2g lr, typical %.2g lr", i+1,
			math.Abs(loss-s.Loss)/s.Loss, math.Abs(norm-s.Norm)/s.Norm, medians[len(medians)-1]/g.LR, medians[len(medians)/2]/g.LR)
	}
}

// differ returns the sorted differences from the reference's samples.
func differ(got []float32, want []float64) []float64 {
	d := make([]float64, len(want))
	for j, v := range sampled(got, len(want)) {
		d[j] = math.Abs(float64(v) - want[j])
	}
	sort.Float64s(d)
	return d
}

func TestGoldenLossCurve(t *testing.T) {
	var g struct {
		Loss []float64 `json:"loss_f64"`
	}
	golden.JSON(t, "train/optim/loss_curve.json", &g)
	n := synthetic(t, smallConfig(t, "micro"), 0)
	opt := NewAdamW(n)
	worst := 0.0
	for i, want := range g.Loss {
		samples := []int{0, 1, 2, 3}
		if i%2 == 1 {
			samples = []int{8, 9, 10, 11}
		}
		labels := make([]int, 4)
		for j, s := range samples {
			labels[j] = (3 + 7*s) % 10
		}
		loss, _ := trainStep(n, opt, testBatch(samples, 80, 96), labels, 80, 96, 1.5e-3)
		tol := 2e-2
		if i > 5 {
			tol = 6e-2
		}
		if !(math.Abs(loss-want) <= tol) {
			t.Errorf("step %d: loss %v, want %v", i, loss, want)
		}
		worst = max(worst, math.Abs(loss-want))
	}
	t.Logf("losses off by %.2g at most", worst)
}

func TestGoldenAdamW(t *testing.T) {
	f := goldentensor.Open(t, "train/ops/adamw.safetensors")
	team := ops.NewTeam(1)
	for _, name := range []string{"decay", "nodecay"} {
		p := ops.Padded(f.Floats(name))
		m, v := ops.Alloc(len(p)), ops.Alloc(len(p))
		for i, lr := range []float64{1.5e-3, 1e-3, 2.5e-4} {
			step := ops.AdamW{Keep: 1, Beta1: 0.9, Rest1: 0.1, Beta2: 0.999, Rest2: 0.001, GradScale: 1, Eps: 1e-8}
			if name == "decay" {
				step.Keep = float32(1 - lr*0.05)
			}
			step.Rate = float32(lr / (1 - math.Pow(0.9, float64(i+1))))
			step.Correction = float32(1 / math.Sqrt(1-math.Pow(0.999, float64(i+1))))
			step.Step(team, p, m, v, ops.Padded(f.Floats(fmt.Sprintf("grad%d:%s", i+1, name))))
			prefix := fmt.Sprintf("step%d:", i+1)
			for _, c := range []struct {
				got  []float32
				want string
			}{{p, name + "64"}, {m, "exp_avg:" + name + "64"}, {v, "exp_avg_sq:" + name + "64"}} {
				goldentensor.Near(t, prefix+c.want, c.got, f.Doubles(prefix+c.want), 1e-6, 1e-9)
			}
		}
	}
}

func TestGoldenClip(t *testing.T) {
	f := goldentensor.Open(t, "train/ops/clip_grad.safetensors")
	for _, side := range []string{"above", "below"} {
		var all []float32
		for i := range 3 {
			all = append(all, f.Floats(fmt.Sprintf("%s:grad%d", side, i))...)
		}
		norm := ops.Norm(ops.NewTeam(1), all)
		goldentensor.Near(t, side, []float32{float32(norm)}, f.Doubles(side+":total_norm64"), 1e-6, 1e-9)
		scale := min(1, 5/(norm+1e-6))
		for i := range 3 {
			g := f.Floats(fmt.Sprintf("%s:grad%d", side, i))
			for j := range g {
				g[j] *= float32(scale)
			}
			name := fmt.Sprintf("%s:clipped%d64", side, i)
			goldentensor.Near(t, name, g, f.Doubles(name), 1e-6, 1e-9)
		}
	}
}

func TestGoldenAverage(t *testing.T) {
	f := goldentensor.Open(t, "train/ops/ema.safetensors")
	avg := widen(f.Floats("init"))
	for i := range 3 {
		ops.Average(ops.NewTeam(1), avg, f.Floats(fmt.Sprintf("param%d", i+1)), 0.9998)
		got := make([]float32, len(avg))
		narrow(got, avg)
		name := fmt.Sprintf("ema%d64", i+1)
		goldentensor.Near(t, name, got, f.Doubles(name), 1e-6, 1e-9)
	}
}

func TestGoldenSchedule(t *testing.T) {
	var g struct {
		Schedules map[string]struct {
			LR     float64
			Min    float64 `json:"lr_min"`
			Start  float64 `json:"warmup_lr"`
			Total  int     `json:"total_steps"`
			Warmup int     `json:"warmup_steps"`
			Steps  []int
			Rates  []float64 `json:"lr_at_step"`
		}
	}
	golden.JSON(t, "train/optim/schedule.json", &g)
	for name, c := range g.Schedules {
		s := NewSchedule(c.LR, c.Warmup, c.Total)
		if math.Abs(s.Min/c.Min-1) > 1e-12 || math.Abs(s.Start/c.Start-1) > 1e-12 {
			t.Errorf("%s: ends %v and %v, want %v and %v", name, s.Start, s.Min, c.Start, c.Min)
		}
		for i, step := range c.Steps {
			if got, want := s.At(step), c.Rates[i]; math.Abs(got/want-1) > 1e-12 {
				t.Errorf("%s: rate of step %d is %v, want %v", name, step, got, want)
			}
		}
	}
}

func TestGoldenMixing(t *testing.T) {
	var g map[string]struct {
		Kind    string
		Lam     float64 `json:"lam_drawn"`
		Classes int     `json:"num_classes"`
		Labels  []int
		H, W    int
		CY      int     `json:"center_y"`
		CX      int     `json:"center_x"`
		Box     []int   `json:"bbox_yl_yh_xl_xh"`
		Left    float64 `json:"lam_effective"`
		Target  [][]float64
		F64     [][]float64 `json:"target_f64"`
	}
	golden.JSON(t, "train/mixup/mixup.json", &g)
	f := goldentensor.Open(t, "train/mixup/mixup.safetensors")
	for name, c := range g {
		m := mix{lam: c.Lam}
		if c.Kind == "cutmix" {
			m = cutmix(c.Lam, c.H, c.W, c.CY, c.CX)
			if got := []int{m.y0, m.y1, m.x0, m.x1}; !slices.Equal(got, c.Box) {
				t.Errorf("%s: box %v, want %v", name, got, c.Box)
			}
		}
		if math.Abs(m.lam-c.Left) > 1e-12 {
			t.Errorf("%s: lambda %v, want %v", name, m.lam, c.Left)
		}
		x := readMap(f, name+":x")
		m.apply(ops.NewTeam(2), x.Data, x.B, x.H, x.W)
		goldentensor.Near(t, name, channelsFirst(x), f.Doubles(name+":mixed64"), 2e-7, 0)
		target := make([]float32, len(c.Labels)*c.Classes)
		m.targets(target, c.Labels, c.Classes, 0.1)
		for i, want := range c.F64 {
			within(t, name+" target", row(target, i, c.Classes), want, 2e-7)
		}
	}
}
