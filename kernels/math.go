package kernels

import "math"

// The exponentials below are float32 polynomials instead of package math's float64 functions: several times
// faster, within 2 units in the last place (log1p32: 3), and the same sequence of operations that a vector
// kernel can follow.

const (
	log2E    = 1.44269504
	ln2Hi    = 0.693359375 // nine significant bits: n*ln2Hi is exact for |n| < 2^15
	ln2Lo    = -2.12194440e-4
	roundBit = 1.5 * (1 << 23) // adding and subtracting it rounds a small float32 to an integer
	expMax   = 88.37626        // beyond it 2^n is no float32, and e^x is called infinite a little early
	expMin   = -87.3365479     // below it e^x is subnormal, which is flushed to 0 (subnormals are slow to compute with)

	// e^r on |r| <= ln2/2: the minimax coefficients of Cephes' expf.
	exp5 = 1.9875691500e-4
	exp4 = 1.3981999507e-3
	exp3 = 8.3334519073e-3
	exp2 = 4.1665795894e-2
	exp1 = 1.6666665459e-1
	exp0 = 5.0000001201e-1
)

// exp32 returns e^x; 0 where the result would be subnormal, +Inf above 88.37.
func exp32(x float32) float32 {
	switch {
	case x < expMin:
		return 0
	case x > expMax:
		return float32(math.Inf(1))
	case x != x:
		return x
	}
	n := float32(x*log2E+roundBit) - roundBit
	r := x - float32(n*ln2Hi)
	r -= float32(n * ln2Lo)
	p := float32(exp5)
	p = p*r + exp4
	p = p*r + exp3
	p = p*r + exp2
	p = p*r + exp1
	p = p*r + exp0
	p = p*(r*r) + r + 1
	return p * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// log1p32 returns log(1+u) for 0 <= u <= 1, as 2·atanh(u/(2+u)).
func log1p32(u float32) float32 {
	s := u / (2 + u)
	z := s * s
	p := float32(2.0 / 15)
	p = p*z + 2.0/13
	p = p*z + 2.0/11
	p = p*z + 2.0/9
	p = p*z + 2.0/7
	p = p*z + 2.0/5
	p = p*z + 2.0/3
	p = p*z + 2
	return p * s
}

// softplusThreshold is PyTorch's: beyond it softplus is the identity.
const softplusThreshold = 20

// softplus32 returns log(1+e^v), v itself where v > 20.
func softplus32(v float32) float32 {
	if v > softplusThreshold {
		return v
	}
	if v > 0 {
		return v + log1p32(exp32(-v))
	}
	return log1p32(exp32(v))
}

// sigmoid32 returns 1/(1+e^-x).
func sigmoid32(x float32) float32 { return 1 / (1 + exp32(-x)) }
