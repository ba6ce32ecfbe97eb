package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// random returns n values in [-1, 1).
func random(r *rand.Rand, n int) []float32 {
	x := Alloc(n)
	for i := range x {
		x[i] = 2*r.Float32() - 1
	}
	return x
}

func near(t *testing.T, what string, got, want []float32, tol float64) {
	t.Helper()
	scale := 0.0
	for _, v := range want {
		scale = max(scale, math.Abs(float64(v)))
	}
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= tol*scale+1e-7) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	team := NewTeam(3)
	for _, s := range [][3]int{{1, 1, 1}, {4, 10, 80}, {5, 32, 3}, {13, 17, 33}, {96, 48, 96}, {100, 70, 31}, {7000, 12, 27}, {2500, 20, 7}} {
		m, n, k := s[0], s[1], s[2]
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			// Both operands are slices of wider maps.
			x := Matrix(m, k+5, random(r, m*(k+5))).Channels(2, 2+k)
			dy := Matrix(m, n+3, random(r, m*(n+3))).Channels(3, 3+n)
			w := random(r, n*k)
			y, dx, dw := make([]float32, m*n), make([]float32, m*k), make([]float32, n*k)
			for i := range m {
				for j := range n {
					for c := range k {
						y[i*n+j] += x.Row(i)[c] * w[j*k+c]
						dx[i*k+c] += dy.Row(i)[j] * w[j*k+c]
					}
				}
			}
			for j := range n {
				for c := range k {
					sum := 0.0
					for i := range m {
						sum += float64(dy.Row(i)[j]) * float64(x.Row(i)[c])
					}
					dw[j*k+c] = float32(sum)
				}
			}
			var fwd, bwd Panels
			fwd.PackForward(team, w, n, k)
			bwd.PackBackward(team, w, n, k)
			eachVariant(t, func(t *testing.T) {
				got := Matrix(m, n, nil)
				Mul(team, got, x, &fwd, false)
				near(t, "y", got.Data, y, 1e-5)
				Mul(team, got, x, &fwd, true)
				for i := range got.Data {
					got.Data[i] /= 2
				}
				near(t, "y, added", got.Data, y, 1e-5)
				gotX := Matrix(m, k, nil)
				Mul(team, gotX, dy, &bwd, false)
				near(t, "dx", gotX.Data, dx, 1e-5)
				gotW := make([]float32, n*k)
				GradWeight(team, gotW, dy, x)
				near(t, "dw", gotW, dw, 1e-5)
			})
		})
	}
}

func BenchmarkProducts(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	team := NewTeam(1)
	for _, s := range [][3]int{{4608, 192, 96}, {4608, 320, 80}, {1152, 448, 112}, {512, 224, 448}, {18432, 48, 216}, {73728, 24, 108}, {294912, 12, 27}, {4608, 14, 160}, {4608, 160, 5}} {
		m, n, k := s[0], s[1], s[2]
		x, y, w := Matrix(m, k, random(r, m*k)), Matrix(m, n, random(r, m*n)), random(r, n*k)
		var fwd, bwd Panels
		fwd.PackForward(team, w, n, k)
		bwd.PackBackward(team, w, n, k)
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/%v", name, s), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(2*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		run("Forward", func() { Mul(team, y, x, &fwd, false) })
		run("Backward", func() { Mul(team, x, y, &bwd, false) })
		run("GradWeight", func() { GradWeight(team, w, y, x) })
	}
}
