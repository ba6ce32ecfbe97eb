package classify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// BenchResult summarises repeated forward passes; times are milliseconds.
type BenchResult struct {
	Kernel string       `json:"kernel" js:"kernel"`
	Model  string       `json:"model" js:"model"`
	Runs   int          `json:"runs" js:"runs"`
	Median float64      `json:"median" js:"median"`
	P10    float64      `json:"p10" js:"p10"`
	P90    float64      `json:"p90" js:"p90"`
	Min    float64      `json:"min" js:"min"`
	GFLOPs float64      `json:"gflops" js:"gflops"` // 2·MACs over the median, per second
	Blocks []BenchBlock `json:"blocks" js:"blocks"`
}

// BenchBlock is one module's share: the median over the runs.
type BenchBlock struct {
	Name   string  `json:"name" js:"name"`
	Stage  string  `json:"stage" js:"stage"`
	Shape  []int   `json:"shape" js:"shape"`
	MACs   float64 `json:"macs" js:"macs"`
	Ms     float64 `json:"ms" js:"ms"`
	GFLOPs float64 `json:"gflops" js:"gflops"`
}

// syntheticInput fills the input with a pattern; passes with it are about no picture.
func (c *Classifier) syntheticInput() {
	c.seen = nil
	for i := range c.input {
		c.input[i] = float32(math.Sin(float64(i) * 0.37))
	}
}

// WarmUp makes passes for about the given time, at least one, so that the first picture meets a compiler that has
// settled. It is an error if the model gives no numbers.
func (c *Classifier) WarmUp(budget time.Duration) error {
	c.syntheticInput()
	for start := time.Now(); ; {
		if _, err := c.forward(); err != nil {
			return err
		}
		if time.Since(start) > budget {
			return nil
		}
	}
}

// warmUps are passes that are not counted: caches fill, a just-in-time compiler settles.
const warmUps = 10

// Bench times forward passes of a synthetic picture. Progress, if not nil, is called after every pass.
func (c *Classifier) Bench(ctx context.Context, runs int, progress func(done, of int)) (*BenchResult, error) {
	if runs < 1 {
		return nil, fmt.Errorf("bench: %d runs asked for; at least 1 is needed", runs)
	}
	c.syntheticInput()
	totals := make([]float64, 0, runs)
	laps := make([][]float64, len(c.state.Trace))
	for i := range warmUps + runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := c.net.Forward(c.state, c.input); err != nil {
			return nil, err
		}
		if progress != nil {
			progress(i+1, warmUps+runs)
		}
		if i < warmUps {
			continue
		}
		totals = append(totals, c.state.Ms())
		for j, t := range c.state.Trace {
			laps[j] = append(laps[j], t.Ms)
		}
	}
	slices.Sort(totals)
	r := &BenchResult{
		Kernel: c.net.Kernels.Name, Model: c.name, Runs: runs,
		Median: quantile(totals, 0.5), P10: quantile(totals, 0.1), P90: quantile(totals, 0.9), Min: totals[0],
	}
	r.GFLOPs = gflops(float64(c.state.MACs()), r.Median)
	for j, t := range c.state.Trace {
		slices.Sort(laps[j])
		ms := quantile(laps[j], 0.5)
		r.Blocks = append(r.Blocks, BenchBlock{
			Name: t.Name, Stage: t.Stage, Shape: []int{t.Shape.H, t.Shape.W, t.Shape.C},
			MACs: float64(t.MACs), Ms: ms, GFLOPs: gflops(float64(t.MACs), ms),
		})
	}
	return r, nil
}

// quantile interpolates between the values of a sorted slice.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// gflops is 0 where a coarse clock saw no time pass.
func gflops(macs, ms float64) float64 {
	if ms == 0 {
		return 0
	}
	return 2 * macs / ms / 1e6
}
