package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"mobilemamba/internal/goldentensor"
	"mobilemamba/kernels"
)

// random returns n values of ordinary size.
func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// guard is a value that no operation may touch.
const guard = 1234.5

// padded returns rows×ld values set to guard, an output with room between and behind its rows.
func padded(rows, ld int) []float32 {
	y := make([]float32, rows*ld+3)
	for i := range y {
		y[i] = guard
	}
	return y
}

// rows checks what was written between and behind the rows of y and returns the rows without it.
func rows(t *testing.T, y []float32, n, c, ld int) []float32 {
	t.Helper()
	var out []float32
	for i, v := range y {
		if i/ld < n && i%ld < c {
			out = append(out, v)
		} else if v != guard {
			t.Fatalf("wrote outside of its output, at row %d of %d, column %d of %d", i/ld, n, i%ld, c)
		}
	}
	return out
}

func TestGEMMAgainstFloat64(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		r := rand.New(rand.NewPCG(1, 2))
		for m := 1; m <= 9; m++ {
			for n := 1; n <= 19; n++ {
				checkGEMM(t, r, set, m, n, 1+r.IntN(40))
			}
		}
		for range 40 {
			checkGEMM(t, r, set, 1+r.IntN(50), 1+r.IntN(200), 1+r.IntN(300))
		}
	})
}

func checkGEMM(t *testing.T, r *rand.Rand, set kernels.Set, m, n, k int) {
	t.Helper()
	ldx, ldy, ldr := k+r.IntN(3), n+r.IntN(3), n+r.IntN(3)
	x, w, bias := random(r, m*ldx+1)[r.IntN(2):], random(r, n*k), random(r, n)
	residual := random(r, m*ldr)
	for _, relu := range []bool{false, true} {
		for _, add := range []string{"", "residual", "in place"} {
			args := kernels.GEMMArgs{
				M: m, X: x, LDX: ldx, W: set.GEMM.Pack(w, bias, n, k), ReLU: relu, Y: padded(m, ldy), LDY: ldy,
			}
			res, ld := residual, ldr
			switch add {
			case "residual":
				args.Residual, args.LDR = residual, ldr
			case "in place":
				for i := range m {
					copy(args.Y[i*ldy:][:n], residual[i*ldr:])
				}
				args.Residual, args.LDR = args.Y, ldy
			}
			set.GEMM.Run(args)
			var want []float64
			for i := range m {
				for j := range n {
					sum := float64(bias[j])
					for l := range k {
						sum += float64(x[i*ldx+l]) * float64(w[j*k+l])
					}
					if relu {
						sum = max(sum, 0)
					}
					if add != "" {
						sum += float64(res[i*ld+j])
					}
					want = append(want, sum)
				}
			}
			goldentensor.Near(t, "Y "+add, rows(t, args.Y, m, n, ldy), want, 1e-5, 1e-6)
			if t.Failed() {
				t.Fatalf("m %d n %d k %d relu %v %s", m, n, k, relu, add)
			}
		}
	}
}

func TestDepthwiseAgainstFloat64(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		r := rand.New(rand.NewPCG(3, 4))
		for i := range 200 {
			h, w, c := 1+r.IntN(12), 1+r.IntN(12), 1+i%21
			k, stride := []int{1, 3, 5, 7, 9}[r.IntN(5)], 1+r.IntN(2)
			ldx, ldy := c+r.IntN(4), c+r.IntN(4)
			ho, wo := kernels.ConvOut(h, stride), kernels.ConvOut(w, stride)
			x, weights, bias := random(r, h*w*ldx), random(r, k*k*c), random(r, c)
			args := kernels.DepthwiseArgs{
				H: h, W: w, C: c, K: k, Stride: stride, X: x, LDX: ldx, Weights: weights, Bias: bias,
				ReLU: r.IntN(2) == 0, Y: padded(ho*wo, ldy), LDY: ldy,
			}
			if r.IntN(2) == 0 {
				args.LDR = c + r.IntN(4)
				args.Residual = random(r, ho*wo*args.LDR)
			}
			set.Depthwise(args)
			var want []float64
			for p := range ho * wo {
				for ch := range c {
					sum := float64(bias[ch])
					for tap := range k * k {
						iy, ix := p/wo*stride+tap/k-k/2, p%wo*stride+tap%k-k/2
						if iy >= 0 && iy < h && ix >= 0 && ix < w {
							sum += float64(x[(iy*w+ix)*ldx+ch]) * float64(weights[tap*c+ch])
						}
					}
					if args.ReLU {
						sum = max(sum, 0)
					}
					if args.Residual != nil {
						sum += float64(args.Residual[p*args.LDR+ch])
					}
					want = append(want, sum)
				}
			}
			goldentensor.Near(t, "Y", rows(t, args.Y, ho*wo, c, ldy), want, 1e-5, 1e-6)
			if t.Failed() {
				t.Fatalf("h %d w %d c %d k %d stride %d", h, w, c, k, stride)
			}
		}
	})
}

func TestConv3x3S2AgainstFloat64(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		r := rand.New(rand.NewPCG(5, 6))
		for range 60 {
			h, w, c, n := 1+r.IntN(11), 1+r.IntN(11), 1+r.IntN(9), 1+r.IntN(19)
			ho, wo := kernels.ConvOut(h, 2), kernels.ConvOut(w, 2)
			x, weights, bias := random(r, h*w*c), random(r, n*9*c), random(r, n)
			args := kernels.Conv3x3S2Args{
				H: h, W: w, C: c, X: x, Weights: set.GEMM.Pack(weights, bias, n, 9*c), ReLU: r.IntN(2) == 0,
				Y: padded(ho*wo, n), Patches: make([]float32, wo*9*c),
			}
			set.Conv3x3S2(args)
			var want []float64
			for p := range ho * wo {
				for o := range n {
					sum := float64(bias[o])
					for tap := range 9 {
						iy, ix := p/wo*2+tap/3-1, p%wo*2+tap%3-1
						if iy < 0 || iy >= h || ix < 0 || ix >= w {
							continue
						}
						for i := range c {
							sum += float64(x[(iy*w+ix)*c+i]) * float64(weights[(o*9+tap)*c+i])
						}
					}
					if args.ReLU {
						sum = max(sum, 0)
					}
					want = append(want, sum)
				}
			}
			goldentensor.Near(t, "Y", rows(t, args.Y, ho*wo, n, n), want, 1e-5, 1e-6)
		}
	})
}

// The Haar transform of any size inverts to the map, but for the gain's rounding, also within wider pixels.
func TestHaarInverts(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		r := rand.New(rand.NewPCG(7, 8))
		for range 60 {
			h, w, c := 1+r.IntN(9), 1+r.IntN(9), 1+r.IntN(21)
			ld := c + r.IntN(4)
			x := random(r, h*w*ld)
			coef := padded((h+1)/2*((w+1)/2), 4*c)
			set.HaarAnalysis(kernels.HaarArgs{H: h, W: w, C: c, Map: x, LD: ld, Coef: coef})
			coef = rows(t, coef, (h+1)/2*((w+1)/2), 4*c, 4*c)
			y := padded(h*w, ld)
			set.HaarSynthesis(kernels.HaarArgs{H: h, W: w, C: c, Map: y, LD: ld, Coef: coef})
			var want []float64
			for i, v := range x {
				if i%ld < c {
					want = append(want, float64(v))
				}
			}
			goldentensor.Near(t, "map", rows(t, y, h*w, c, ld), want, 5e-7, 0)
		}
	})
}

func TestSelectiveScanAgainstFloat64(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		r := rand.New(rand.NewPCG(9, 10))
		for range 60 {
			l, d, ld := 1+r.IntN(40), 1+r.IntN(37), 2+r.IntN(5)
			a := random(r, d)
			for i, v := range a {
				a[i] = -float32(math.Exp(float64(v)))
			}
			args := kernels.ScanArgs{
				L: l, Channels: d, X: random(r, l*d), Delta: random(r, l*d), A: a,
				B: random(r, l*ld), C: random(r, l*ld), LDBC: ld, D: random(r, d),
				Reverse: r.IntN(2) == 0, Accumulate: r.IntN(2) == 0,
				H: random(r, d), Y: padded(l, d),
			}
			copy(args.Y, random(r, l*d))
			want := make([]float64, l*d)
			for c := range d {
				var h float64
				for step := range l {
					t := step
					if args.Reverse {
						t = l - 1 - step
					}
					p := t*d + c
					dt := math.Log1p(math.Exp(float64(args.Delta[p])))
					h = math.Exp(dt*float64(a[c]))*h + dt*float64(args.B[t*ld])*float64(args.X[p])
					want[p] = float64(args.C[t*ld])*h + float64(args.D[c])*float64(args.X[p])
					if args.Accumulate {
						want[p] += float64(args.Y[p])
					}
				}
			}
			set.SelectiveScan(args)
			goldentensor.Near(t, "Y", rows(t, args.Y, l, d, d), want, 1e-5, 1e-6)
		}
	})
}

// Elementwise operations on every tail length, against the definition.
func TestElementwise(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		r := rand.New(rand.NewPCG(11, 12))
		for n := 1; n <= 37; n++ {
			x, z := random(r, n), random(r, n)
			for i := range x {
				x[i] *= 8
			}
			sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
			for _, op := range []struct {
				name string
				run  func(y []float32)
				want func(i int, v float64) float64
			}{
				{"Add", func(y []float32) { set.Add(y, z) }, func(i int, v float64) float64 { return v + float64(z[i]) }},
				{"Mul", func(y []float32) { set.Mul(y, z) }, func(i int, v float64) float64 { return v * float64(z[i]) }},
				{"ReLU", set.ReLU, func(_ int, v float64) float64 { return max(v, 0) }},
				{"Sigmoid", set.Sigmoid, func(_ int, v float64) float64 { return sigmoid(v) }},
				{"SiLU", func(y []float32) {
					set.SiLU(kernels.SiLUArgs{Pixels: 1, Channels: n, X: x, LDX: n, Y: y, LDY: n})
				}, func(_ int, v float64) float64 { return v * sigmoid(v) }},
				{"ScaleShift", func(y []float32) {
					set.ScaleShift(kernels.ScaleShiftArgs{Pixels: 1, Channels: n, X: y, LDX: n, Scale: z, Shift: x})
				}, func(i int, v float64) float64 { return v*float64(z[i]) + v }},
			} {
				y := padded(1, n)
				copy(y, x)
				op.run(y[:n:n])
				var want []float64
				for i, v := range x {
					want = append(want, op.want(i, float64(v)))
				}
				goldentensor.Near(t, op.name, rows(t, y, 1, n, n), want, 1e-6, 1e-7)
			}
		}
	})
}

func TestLayerNormAgainstFloat64(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		r := rand.New(rand.NewPCG(13, 14))
		for c := 1; c <= 67; c++ {
			n := 1 + r.IntN(5)
			x, weight, bias := random(r, n*c), random(r, c), random(r, c)
			var want []float64
			for i := range n {
				var mean, variance float64
				for _, v := range x[i*c : (i+1)*c] {
					mean += float64(v) / float64(c)
				}
				for _, v := range x[i*c : (i+1)*c] {
					variance += (float64(v) - mean) * (float64(v) - mean) / float64(c)
				}
				for j, v := range x[i*c : (i+1)*c] {
					want = append(want, (float64(v)-mean)/math.Sqrt(variance+1e-5)*float64(weight[j])+float64(bias[j]))
				}
			}
			set.LayerNorm(kernels.LayerNormArgs{Pixels: n, Channels: c, X: x, Weight: weight, Bias: bias})
			goldentensor.Near(t, "X", x, want, 1e-5, 1e-6)
		}
	})
}

// What is not finite stays visible: no operation turns a NaN into a number.
func TestNaNPropagates(t *testing.T) {
	nan := float32(math.NaN())
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for name, run := range map[string]func(x []float32){
			"ReLU": set.ReLU, "Sigmoid": set.Sigmoid,
		} {
			for n := 1; n <= 9; n++ {
				for at := range n {
					x := make([]float32, n)
					x[at] = nan
					run(x)
					for i, v := range x {
						if (v != v) != (i == at) {
							t.Errorf("%s of %d values, NaN at %d: element %d is %v", name, n, at, i, v)
						}
					}
				}
			}
		}
	})
}

func TestSelect(t *testing.T) {
	for _, name := range []string{"", "auto", "scalar"} {
		if set, err := kernels.Select(name); err != nil || set.GEMM.Run == nil {
			t.Errorf("Select(%q) = %v, %v", name, set, err)
		}
	}
	if _, err := kernels.Select("abacus"); err == nil {
		t.Error("Select takes a variant that is not in the table")
	}
}
