package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"mobilemamba/kernels"
)

// operation runs one operation of a set on operands made by gen, which may hold NaN and infinity, and returns
// what it wrote, guards included.
type operation struct {
	name string
	run  func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32
}

// operations are all columns of the table, at random sizes: small ones, so that every tail length comes up.
var operations = []operation{
	{"GEMM", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		m, n, k := 1+r.IntN(20), 1+r.IntN(40), 1+r.IntN(30)
		ldx, ldy := k+r.IntN(3), n+r.IntN(3)
		a := kernels.GEMMArgs{
			M: m, X: gen(m * ldx), LDX: ldx, W: set.GEMM.Pack(gen(n*k), gen(n), n, k), ReLU: r.IntN(2) == 0,
			Y: padded(m, ldy), LDY: ldy,
		}
		if r.IntN(2) == 0 {
			a.Residual, a.LDR = gen(m*ldy), ldy
		}
		set.GEMM.Run(a)
		return a.Y
	}},
	{"Conv3x3S2", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		h, w, c, n := 1+r.IntN(12), 1+r.IntN(20), 1+r.IntN(6), 1+r.IntN(20)
		ho, wo := kernels.ConvOut(h, 2), kernels.ConvOut(w, 2)
		a := kernels.Conv3x3S2Args{ // finite weights: the reference multiplies the padding with them, not all variants do
			H: h, W: w, C: c, X: gen(h * w * c), Weights: set.GEMM.Pack(random(r, n*9*c), random(r, n), n, 9*c),
			ReLU: r.IntN(2) == 0, Y: padded(ho*wo, n), Patches: make([]float32, wo*9*c),
		}
		set.Conv3x3S2(a)
		return a.Y
	}},
	{"Depthwise", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		h, w, c, k := 1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(75), 1+2*r.IntN(4)
		stride := 1 + r.IntN(2)
		ldx, ldy := c+r.IntN(3), c+r.IntN(3)
		n := kernels.ConvOut(h, stride) * kernels.ConvOut(w, stride)
		a := kernels.DepthwiseArgs{
			H: h, W: w, C: c, K: k, Stride: stride, X: gen(h * w * ldx), LDX: ldx,
			Weights: gen(k * k * c), Bias: gen(c), ReLU: r.IntN(2) == 0, Y: padded(n, ldy), LDY: ldy,
		}
		if r.IntN(2) == 0 {
			a.Residual, a.LDR = gen(n*ldy), ldy
		}
		set.Depthwise(a)
		return a.Y
	}},
	{"HaarAnalysis", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		h, w, c := 1+r.IntN(7), 1+r.IntN(7), 1+r.IntN(30)
		ld := c + r.IntN(3)
		a := kernels.HaarArgs{H: h, W: w, C: c, Map: gen(h * w * ld), LD: ld, Coef: padded((h+1)/2*((w+1)/2), 4*c)}
		set.HaarAnalysis(a)
		return a.Coef
	}},
	{"HaarSynthesis", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		h, w, c := 1+r.IntN(7), 1+r.IntN(7), 1+r.IntN(30)
		ld := c + r.IntN(3)
		a := kernels.HaarArgs{H: h, W: w, C: c, Map: padded(h*w, ld), LD: ld, Coef: gen((h + 1) / 2 * ((w + 1) / 2) * 4 * c)}
		set.HaarSynthesis(a)
		return a.Map
	}},
	{"SelectiveScan", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		l, d := 1+r.IntN(20), 1+r.IntN(60)
		decay := random(r, d)
		for i, v := range decay {
			decay[i] = -v * v
		}
		a := kernels.ScanArgs{
			L: l, Channels: d, X: gen(l * d), Delta: gen(l * d), A: decay, B: gen(2 * l), C: gen(2 * l), LDBC: 2, D: gen(d),
			Reverse: r.IntN(2) == 0, Accumulate: r.IntN(2) == 0, H: gen(d), Y: padded(l, d),
		}
		set.SelectiveScan(a)
		return a.Y
	}},
	{"LayerNorm", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		n, c := 1+r.IntN(5), 4+r.IntN(70)
		x := padded(n, c)
		copy(x, gen(n*c))
		set.LayerNorm(kernels.LayerNormArgs{Pixels: n, Channels: c, X: x, Weight: gen(c), Bias: gen(c)})
		return x
	}},
	{"GlobalPool", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		n, c := 1+r.IntN(10), 1+r.IntN(70)
		y := padded(1, c)
		set.GlobalPool(y, gen(n*c), n, c)
		return y
	}},
	{"ScaleShift", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		n, c := 1+r.IntN(10), 1+r.IntN(70)
		ld := c + r.IntN(3)
		x := padded(n, ld)
		copy(x, gen(n*ld))
		a := kernels.ScaleShiftArgs{Pixels: n, Channels: c, X: x, LDX: ld, Scale: gen(c)}
		if r.IntN(2) == 0 {
			a.Shift = gen(c)
		}
		set.ScaleShift(a)
		return x
	}},
	{"SiLU", func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		n, c := 1+r.IntN(5), 1+r.IntN(70)
		ldx, ldy := c+r.IntN(3), c+r.IntN(3)
		y := padded(n, ldy)
		set.SiLU(kernels.SiLUArgs{Pixels: n, Channels: c, X: gen(n * ldx), LDX: ldx, Y: y, LDY: ldy})
		return y
	}},
	{"Add", binary(func(set kernels.Set) func(y, x []float32) { return set.Add })},
	{"Mul", binary(func(set kernels.Set) func(y, x []float32) { return set.Mul })},
	{"ReLU", unary(func(set kernels.Set) func(x []float32) { return set.ReLU })},
	{"Sigmoid", unary(func(set kernels.Set) func(x []float32) { return set.Sigmoid })},
	{"Resize.Rows", sized(resizeRows)},
	{"Resize.Columns", sized(resizeColumns)},
	{"Normalize", sized(normalize)},
	{"DropAlpha", sized(dropAlpha)},
	{"WidenHalves", sized(widenHalves)},
}

// sized is for operations on bytes, which make their operands themselves.
func sized(op func(kernels.Set, *rand.Rand, int) []float32) func(kernels.Set, *rand.Rand, func(int) []float32) []float32 {
	return func(set kernels.Set, r *rand.Rand, _ func(int) []float32) []float32 { return op(set, r, 1+r.IntN(70)) }
}

func unary(op func(kernels.Set) func(x []float32)) func(kernels.Set, *rand.Rand, func(int) []float32) []float32 {
	return func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		n := r.IntN(70)
		x := padded(1, n+1)
		copy(x, gen(n))
		op(set)(x[:n])
		return x
	}
}

func binary(op func(kernels.Set) func(y, x []float32)) func(kernels.Set, *rand.Rand, func(int) []float32) []float32 {
	return func(set kernels.Set, r *rand.Rand, gen func(n int) []float32) []float32 {
		n := r.IntN(70)
		y := padded(1, n+1)
		copy(y, gen(n))
		op(set)(y[:n], gen(n+r.IntN(3)))
		return y
	}
}

// Every operation of every variant agrees with the reference, on operands at any alignment, and writes nothing
// else; where the reference gives NaN or infinity, so does the variant.
func TestAgainstScalar(t *testing.T) {
	all := kernels.Variants()
	for _, set := range all[1:] {
		for _, op := range operations {
			for _, special := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/special=%v", set.Name, op.name, special), func(t *testing.T) {
					for seed := range uint64(150) {
						want := op.run(all[0], rand.New(rand.NewPCG(seed, 99)), generator(seed, special))
						got := op.run(set, rand.New(rand.NewPCG(seed, 99)), generator(seed, special))
						agree(t, seed, got, want)
						if t.Failed() {
							return
						}
					}
				})
			}
		}
	}
}

// generator returns a source of operands that begin at odd addresses. With special values one in forty is NaN,
// infinite, zero or of extreme size.
func generator(seed uint64, special bool) func(n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	extreme := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), -100, 100, 1e-30, 1e9}
	return func(n int) []float32 {
		x := random(r, n+1)[1:]
		for i := range x {
			if special && r.IntN(40) == 0 {
				x[i] = float32(extreme[r.IntN(len(extreme))])
			}
		}
		return x
	}
}

// agree compares results. Sums with an operand of extreme size are judged by the largest finite value.
func agree(t *testing.T, seed uint64, got, want []float32) {
	t.Helper()
	scale := 1.0
	for _, v := range want {
		if w := math.Abs(float64(v)); w > scale && !math.IsInf(w, 0) {
			scale = w
		}
	}
	for i, v := range want {
		g, w := float64(got[i]), float64(v)
		switch {
		case math.IsNaN(w) && math.IsNaN(g), g == w:
		case math.IsNaN(w) || math.IsNaN(g) || math.IsInf(w, 0) || math.IsInf(g, 0) || math.Abs(g-w) > 2e-6*scale:
			t.Errorf("seed %d: element %d of %d is %v, the reference has %v", seed, i, len(want), g, w)
			return
		}
	}
}
