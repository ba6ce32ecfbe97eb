package ops

import "math"

// exp32, log1p32 and softplus32 are those of package kernels (see its math.go): what is trained is what will run.

const (
	log2E    = 1.44269504
	ln2Hi    = 0.693359375
	ln2Lo    = -2.12194440e-4
	roundBit = 1.5 * (1 << 23)
	expMax   = 88.37626
	expMin   = -87.3365479 // below it e^x is subnormal, which is flushed to 0: subnormals are slow to compute with
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
	p := float32(1.9875691500e-4)
	p = p*r + 1.3981999507e-3
	p = p*r + 8.3334519073e-3
	p = p*r + 4.1665795894e-2
	p = p*r + 1.6666665459e-1
	p = p*r + 5.0000001201e-1
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

// softplusThreshold is PyTorch's: beyond it softplus is the identity and its derivative 1.
const softplusThreshold = 20

// softplus32 returns log(1+e^v) and its derivative.
func softplus32(v float32) (y, dy float32) {
	if v > softplusThreshold {
		return v, 1
	}
	if v > 0 {
		u := exp32(-v)
		return v + log1p32(u), 1 / (1 + u)
	}
	u := exp32(v)
	return log1p32(u), u / (1 + u)
}

// sigmoid32 returns 1/(1+e^-x), without overflow on the way.
func sigmoid32(x float32) float32 {
	if x >= 0 {
		return 1 / (1 + exp32(-x))
	}
	u := exp32(x)
	return u / (1 + u)
}
