package vision

import (
	"math/rand/v2"
	"testing"

	"mobilemamba/kernels"
)

// TestWeightsFit checks the bound that the kernels' sums of 32 bits rely on: at every small size, at the borders, and
// at random and extreme scales.
func TestWeightsFit(t *testing.T) {
	const limit = 16 << kernels.WeightBits / 10
	worst := 0
	check := func(f filter, in, out, from, to int) {
		var ws windows
		ws.set(f, in, out, from, to, 1, 1)
		for i := range ws.First {
			sum := 0
			for _, k := range ws.weights[i*ws.Taps:][:ws.Taps] {
				sum += int(max(k, -k))
			}
			worst = max(worst, sum)
			if sum > limit {
				t.Fatalf("%d to %d, output %d: the absolute weights sum up to %.3f", in, out, from+i, float64(sum)/(1<<kernels.WeightBits))
			}
		}
	}
	r := rand.New(rand.NewPCG(41, 42))
	for _, f := range filters {
		for in := 1; in <= 60; in++ {
			for out := 1; out <= 60; out++ {
				check(f, in, out, 0, out)
			}
		}
		for range 200 {
			in, out := 1+r.IntN(8000), 1+r.IntN(maxSide)
			check(f, in, out, 0, min(out, 20))
			check(f, in, out, max(0, out-20), out)
		}
		check(f, 10000, 1, 0, 1) // the largest scale: a square of MaxPixels
	}
	t.Logf("the largest sum is %.4f", float64(worst)/(1<<kernels.WeightBits))
}

// Padding changes no weight: each window still begins and ends inside of the line.
func TestWindowsArePadded(t *testing.T) {
	var plain, padded windows
	for _, s := range []struct{ in, out int }{{640, 192}, {100, 30}, {17, 8}, {5, 4}, {40, 90}} {
		plain.set(filters["bicubic"], s.in, s.out, 0, s.out, 1, 1)
		padded.set(filters["bicubic"], s.in, s.out, 0, s.out, 8, 3)
		if padded.Taps%8 != 0 && padded.Taps != plain.Taps {
			t.Errorf("%d to %d: %d taps", s.in, s.out, padded.Taps)
		}
		for i := range s.out {
			want, got := make([]int32, s.in), make([]int32, s.in)
			copy(want[plain.First[i]:], plain.weights[i*plain.Taps:][:plain.Taps])
			for j := range padded.Taps {
				for c := range 3 {
					got[int(padded.First[i])+j] = padded.weights[(i*padded.Taps+j)*3+c]
					if got[int(padded.First[i])+j] != want[int(padded.First[i])+j] {
						t.Fatalf("%d to %d: weight %d of output %d", s.in, s.out, j, i)
					}
				}
			}
		}
	}
}
