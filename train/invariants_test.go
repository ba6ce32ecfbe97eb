package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mobilemamba/internal/goldentensor"
	"mobilemamba/kernels"
	"mobilemamba/model"
)

func microBatch() (x []float32, labels []int, b, h, w int) {
	return testBatch([]int{11, 12, 13, 14}, 80, 96), []int{0, 7, 4, 1}, 4, 80, 96
}

// lossOf runs a training forward pass and returns the loss and its gradient.
func lossOf(n *Network, x []float32, labels []int, b, h, w int) (float64, []float32) {
	logits := n.Forward(x, b, h, w)
	target, d := make([]float32, len(logits)), make([]float32, len(logits))
	smoothTargets(target, labels, n.Config.Classes, 0.1)
	return CrossEntropy(d, logits, target, n.Config.Classes), d
}

// Gradients agree with finite differences, one parameter at a time along a random direction.
func TestFiniteDifferences(t *testing.T) {
	n := synthetic(t, smallConfig(t, "micro"), 0)
	x, labels, b, h, w := microBatch()
	_, d := lossOf(n, x, labels, b, h, w)
	n.Backward(d, nil)
	rng := rand.New(rand.NewPCG(3, 4))
	checked := 0
	for _, p := range n.Params {
		if strings.HasSuffix(p.Name, "local_op.dwconv1x1.weight") {
			continue // the loss hardly depends on it: a step that shows a difference is far beyond the slope
		}
		norm := l2(p.Grad)
		if norm < 0.05 { // below what differences of a float32 loss can show
			continue
		}
		// Half along the gradient, so that the slope does not vanish, half at random.
		direction := make([]float64, len(p.Data))
		slope, length := 0.0, 0.0
		for j, g := range p.Grad {
			direction[j] = float64(g)/norm + rng.NormFloat64()/math.Sqrt(float64(len(p.Data)))
			slope += direction[j] * float64(g)
			length += direction[j] * direction[j]
		}
		step := 2e-4 / slope // moves the loss by 2e-4 each way, a hundred times its rounding
		start := slices.Clone(p.Data)
		at := func(s float64) float64 {
			for j := range p.Data {
				p.Data[j] = float32(float64(start[j]) + s*direction[j])
			}
			loss, _ := lossOf(n, x, labels, b, h, w)
			return loss
		}
		got := (at(step) - at(-step)) / (2 * step)
		copy(p.Data, start)
		if math.Abs(got-slope) > 0.02*math.Abs(slope) {
			t.Errorf("%s: slope %v by differences, %v by the gradient", p.Name, got, slope)
		}
		checked++
	}
	if checked < 180 {
		t.Errorf("only %d parameters were checked", checked)
	}
}

// The results do not depend on the number of workers.
func TestWorkersAgree(t *testing.T) {
	x, labels, b, h, w := microBatch()
	run := func(workers int) *Network {
		n := synthetic(t, smallConfig(t, "micro"), workers)
		opt := NewAdamW(n)
		for range 2 {
			_, d := lossOf(n, x, labels, b, h, w)
			n.Backward(d, nil)
			opt.Step(1e-3)
		}
		return n
	}
	one, three := run(1), run(3)
	if !slices.Equal(one.grad, three.grad) || !slices.Equal(one.data, three.data) || !slices.Equal(one.running, three.running) {
		t.Error("one worker and three come to different results")
	}
}

// What is trained is what package model runs.
func TestModelAgrees(t *testing.T) {
	n := synthetic(t, smallConfig(t, "micro"), 0)
	x, labels, b, h, w := microBatch()
	opt := NewAdamW(n)
	_, d := lossOf(n, x, labels, b, h, w)
	n.Backward(d, nil)
	opt.Step(1e-3)
	set, err := kernels.Select("scalar")
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(n.StateDict(), set)
	if err != nil {
		t.Fatal(err)
	}
	state, err := m.NewState(h, w)
	if err != nil {
		t.Fatal(err)
	}
	logits := n.Eval(x, b, h, w)
	for i := range b {
		want, err := m.Forward(state, x[i*h*w*3:][:h*w*3])
		if err != nil {
			t.Fatal(err)
		}
		wide := make([]float64, len(want))
		for k, v := range want {
			wide[k] = float64(v)
		}
		goldentensor.Near(t, "logits", row(logits, i, len(want)), wide, 2e-5, 0)
	}
}

// Training from the official starting values memorises a batch.
func TestLearns(t *testing.T) {
	n, err := NewNetwork(smallConfig(t, "micro"), 0)
	if err != nil {
		t.Fatal(err)
	}
	n.Init(1)
	n.SetDropPath(0.1, rand.New(rand.NewPCG(1, 1)))
	opt := NewAdamW(n)
	x, labels, b, h, w := microBatch()
	var first, last float64
	for i := range 30 {
		loss, d := lossOf(n, x, labels, b, h, w)
		n.Backward(d, nil)
		opt.Step(2e-3)
		if i == 0 {
			first = loss
		}
		last = loss
	}
	if math.Abs(first-math.Log(10)) > 0.3 || last > 0.8 {
		t.Errorf("the loss went from %v to %v; a new network should start at log(10), and learn", first, last)
	}
}

// Stochastic depth leaves images out at the rate asked for, and keeps the mean.
func TestDropPath(t *testing.T) {
	p := pass{training: true, rng: rand.New(rand.NewPCG(5, 6))}
	keep := p.dropPath(nil, 20000, 0.25)
	dropped, total := 0, 0.0
	for _, k := range keep {
		if k == 0 {
			dropped++
		}
		total += float64(k)
	}
	if dropped < 4800 || dropped > 5200 || math.Abs(total/20000-1) > 0.02 {
		t.Errorf("%d of 20000 dropped, mean factor %v", dropped, total/20000)
	}
}
