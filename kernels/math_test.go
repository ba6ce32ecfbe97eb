package kernels

import (
	"math"
	"testing"
)

// ulps returns how far got is from want in units of want's last place.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	unit := float64(math.Nextafter32(float32(math.Abs(float64(w))), math.MaxFloat32)) - math.Abs(float64(w))
	return math.Abs(float64(got)-want) / unit
}

func TestExp32(t *testing.T) {
	worst := 0.0
	for x := float32(-87.3); x < 88.37; x += 0.00137 {
		worst = max(worst, ulps(exp32(x), math.Exp(float64(x))))
	}
	if worst > 2 {
		t.Errorf("exp32 strays by %.2f ulps, want at most 2", worst)
	}
	inf := float32(math.Inf(1))
	for _, c := range []struct{ x, want float32 }{
		{0, 1}, {-88, 0}, {-1e30, 0}, {-inf, 0}, {89, inf}, {inf, inf},
	} {
		if got := exp32(c.x); got != c.want {
			t.Errorf("exp32(%v) = %v, want %v", c.x, got, c.want)
		}
	}
	if nan := exp32(float32(math.NaN())); nan == nan {
		t.Errorf("exp32(NaN) = %v", nan)
	}
}

func TestLog1p32(t *testing.T) {
	worst := 0.0
	for u := float32(0); u <= 1; u += 0.0000131 {
		worst = max(worst, ulps(log1p32(u), math.Log1p(float64(u))))
	}
	for u := float32(1e-38); u < 1e-3; u *= 1.01 {
		worst = max(worst, ulps(log1p32(u), math.Log1p(float64(u))))
	}
	if worst > 3 {
		t.Errorf("log1p32 strays by %.2f ulps, want at most 3", worst)
	}
}

func TestSoftplus32(t *testing.T) {
	worst := 0.0
	for x := float32(-87); x < 40; x += 0.00137 {
		worst = max(worst, ulps(softplus32(x), math.Log1p(math.Exp(float64(x)))))
	}
	if worst > 3 {
		t.Errorf("softplus32 strays by %.2f ulps, want at most 3", worst)
	}
	for _, x := range []float32{20.5, 1e4, float32(math.Inf(1))} {
		if got := softplus32(x); got != x {
			t.Errorf("softplus32(%v) = %v, want it as it is", x, got)
		}
	}
	if nan := softplus32(float32(math.NaN())); nan == nan {
		t.Errorf("softplus32(NaN) = %v", nan)
	}
}

func TestHaarGain(t *testing.T) {
	if bits := math.Float32bits(haarGain); bits != 0x3effffff {
		t.Errorf("the Haar gain has bits %#x, want 0x3effffff", bits)
	}
}
