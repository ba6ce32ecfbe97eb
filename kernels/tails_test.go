package kernels_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"mobilemamba/kernels"
)

// A call of one operation on operands that are made from a seed alone, so that two variants get the same. It
// returns everything that the operation may have written.
type tailCase struct {
	name string
	sums bool // of products: rounding is relative to the largest of the results, and overflow depends on the order
	run  func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32
}

// allocate makes the slices of values; a test may have them end at the end of a page.
var allocate = func(n int) []float32 { return make([]float32, n) }

// values returns n ordinary values, one in eight of them replaced by one of the special ones, in a slice that
// begins at an arbitrary element and has no room behind its end.
func values(r *rand.Rand, n int, special []float32) []float32 {
	x := allocate(n + r.IntN(16))
	x = x[len(x)-n:]
	for i := range x {
		x[i] = float32(r.NormFloat64())
		if len(special) > 0 && r.IntN(8) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x[:n:n]
}

var tailCases = []tailCase{
	{"Add", false, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		y := values(r, c, special)
		set.Add(y, values(r, c, special))
		return y
	}},
	{"Mul", false, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		y := values(r, c, special)
		set.Mul(y, values(r, c, special))
		return y
	}},
	{"ReLU", false, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		x := values(r, c, special)
		set.ReLU(x)
		return x
	}},
	{"Sigmoid", false, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		x := values(r, c, special)
		set.Sigmoid(x)
		return x
	}},
	{"SiLU", false, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		ldx, ldy := c+r.IntN(3), c+r.IntN(3)
		y := values(r, 2*ldy+c, nil)
		set.SiLU(kernels.SiLUArgs{Pixels: 3, Channels: c, X: values(r, 2*ldx+c, special), LDX: ldx, Y: y, LDY: ldy})
		return y
	}},
	{"SiLU in place", false, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		x := values(r, 3*c, special)
		set.SiLU(kernels.SiLUArgs{Pixels: 3, Channels: c, X: x, LDX: c, Y: x, LDY: c})
		return x
	}},
	{"ScaleShift", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		ld := c + r.IntN(3)
		args := kernels.ScaleShiftArgs{Pixels: 3, Channels: c, X: values(r, 2*ld+c, special), LDX: ld, Scale: values(r, c, special)}
		if r.IntN(2) == 0 {
			args.Shift = values(r, c, special)
		}
		set.ScaleShift(args)
		return args.X
	}},
	{"GlobalPool", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		y := values(r, c, special)
		set.GlobalPool(y, values(r, 5*c, special), 5, c)
		return y
	}},
	{"LayerNorm", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		x := values(r, 3*c, nil)
		for range len(special) {
			x[r.IntN(c)] = special[0] // in the first pixel
		}
		set.LayerNorm(kernels.LayerNormArgs{Pixels: 3, Channels: c, X: x, Weight: values(r, c, nil), Bias: values(r, c, special)})
		return x
	}},
	{"HaarAnalysis", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		h, w, ld := 1+r.IntN(4), 1+r.IntN(4), c+r.IntN(3)
		coef := values(r, (h+1)/2*((w+1)/2)*4*c, nil)
		set.HaarAnalysis(kernels.HaarArgs{H: h, W: w, C: c, Map: values(r, (h*w-1)*ld+c, special), LD: ld, Coef: coef})
		return coef
	}},
	{"HaarSynthesis", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		h, w, ld := 1+r.IntN(4), 1+r.IntN(4), c+r.IntN(3)
		y := values(r, (h*w-1)*ld+c, nil)
		coef := values(r, (h+1)/2*((w+1)/2)*4*c, special)
		set.HaarSynthesis(kernels.HaarArgs{H: h, W: w, C: c, Map: y, LD: ld, Coef: coef})
		return y
	}},
	{"Depthwise", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		h, w, k, stride := 1+r.IntN(5), 1+r.IntN(5), 3+2*r.IntN(3), 1+r.IntN(2)
		ldx, ldy, ldr := c+r.IntN(3), c+r.IntN(3), c+r.IntN(3)
		pixels := kernels.ConvOut(h, stride) * kernels.ConvOut(w, stride)
		args := kernels.DepthwiseArgs{
			H: h, W: w, C: c, K: k, Stride: stride, X: values(r, (h*w-1)*ldx+c, special), LDX: ldx,
			Weights: values(r, k*k*c, nil), Bias: values(r, c, special), ReLU: r.IntN(2) == 0,
			Y: values(r, (pixels-1)*ldy+c, nil), LDY: ldy,
		}
		if r.IntN(2) == 0 {
			args.Residual, args.LDR = values(r, (pixels-1)*ldr+c, special), ldr
		}
		set.Depthwise(args)
		return args.Y
	}},
	{"SelectiveScan", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		l, ld := 1+r.IntN(70), 1+r.IntN(3)
		a := values(r, c, nil)
		for i, v := range a {
			a[i] = -float32(math.Exp(float64(v)))
		}
		args := kernels.ScanArgs{
			L: l, Channels: c, X: values(r, l*c, special), Delta: values(r, l*c, special), A: a,
			B: values(r, (l-1)*ld+1, nil), C: values(r, (l-1)*ld+1, nil), LDBC: ld, D: values(r, c, nil),
			Reverse: r.IntN(2) == 0, Accumulate: r.IntN(2) == 0, H: make([]float32, c), Y: values(r, l*c, nil),
		}
		set.SelectiveScan(args)
		return args.Y
	}},
	{"GEMM", true, func(set kernels.Set, r *rand.Rand, c int, special []float32) []float32 {
		m, k := 1+r.IntN(30), 1+r.IntN(20)
		ldx, ldy, ldr := k+r.IntN(3), c+r.IntN(2), c+r.IntN(3)
		x, w, bias := values(r, (m-1)*ldx+k, special), values(r, c*k, nil), values(r, c, special)
		args := kernels.GEMMArgs{
			M: m, X: x, LDX: ldx, W: set.GEMM.Pack(w, bias, c, k), ReLU: r.IntN(2) == 0, Y: values(r, (m-1)*ldy+c, nil), LDY: ldy,
		}
		switch r.IntN(3) {
		case 0:
			args.Residual, args.LDR = values(r, (m-1)*ldr+c, special), ldr
		case 1:
			args.Residual, args.LDR = args.Y, ldy
		}
		set.GEMM.Run(args)
		return args.Y
	}},
	{"Conv3x3S2", true, func(set kernels.Set, r *rand.Rand, n int, special []float32) []float32 {
		h, w, c := 1+r.IntN(9), 1+r.IntN(30), 1+r.IntN(6)
		ho, wo := kernels.ConvOut(h, 2), kernels.ConvOut(w, 2)
		x, weights, bias := values(r, h*w*c, special), values(r, n*9*c, nil), values(r, n, nil)
		args := kernels.Conv3x3S2Args{
			H: h, W: w, C: c, X: x, Weights: set.GEMM.Pack(weights, bias, n, 9*c), ReLU: r.IntN(2) == 0,
			Y: values(r, ho*wo*n, nil), Patches: values(r, wo*9*c, special),
		}
		set.Conv3x3S2(args)
		return args.Y
	}},
	{"Resize.Rows", true, ofBytes(resizeRows)},
	{"Resize.Columns", true, ofBytes(resizeColumns)},
	{"Normalize", true, ofBytes(normalize)},
	{"DropAlpha", true, ofBytes(dropAlpha)},
	{"WidenHalves", true, ofBytes(widenHalves)},
}

// ofBytes is an operation on bytes, which have no special values.
func ofBytes(op func(kernels.Set, *rand.Rand, int) []float32) func(kernels.Set, *rand.Rand, int, []float32) []float32 {
	return func(set kernels.Set, r *rand.Rand, c int, _ []float32) []float32 { return op(set, r, c) }
}

// Every operation of every variant against the scalar one: on every number of channels up to several vectors, at
// unaligned addresses, with slices that end where the operands end, over ordinary values, over NaN, infinities,
// zeros and numbers near the ends of float32's range. What lies between the rows must stay as it was.
func TestVariantsAgainstScalar(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, values := range []struct {
		name    string
		special []float32
	}{
		{"ordinary", nil},
		{"NaN", []float32{nan, -nan}},
		{"infinite", []float32{inf, -inf}},
		{"extreme", []float32{0, float32(math.Copysign(0, -1)), 1e-38, -1e-38, 87, -87, 88.5, -88.5, 104, -104, 20, 20.5, 1e30, -1e30}},
		{"large", []float32{3e38, -3e38}},
	} {
		t.Run(values.name, func(t *testing.T) {
			scalar := kernels.Variants()[0]
			for _, set := range kernels.Variants()[1:] {
				for _, op := range tailCases {
					if values.name == "large" && op.sums {
						continue
					}
					t.Run(set.Name+"/"+op.name, func(t *testing.T) {
						for c := 1; c <= 150; c++ {
							seed := func() *rand.Rand { return rand.New(rand.NewPCG(21, uint64(c))) }
							want := op.run(scalar, seed(), c, values.special)
							got := op.run(set, seed(), c, values.special)
							if err := sameNumbers(got, want, op.sums); err != nil {
								t.Fatalf("%d channels: %v", c, err)
							}
						}
					})
				}
			}
		})
	}
}

// sameNumbers compares two results: equal up to rounding, and of the same kind where they are not finite.
func sameNumbers(got, want []float32, sums bool) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d values, want %d", len(got), len(want))
	}
	scale := 0.0
	for _, v := range want {
		if a := math.Abs(float64(v)); sums && a > scale && !math.IsInf(a, 0) {
			scale = a
		}
	}
	for i, w := range want {
		g := got[i]
		limit := 1e-5*max(scale, math.Abs(float64(w))) + 1e-37
		if g == w || g != g && w != w || math.Abs(float64(g)-float64(w)) <= limit && !math.IsInf(limit, 0) {
			continue
		}
		return fmt.Errorf("element %d is %v, want %v", i, g, w)
	}
	return nil
}

// A slice that is too short is a mistake of the caller, which panics instead of writing over other memory.
func TestShortSlices(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		const c = 40
		full := func(n int) []float32 { return make([]float32, n) }
		short := func(n int) []float32 { return make([]float32, n)[: n-1 : n-1] }
		packed := set.GEMM.Pack(full(c*c), nil, c, c)
		for name, run := range map[string]func(){
			"Add": func() { set.Add(full(c), short(c)) },
			"Mul": func() { set.Mul(full(c), short(c)) },
			"SiLU": func() {
				set.SiLU(kernels.SiLUArgs{Pixels: 2, Channels: c, X: full(2 * c), LDX: c, Y: short(2 * c), LDY: c})
			},
			"ScaleShift": func() {
				set.ScaleShift(kernels.ScaleShiftArgs{Pixels: 2, Channels: c, X: short(2 * c), LDX: c, Scale: full(c)})
			},
			"GlobalPool": func() { set.GlobalPool(full(c), short(2*c), 2, c) },
			"LayerNorm": func() {
				set.LayerNorm(kernels.LayerNormArgs{Pixels: 2, Channels: c, X: short(2 * c), Weight: full(c), Bias: full(c)})
			},
			"HaarAnalysis": func() {
				set.HaarAnalysis(kernels.HaarArgs{H: 2, W: 2, C: c, Map: full(4 * c), LD: c, Coef: short(4 * c)})
			},
			"HaarSynthesis": func() {
				set.HaarSynthesis(kernels.HaarArgs{H: 2, W: 2, C: c, Map: short(4 * c), LD: c, Coef: full(4 * c)})
			},
			"Depthwise": func() {
				set.Depthwise(kernels.DepthwiseArgs{
					H: 2, W: 2, C: c, K: 3, Stride: 1, X: full(4 * c), LDX: c, Weights: full(9 * c), Bias: full(c), Y: short(4 * c), LDY: c,
				})
			},
			"SelectiveScan": func() {
				set.SelectiveScan(kernels.ScanArgs{
					L: 2, Channels: c, X: full(2 * c), Delta: full(2 * c), A: full(c), B: full(2), C: full(2), LDBC: 1,
					D: full(c), H: full(c), Y: short(2 * c),
				})
			},
			"GEMM": func() {
				set.GEMM.Run(kernels.GEMMArgs{M: 3, X: full(3 * c), LDX: c, W: packed, Y: short(3 * c), LDY: c})
			},
			"GEMM, X": func() {
				set.GEMM.Run(kernels.GEMMArgs{M: 3, X: short(3 * c), LDX: c, W: packed, Y: full(3 * c), LDY: c})
			},
			"GEMM, residual": func() {
				set.GEMM.Run(kernels.GEMMArgs{
					M: 3, X: full(3 * c), LDX: c, W: packed, Residual: short(3 * c), LDR: c, Y: full(3 * c), LDY: c,
				})
			},
			"Conv3x3S2": func() {
				set.Conv3x3S2(kernels.Conv3x3S2Args{
					H: 6, W: 6, C: 3, X: full(6 * 6 * 3), Weights: set.GEMM.Pack(full(c*27), nil, c, 27), Y: short(9 * c), Patches: full(3 * 27),
				})
			},
		} {
			t.Run(name, func(t *testing.T) {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				run()
			})
		}
	})
}

// The garbage collector runs at any moment of a kernel and must find no pointer that has left its slice.
func TestKernelsUnderGC(t *testing.T) {
	stop := make(chan bool)
	done := make(chan bool)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	r := rand.New(rand.NewPCG(22, 23))
	for range 40 {
		for _, set := range kernels.Variants() {
			for _, op := range tailCases {
				seed, c := r.Uint64(), 8+r.IntN(60)
				first := op.run(set, rand.New(rand.NewPCG(seed, 1)), c, nil)
				again := op.run(set, rand.New(rand.NewPCG(seed, 1)), c, nil)
				if !slices.Equal(first, again) {
					t.Fatalf("%s/%s: two runs differ", set.Name, op.name)
				}
			}
		}
	}
	close(stop)
	<-done
}

func TestKernelsDoNotAllocate(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		const c, side = 41, 6
		x, y := make([]float32, side*side*c), make([]float32, side*side*c)
		weights, bias := make([]float32, 49*c), make([]float32, c)
		packed := set.GEMM.Pack(make([]float32, c*c), bias, c, c)
		coef, state := make([]float32, side*side*c), make([]float32, c)
		for name, run := range map[string]func(){
			"GEMM": func() {
				set.GEMM.Run(kernels.GEMMArgs{M: side * side, X: x, LDX: c, W: packed, Residual: y, LDR: c, Y: y, LDY: c})
			},
			"Depthwise": func() {
				set.Depthwise(kernels.DepthwiseArgs{
					H: side, W: side, C: c, K: 7, Stride: 1, X: x, LDX: c, Weights: weights, Bias: bias, Y: y, LDY: c,
				})
			},
			"SelectiveScan": func() {
				set.SelectiveScan(kernels.ScanArgs{
					L: side, Channels: c, X: x, Delta: x, A: bias, B: weights, C: weights, LDBC: 1, D: bias, H: state, Y: y,
				})
			},
			"HaarAnalysis": func() {
				set.HaarAnalysis(kernels.HaarArgs{H: side, W: side, C: c, Map: x, LD: c, Coef: coef})
			},
			"LayerNorm": func() {
				set.LayerNorm(kernels.LayerNormArgs{Pixels: side, Channels: c, X: x, Weight: bias, Bias: bias})
			},
		} {
			if n := testing.AllocsPerRun(10, run); n != 0 {
				t.Errorf("%s allocates %v times", name, n)
			}
		}
	})
}
