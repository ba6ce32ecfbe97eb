package kernels_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mobilemamba/kernels"
)

// benchEach benchmarks one operation of every row of the table, at sizes of T2 at 192×192. ops is the number
// of multiply-adds.
func benchEach(b *testing.B, name string, ops int, prepare func(set kernels.Set) func()) {
	for _, set := range kernels.Variants() {
		b.Run(name+"/"+set.Name, func(b *testing.B) {
			run := prepare(set)
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
			b.ReportMetric(2*float64(ops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func BenchmarkGEMM(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range []struct{ m, n, k int }{{144, 288, 144}, {36, 544, 272}, {9, 368, 736}, {1, 1000, 368}} {
		benchEach(b, fmt.Sprintf("%dx%dx%d", s.m, s.n, s.k), s.m*s.n*s.k, func(set kernels.Set) func() {
			args := kernels.GEMMArgs{
				M: s.m, X: random(r, s.m*s.k), LDX: s.k, W: set.GEMM.Pack(random(r, s.n*s.k), random(r, s.n), s.n, s.k),
				Y: make([]float32, s.m*s.n), LDY: s.n,
			}
			return func() { set.GEMM.Run(args) }
		})
	}
}

func BenchmarkConv3x3S2(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range []struct{ side, c, n int }{{192, 3, 18}, {96, 18, 36}, {48, 36, 72}, {24, 72, 144}} {
		out := s.side / 2
		benchEach(b, fmt.Sprintf("%dx%dx%d", s.side, s.c, s.n), out*out*9*s.c*s.n, func(set kernels.Set) func() {
			args := kernels.Conv3x3S2Args{
				H: s.side, W: s.side, C: s.c, X: random(r, s.side*s.side*s.c),
				Weights: set.GEMM.Pack(random(r, s.n*9*s.c), nil, s.n, 9*s.c),
				Y:       make([]float32, out*out*s.n), Patches: make([]float32, out*9*s.c),
			}
			return func() { set.Conv3x3S2(args) }
		})
	}
}

func BenchmarkDepthwise(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range []struct{ side, c, k int }{{12, 144, 3}, {6, 448, 7}, {3, 768, 5}} {
		benchEach(b, fmt.Sprintf("%dx%dk%d", s.side, s.c, s.k), s.side*s.side*s.c*s.k*s.k, func(set kernels.Set) func() {
			args := kernels.DepthwiseArgs{
				H: s.side, W: s.side, C: s.c, K: s.k, Stride: 1, X: random(r, s.side*s.side*s.c), LDX: s.c,
				Weights: random(r, s.k*s.k*s.c), Bias: random(r, s.c), Y: make([]float32, s.side*s.side*s.c), LDY: s.c,
			}
			return func() { set.Depthwise(args) }
		})
	}
}

func BenchmarkSelectiveScan(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const l, d = 144, 224
	benchEach(b, "144x224", 4*l*d, func(set kernels.Set) func() {
		a := random(r, d)
		for i := range a {
			a[i] = -1
		}
		args := kernels.ScanArgs{
			L: l, Channels: d, X: random(r, l*d), Delta: random(r, l*d), A: a, B: random(r, l), C: random(r, l), LDBC: 1,
			D: random(r, d), H: make([]float32, d), Y: make([]float32, l*d),
		}
		return func() { set.SelectiveScan(args) }
	})
}

func BenchmarkHaarAnalysis(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	benchEach(b, "12x112", 12*12*112*4, func(set kernels.Set) func() {
		args := kernels.HaarArgs{H: 12, W: 12, C: 112, Map: random(r, 12*12*112), LD: 112, Coef: make([]float32, 12*12*112)}
		return func() { set.HaarAnalysis(args) }
	})
}

func BenchmarkLayerNorm(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	benchEach(b, "144x224", 144*224*4, func(set kernels.Set) func() {
		args := kernels.LayerNormArgs{Pixels: 144, Channels: 224, X: random(r, 144*224), Weight: random(r, 224), Bias: random(r, 224)}
		return func() { set.LayerNorm(args) }
	})
}

func BenchmarkSiLU(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	benchEach(b, "32256", 32256, func(set kernels.Set) func() {
		x := random(r, 32256)
		args := kernels.SiLUArgs{Pixels: 144, Channels: 224, X: x, LDX: 224, Y: make([]float32, len(x)), LDY: 224}
		return func() { set.SiLU(args) }
	})
}

// BenchmarkResize is a camera's frame of 640×480 for a network of 192×192: both passes.
func BenchmarkResize(b *testing.B) {
	const in, height, out, rows, taps = 640, 480, 192, 421, 10
	r := rand.New(rand.NewPCG(1, 1))
	x := bytesOf(r, 3*in*height)
	benchEach(b, "rows", rows*3*out*taps, func(set kernels.Set) func() {
		padded := (taps + set.Resize.Step - 1) / set.Resize.Step * set.Resize.Step
		args := kernels.ResizeRowsArgs{
			Rows: rows, X: x, LDX: 3 * in, Windows: windowsOf(r, out, in, padded), Weights: weights(r, out, 3*padded),
			Y: make([]byte, rows*3*out), LDY: 3 * out,
		}
		return func() { set.Resize.Rows(args) }
	})
	benchEach(b, "columns", out*3*out*taps, func(set kernels.Set) func() {
		args := kernels.ResizeColumnsArgs{
			Width: 3 * out, X: x, LDX: 3 * out, Windows: windowsOf(r, out, rows, taps), Weights: weights(r, out, taps),
			Y: make([]byte, out*3*out),
		}
		return func() { set.Resize.Columns(args) }
	})
}

func BenchmarkDropAlpha(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 640 * 480
	benchEach(b, "640x480", n, func(set kernels.Set) func() {
		y, x := make([]byte, 3*n), bytesOf(r, 4*n)
		return func() { set.DropAlpha(y, x) }
	})
}

func BenchmarkWidenHalves(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 448 * 896
	benchEach(b, "448x896", n, func(set kernels.Set) func() {
		y, x := make([]float32, n), bytesOf(r, 2*n)
		return func() { set.WidenHalves(y, x) }
	})
}

func BenchmarkNormalize(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 3 * 192 * 192
	benchEach(b, "192x192", n, func(set kernels.Set) func() {
		args := kernels.NormalizeArgs{X: bytesOf(r, n), Table: new([3][256]float32), Y: make([]float32, n)}
		return func() { set.Normalize(args) }
	})
}
