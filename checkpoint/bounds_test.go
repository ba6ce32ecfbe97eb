package checkpoint_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"mobilemamba/checkpoint"
)

// halfUnit bounds what f16 loses of a value: it has 11 bits, so that half a unit of the last is 2^-11 of the value at
// most; below 2^-14 it has the fixed step 2^-24.
func halfUnit(v float64) float64 { return max(math.Abs(v)*0x1p-11, 0x1p-25) }

// halfStep bounds what i8 loses of a channel's values, whose largest is m. The scale s = m/127 and the product q·s are
// rounded to float32, at 2^-24 of them each, or at 2^-150 among the subnormal numbers, 127 times for the scale: where it
// is cut to 127, a value lies beyond by that much. Between, q is the nearest integer: half a step is m/254.
func halfStep(m float64) float64 { return m/254*(1+0x1p-24) + 2*m*0x1p-24 + 130*0x1p-150 }

// reading returns the only tensor of what is written.
func reading(t *testing.T, x []float32, shape []int, dtype checkpoint.DType) []float32 {
	t.Helper()
	sd := &checkpoint.StateDict{}
	sd.Add(checkpoint.NewTensor("w", shape, x))
	got, err := parse(write(t, sd, dtype))
	if err != nil {
		t.Fatal(err)
	}
	if got.Get("w").DType != dtype {
		t.Fatalf("written as %v", got.Get("w").DType)
	}
	y, err := got.Get("w").Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// Whole weights by f16, by i8, and by f16 and then i8, on channels of every size that the type holds, subnormal numbers,
// zeros and ties among them: off by no more than the derivations above allow, and somewhere by nearly as much.
func TestConversionBounds(t *testing.T) {
	const channels, per = 40, 64
	shape := []int{channels, 2, per / 2 / 4, 4}
	r := rand.New(rand.NewPCG(15, 16))
	for _, way := range []struct {
		name             string
		types            []checkpoint.DType
		smallest, larger float64 // exponents of the channels' sizes
	}{
		{"f16", []checkpoint.DType{checkpoint.F16}, -30, 14},
		{"i8", []checkpoint.DType{checkpoint.I8}, -149, 126},
		{"f16 and i8", []checkpoint.DType{checkpoint.F16, checkpoint.I8}, -30, 14},
	} {
		t.Run(way.name, func(t *testing.T) {
			worst := 0.0
			for range 50 {
				x := make([]float32, channels*per)
				for c := range channels {
					size := math.Exp2(way.smallest + (way.larger-way.smallest)*r.Float64())
					for i := range per {
						x[c*per+i] = float32(size * (2*r.Float64() - 1) * math.Exp2(-10*r.Float64()*float64(i%2)))
					}
					x[c*per] = float32(size * (1 + 1.0/2048)) // a tie of f16 where size is a power of two
				}
				x[5] = 0
				y := x
				for _, dtype := range way.types {
					y = reading(t, y, shape, dtype)
				}
				for c := range channels {
					m := largest(x[c*per:][:per])
					for i, v := range x[c*per:][:per] {
						limit, top := 0.0, m
						for _, dtype := range way.types {
							if dtype == checkpoint.F16 {
								limit += halfUnit(float64(v))
								top += halfUnit(top)
							} else {
								limit += halfStep(top)
							}
						}
						off := math.Abs(float64(y[c*per+i]) - float64(v))
						if worst = max(worst, off/limit); off > limit {
							t.Fatalf("%v of a channel up to %v came back as %v: off by %v, limit %v", v, m, y[c*per+i], off, limit)
						}
					}
				}
			}
			if worst < 0.9 {
				t.Errorf("the largest error is %.2f of its limit, which then says little", worst)
			}
			t.Logf("the largest error is %.4f of its limit", worst)
		})
	}
}
