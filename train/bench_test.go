//go:build unix

package train

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"mobilemamba/model"
	"mobilemamba/train/internal/ops"
)

// xt is the configuration that the speed of training is measured on: 3.2M parameters, 28.2M multiply-accumulates at
// 96×96.
func xt() model.Config {
	return model.New("", 96, [3]int{96, 160, 224}, [3]int{1, 2, 2}, [3]int{7, 5, 3}, 200)
}

const xtMACs = 28.2e6

// cpuTime returns the processor time of this process. On a machine that others use too it is a better clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStep measures forward and backward on a batch of 128, without data and optimizer. Effective GFLOP/s count three
// passes of two operations a multiply-accumulate.
func BenchmarkStep(b *testing.B) {
	const batch, side = 128, 96
	n, err := NewNetwork(xt(), 0)
	if err != nil {
		b.Fatal(err)
	}
	if err := n.Load(xt().Synthetic("")); err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	x := ops.Alloc(batch * side * side * 3)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	dlogits := make([]float32, batch*n.Config.Classes)
	step := func() {
		logits := n.Forward(x, batch, side, side)
		for i, v := range logits {
			dlogits[i] = v / batch
		}
		n.Backward(dlogits, nil)
	}
	step()
	start := cpuTime()
	images := 0
	for b.Loop() {
		step()
		images += batch
	}
	wall, cpu := b.Elapsed().Seconds(), (cpuTime() - start).Seconds()
	b.ReportMetric(float64(images)/wall, "images/s")
	b.ReportMetric(6*xtMACs*float64(images)/wall/1e9, "GFLOP/s")
	b.ReportMetric(float64(images)/cpu, "images/cpu-s")
	b.ReportMetric(6*xtMACs*float64(images)/cpu/1e9, "GFLOP/cpu-s")
}
