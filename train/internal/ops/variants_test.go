package ops

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// eachVariant runs a test with the variants of this processor and with the scalar reference.
func eachVariant(t *testing.T, test func(t *testing.T)) {
	t.Run("fast", test)
	for _, v := range slower {
		t.Run(v.name, func(t *testing.T) {
			defer use(use(v.features))
			test(t)
		})
	}
}

// slice returns a random map that is a slice of a wider one's channels.
func slice(r *rand.Rand, b, h, w, c int) Map {
	return NewMap(b, h, w, c+7, random(r, b*h*w*(c+7))).Channels(3, 3+c)
}

// flat copies the values of a map.
func flat(m Map) []float32 {
	var out []float32
	for i := range m.Rows() {
		out = append(out, m.Row(i)...)
	}
	return out
}

// The variants agree with the reference, for channels that fill vectors and that do not, and leave the neighbouring
// channels alone.
func TestVariantsAgree(t *testing.T) {
	team := NewTeam(1)
	for _, c := range []int{3, 16, 19, 67, 80, 130} {
		channels := func(r *rand.Rand) []float32 { return random(r, c) }
		cases := map[string]func(r *rand.Rand) [][]float32{
			"moments": func(r *rand.Rand) [][]float32 {
				x, s0, s1 := slice(r, 2, 5, 4, c), Alloc(c), Alloc(c)
				moments(x, channels(r), s0, s1)
				return [][]float32{s0, s1}
			},
			"affine": func(r *rand.Rand) [][]float32 {
				var out [][]float32
				for _, relu := range []bool{false, true} {
					a := Affine{Mean: channels(r), Scale: channels(r), Shift: channels(r), ReLU: relu}
					x, dy, y, dx := slice(r, 2, 5, 4, c), slice(r, 2, 5, 4, c), slice(r, 2, 5, 4, c), slice(r, 2, 5, 4, c)
					residual, s0, s1 := Map{}, Alloc(c), Alloc(c)
					if !relu {
						residual = slice(r, 2, 5, 4, c)
					}
					a.apply(y, x, residual)
					a.gradSums(dy, x, s0, s1)
					a.grad(dx, dy, x, channels(r), channels(r), channels(r))
					out = append(out, flat(y), s0, s1, flat(dx), y.Data, dx.Data)
				}
				return out
			},
			"depthwise": func(r *rand.Rand) [][]float32 {
				var out [][]float32
				for _, k := range []int{3, 5, 7} {
					for _, stride := range []int{1, 2} {
						d := Depthwise{K: k, Stride: stride, Taps: random(r, k*k*c)}
						x := slice(r, 1, 5, 4, c)
						y, dx, taps := slice(r, 1, d.Out(5), d.Out(4), c), slice(r, 1, 5, 4, c), random(r, k*k*c)
						d.forward(y, x, channels(r), false)
						out = append(out, flat(y))
						d.forward(y, x, nil, true)
						out = append(out, flat(y), y.Data)
						d.GradInput(team, dx, y, true)
						d.gradTaps(taps, y, x)
						out = append(out, flat(dx), dx.Data, taps)
					}
				}
				return out
			},
			"scan": func(r *rand.Rand) [][]float32 {
				var out [][]float32
				for _, reverse := range []bool{false, true} {
					s := Scan{
						Reverse: reverse, U: slice(r, 1, 3, 4, c), Delta: slice(r, 1, 3, 4, c), BC: slice(r, 1, 3, 4, 2),
						A: channels(r), D: channels(r), Bias: channels(r), H: slice(r, 1, 3, 4, c),
					}
					for i := range s.A {
						s.A[i] = -1 - s.A[i]
					}
					y, dy := slice(r, 1, 3, 4, c), slice(r, 1, 3, 4, c)
					s.forward(y, reverse)
					g := ScanGrads{
						U: slice(r, 1, 3, 4, c), Delta: slice(r, 1, 3, 4, c), BC: slice(r, 1, 3, 4, 2),
						ALogs: channels(r), D: channels(r), Bias: channels(r),
					}
					s.grad(&g, dy, Alloc(max(c, 32*12)))
					out = append(out, y.Data, s.H.Data, g.U.Data, g.Delta.Data, g.BC.Data, g.ALogs, g.D, g.Bias)
				}
				return out
			},
			"haar": func(r *rand.Rand) [][]float32 {
				x, y, coef := slice(r, 1, 5, 4, c), slice(r, 1, 5, 4, c), NewMap(1, 3, 2, 4*c, nil)
				haarAnalysis(coef, x)
				haarSynthesis(x, coef, true)
				haarSynthesis(y, coef, false)
				return [][]float32{coef.Data, x.Data, y.Data}
			},
			"rows": func(r *rand.Rand) [][]float32 {
				var out [][]float32
				row := func() []float32 { x := slice(r, 1, 1, 1, c); out = append(out, x.Data); return x.Row(0) }
				add(row(), row())
				mulAdd(row(), row(), row())
				relu(row())
				reluGrad(row(), row())
				silu(row(), row())
				siluGrad(row(), row(), row())
				gate(row(), row(), row())
				gateGrad(row(), row(), row(), row(), row())
				out = append(out, []float32{layerNorm(row(), row(), row(), channels(r), channels(r))})
				layerNormGrad(row(), row(), row(), channels(r), 1.5, row(), row())
				step := AdamW{Keep: 0.9, Beta1: 0.9, Rest1: 0.1, Beta2: 0.99, Rest2: 0.01, GradScale: 0.5, Rate: 0.1, Correction: 2, Eps: 1e-8}
				v := row()
				for i := range v {
					v[i] *= v[i]
				}
				step.step(row(), row(), v, row())
				return out
			},
		}
		for name, run := range cases {
			t.Run(fmt.Sprintf("%s/%d", name, c), func(t *testing.T) {
				got := run(rand.New(rand.NewPCG(1, uint64(c))))
				defer use(use(features{}))
				want := run(rand.New(rand.NewPCG(1, uint64(c))))
				for i := range want {
					near(t, fmt.Sprint("result ", i), got[i], want[i], 2e-5)
				}
			})
		}
	}
}
