package kernels_test

import (
	"fmt"
	"math"
	"testing"

	"mobilemamba/internal/goldentensor"
	"mobilemamba/kernels"
)

// The tolerances of the reference data's README, section 10.
const (
	opRel, opAbs = 1e-5, 1e-7
	haarRel      = 1e-6
)

// eachVariant runs a test on every row of the table.
func eachVariant(t *testing.T, test func(t *testing.T, set kernels.Set)) {
	for _, set := range kernels.Variants() {
		t.Run(set.Name, func(t *testing.T) { test(t, set) })
	}
}

// want reads the float64 result y of an op file, channels last.
func want(f goldentensor.File, name string) []float64 {
	s := f.Shape(name)
	n := 1
	for _, d := range s[2:] {
		n *= d
	}
	return goldentensor.ChannelsLast(f.Doubles(name), s[1], n)
}

func TestGoldenDepthwise(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for _, k := range []int{3, 5, 7} {
			for _, stride := range []int{1, 2} {
				for _, size := range []string{"9x7", "2x3"} {
					name := fmt.Sprintf("dwconv_k%d_s%d_%s", k, stride, size)
					t.Run(name, func(t *testing.T) {
						f := goldentensor.Open(t, "ops/"+name+".safetensors")
						x, h, w, c := f.Map("x")
						y64 := want(f, "y64")
						y := make([]float32, len(y64))
						set.Depthwise(kernels.DepthwiseArgs{
							H: h, W: w, C: c, K: k, Stride: stride, X: x, LDX: c,
							Weights: goldentensor.ChannelsLast(f.Floats("weight"), c, k*k), Bias: f.Floats("bias"),
							Y: y, LDY: c,
						})
						goldentensor.Near(t, "y", y, y64, opRel, opAbs)
					})
				}
			}
		}
	})
}

func TestGoldenConv3x3S2(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for _, name := range []string{"conv_k3_s2_8x8", "conv_k3_s2_7x9", "conv_k3_s2_1x1"} {
			t.Run(name, func(t *testing.T) {
				f := goldentensor.Open(t, "ops/"+name+".safetensors")
				x, h, w, c := f.Map("x")
				n := f.Shape("weight")[0]
				weight := f.Floats("weight")
				var taps []float32
				for o := range n {
					taps = append(taps, goldentensor.ChannelsLast(weight[o*9*c:(o+1)*9*c], c, 9)...)
				}
				y64 := want(f, "y64")
				y := make([]float32, len(y64))
				set.Conv3x3S2(kernels.Conv3x3S2Args{
					H: h, W: w, C: c, X: x, Weights: set.GEMM.Pack(taps, nil, n, 9*c),
					Y: y, Patches: make([]float32, kernels.ConvOut(w, 2)*9*c),
				})
				goldentensor.Near(t, "y", y, y64, opRel, opAbs)
			})
		}
	})
}

func TestGoldenPointwise(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		f := goldentensor.Open(t, "ops/pwconv.safetensors")
		x, h, w, c := f.Map("x")
		n := f.Shape("weight")[0]
		y64 := want(f, "y64")
		y := make([]float32, len(y64))
		set.GEMM.Run(kernels.GEMMArgs{
			M: h * w, X: x, LDX: c, W: set.GEMM.Pack(f.Floats("weight"), nil, n, c), Y: y, LDY: n,
		})
		goldentensor.Near(t, "y", y, y64, opRel, opAbs)
	})
}

func TestGoldenPoolLinear(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		f := goldentensor.Open(t, "ops/pool_linear.safetensors")
		x, h, w, c := f.Map("x")
		pooled := make([]float32, c)
		set.GlobalPool(pooled, x, h*w, c)
		goldentensor.Near(t, "pooled", pooled, f.Doubles("pooled64"), opRel, opAbs)
		n := len(f.Floats("bias"))
		y := make([]float32, n)
		set.GEMM.Run(kernels.GEMMArgs{
			M: 1, X: pooled, LDX: c, W: set.GEMM.Pack(f.Floats("weight"), f.Floats("bias"), n, c), Y: y, LDY: n,
		})
		goldentensor.Near(t, "y", y, f.Doubles("y64"), opRel, opAbs)
	})
}

func TestGoldenHaar(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for _, name := range []string{"haar_even", "haar_odd", "haar_mixed", "haar_1x1"} {
			t.Run(name, func(t *testing.T) {
				f := goldentensor.Open(t, "ops/"+name+".safetensors")
				x, h, w, c := f.Map("x")
				coef := make([]float32, len(f.Floats("coef")))
				set.HaarAnalysis(kernels.HaarArgs{H: h, W: w, C: c, Map: x, LD: c, Coef: coef})
				goldentensor.Near(t, "coef", coef, bandMajor(f, "coef64"), haarRel, 0)
				rec := make([]float32, len(x))
				set.HaarSynthesis(kernels.HaarArgs{H: h, W: w, C: c, Map: rec, LD: c, Coef: coef})
				goldentensor.Near(t, "rec", rec, want(f, "rec64"), haarRel, 0)
			})
		}
		t.Run("haar_inverse", func(t *testing.T) {
			f := goldentensor.Open(t, "ops/haar_inverse.safetensors")
			s := f.Shape("rec")
			c, h, w := s[1], s[2], s[3]
			var coef []float32
			for _, v := range bandMajor(f, "coef") {
				coef = append(coef, float32(v))
			}
			rec := make([]float32, c*h*w)
			set.HaarSynthesis(kernels.HaarArgs{H: h, W: w, C: c, Map: rec, LD: c, Coef: coef})
			goldentensor.Near(t, "rec", rec, want(f, "rec64"), haarRel, 0)
		})
	})
}

// bandMajor reads coefficients [1, C, 4, h, w] as the kernels' [h, w, 4, C].
func bandMajor(f goldentensor.File, name string) []float64 {
	s, x := f.Shape(name), f.Doubles(name)
	c, n := s[1], s[3]*s[4]
	out := make([]float64, len(x))
	for i := range c {
		for band := range 4 {
			for p := range n {
				out[(p*4+band)*c+i] = x[(i*4+band)*n+p]
			}
		}
	}
	return out
}

func TestGoldenScan(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for _, name := range []string{"scan_d4_l15", "scan_d3_l1", "scan_d8_l200", "scan_edge_delta"} {
			t.Run(name, func(t *testing.T) {
				f := goldentensor.Open(t, "ops/"+name+".safetensors")
				s := f.Shape("u")
				channels, l := s[1]/2, s[2]
				y64 := f.Doubles("y64")
				for k := range 2 {
					lo, hi := k*channels, (k+1)*channels
					u := goldentensor.ChannelsLast(f.Floats("u")[lo*l:hi*l], channels, l)
					delta := goldentensor.ChannelsLast(f.Floats("delta")[lo*l:hi*l], channels, l)
					for i := range delta {
						delta[i] += f.Floats("delta_bias")[lo+i%channels]
					}
					wanted := goldentensor.ChannelsLast(y64[lo*l:hi*l], channels, l)
					args := kernels.ScanArgs{
						L: l, Channels: channels, X: u, Delta: delta, A: f.Floats("A")[lo:hi],
						B: f.Floats("B")[k*l:], C: f.Floats("C")[k*l:], LDBC: 1, D: f.Floats("D")[lo:hi],
						H: make([]float32, channels), Y: make([]float32, l*channels),
					}
					set.SelectiveScan(args)
					goldentensor.Near(t, fmt.Sprintf("direction %d", k), args.Y, wanted, opRel, opAbs)

					// The reversed scan of the reversed sequence writes the same values in the reversed order.
					reverseRows(args.X, channels)
					reverseRows(args.Delta, channels)
					args.B, args.C = reversed(args.B[:l]), reversed(args.C[:l])
					args.Reverse, args.Accumulate = true, true
					set.SelectiveScan(args)
					both := make([]float64, len(wanted))
					for i := range both {
						both[i] = wanted[i] + wanted[(l-1-i/channels)*channels+i%channels]
					}
					goldentensor.Near(t, fmt.Sprintf("direction %d, both ways", k), args.Y, both, opRel, opAbs)
				}
			})
		}
	})
}

func reverseRows(x []float32, n int) {
	for i, j := 0, len(x)/n-1; i < j; i, j = i+1, j-1 {
		for c := range n {
			x[i*n+c], x[j*n+c] = x[j*n+c], x[i*n+c]
		}
	}
}

func reversed(x []float32) []float32 {
	y := append([]float32(nil), x...)
	reverseRows(y, 1)
	return y
}

func TestGoldenLayerNorm(t *testing.T) {
	rel := map[string]float64{"layernorm2d_large": 5e-4, "layernorm2d_tinyvar": 5e-4}
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for _, name := range []string{"layernorm2d", "layernorm2d_const", "layernorm2d_tinyvar", "layernorm2d_large"} {
			t.Run(name, func(t *testing.T) {
				f := goldentensor.Open(t, "ops/"+name+".safetensors")
				x, h, w, c := f.Map("x")
				sd := f.StateDict("w:op." + name + ".out_norm.")
				weight, _ := sd.Get("weight").Float32s()
				bias, _ := sd.Get("bias").Float32s()
				set.LayerNorm(kernels.LayerNormArgs{Pixels: h * w, Channels: c, X: x, Weight: weight, Bias: bias})
				tolerance := opRel
				if r, ok := rel[name]; ok {
					tolerance = r
				}
				goldentensor.Near(t, "y", x, want(f, "y64"), tolerance, opAbs)
			})
		}
	})
}

func TestGoldenSqueezeExcite(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for _, c := range []int{24, 32} {
			t.Run(fmt.Sprint(c), func(t *testing.T) {
				f := goldentensor.Open(t, fmt.Sprintf("ops/squeeze_excite_%d.safetensors", c))
				x, h, w, _ := f.Map("x")
				p := fmt.Sprintf("w:op.se%d.se.", c)
				rd := f.Shape(p + "fc1.weight")[0]
				set.SqueezeExcite(kernels.SqueezeExciteArgs{
					Pixels: h * w, Channels: c, X: x,
					FC1:  set.GEMM.Pack(f.Floats(p+"fc1.weight"), f.Floats(p+"fc1.bias"), rd, c),
					FC2:  set.GEMM.Pack(f.Floats(p+"fc2.weight"), f.Floats(p+"fc2.bias"), c, rd),
					Gate: make([]float32, c), Hidden: make([]float32, rd),
				})
				goldentensor.Near(t, "y", x, want(f, "y64"), opRel, opAbs)
			})
		}
	})
}

func TestGoldenActivations(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		f := goldentensor.Open(t, "ops/activations.safetensors")
		for _, op := range []struct {
			name string
			run  func(x []float32)
		}{
			{"sigmoid", set.Sigmoid},
			{"relu", set.ReLU},
			{"silu", func(x []float32) {
				set.SiLU(kernels.SiLUArgs{Pixels: 1, Channels: len(x), X: x, LDX: len(x), Y: x, LDY: len(x)})
			}},
		} {
			x := f.Floats("x")
			op.run(x)
			for i, v := range f.Doubles(op.name + "64") {
				// The values span 1e-38 to 1e4, so each is judged by its own size.
				if d := math.Abs(float64(x[i]) - v); !(d <= opRel*math.Abs(v)+opAbs) {
					t.Errorf("%s(%v) = %v, want %v", op.name, f.Floats("x")[i], x[i], v)
				}
			}
		}
	})
}
