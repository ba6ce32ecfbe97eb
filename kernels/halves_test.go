package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"mobilemamba/kernels"
)

// widenHalves widens n values to memory that goes on behind them and must stay as it was.
func widenHalves(set kernels.Set, r *rand.Rand, n int) []float32 {
	const behind = 8
	y := values(r, n+behind, nil)
	set.WidenHalves(y[:n], finiteHalves(r, n))
	return y
}

// finiteHalves are the bytes of n values; NaN could not be compared.
func finiteHalves(r *rand.Rand, n int) []byte {
	x := make([]byte, 0, 2*n)
	for range n {
		h := uint16(r.IntN(1<<16)) &^ (1 << 10)
		x = append(x, byte(h), byte(h>>8))
	}
	return x
}

// Each of the 65,536 values, in every place of a turn of the loop and behind it, NaN's payloads too.
func TestEveryHalf(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		const all = 1 << 16
		for skip := range 8 {
			var x []byte
			for h := skip; h < all; h++ {
				x = append(x, byte(h), byte(h>>8))
			}
			y := make([]float32, all-skip)
			set.WidenHalves(y, x)
			for i, v := range y {
				h := uint16(i + skip)
				if got, want := math.Float32bits(v), math.Float32bits(widened(h)); got != want {
					t.Fatalf("%#04x at %d is %#08x, want %#08x", h, i, got, want)
				}
			}
		}
	})
}

// widened is the definition of the format.
func widened(h uint16) float32 {
	sign, exponent, fraction := h>>15, int(h>>10&0x1f), h&0x3ff
	var v float64
	switch exponent {
	case 0x1f:
		return math.Float32frombits(uint32(sign)<<31 | 0xff<<23 | uint32(fraction)<<13)
	case 0:
		v = math.Ldexp(float64(fraction), -24)
	default:
		v = math.Ldexp(1024+float64(fraction), exponent-25)
	}
	return float32(math.Copysign(v, 0.5-float64(sign)))
}

func TestWidenHalvesChecks(t *testing.T) {
	eachVariant(t, func(t *testing.T, set kernels.Set) {
		for _, n := range []int{1, 5, 8, 21} {
			mustPanic(t, "WidenHalves", func() { set.WidenHalves(make([]float32, n), make([]byte, 2*n-1)) })
		}
		x, y := make([]byte, 42), make([]float32, 21)
		if allocs := testing.AllocsPerRun(10, func() { set.WidenHalves(y, x) }); allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}
