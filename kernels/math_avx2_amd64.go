//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// expAVX2 is exp32 for x <= 0 or NaN.
func expAVX2(x archsimd.Float32x8) archsimd.Float32x8 {
	n := roundAVX2(x.Mul(constAVX2(&vLog2E)))
	r := n.MulAdd(constAVX2(&vMinusHi), x)
	r = n.MulAdd(constAVX2(&vMinusLo), r)
	p := constAVX2(&vExp[0])
	p = p.MulAdd(r, constAVX2(&vExp[1]))
	p = p.MulAdd(r, constAVX2(&vExp[2]))
	p = p.MulAdd(r, constAVX2(&vExp[3]))
	p = p.MulAdd(r, constAVX2(&vExp[4]))
	p = p.MulAdd(r, constAVX2(&vExp[5]))
	p = p.MulAdd(r, constAVX2(&vOne))
	p = p.MulAdd(r, constAVX2(&vOne))
	return zeroBelowAVX2(pow2AVX2(p, n), x, constAVX2(&vMinExp))
}

// log1pAVX2 is log1p32.
func log1pAVX2(u archsimd.Float32x8) archsimd.Float32x8 {
	s := u.Div(u.Add(constAVX2(&vTwo)))
	z := s.Mul(s)
	p := constAVX2(&vLog1p[0])
	p = p.MulAdd(z, constAVX2(&vLog1p[1]))
	p = p.MulAdd(z, constAVX2(&vLog1p[2]))
	p = p.MulAdd(z, constAVX2(&vLog1p[3]))
	p = p.MulAdd(z, constAVX2(&vLog1p[4]))
	p = p.MulAdd(z, constAVX2(&vLog1p[5]))
	p = p.MulAdd(z, constAVX2(&vLog1p[6]))
	p = p.MulAdd(z, constAVX2(&vLog1p[7]))
	return p.Mul(s)
}

// minusAbsAVX2 returns -|x|.
func minusAbsAVX2(x archsimd.Float32x8) archsimd.Float32x8 {
	return x.AsInt32x8().Or(constAVX2(&vSign).AsInt32x8()).AsFloat32x8()
}

// softplusVecAVX2 is softplus32 as max(v, 0) + log(1+e^-|v|): beyond 20 the second term is below half a unit in
// the last place of the first, so it needs no threshold.
func softplusVecAVX2(v archsimd.Float32x8) archsimd.Float32x8 {
	return maxZeroAVX2(v).Add(log1pAVX2(expAVX2(minusAbsAVX2(v))))
}

// sigmoidVecAVX2 is sigmoid32; it divides e^-|x| or 1 by 1+e^-|x|, which cannot overflow.
func sigmoidVecAVX2(x archsimd.Float32x8) archsimd.Float32x8 {
	var zero archsimd.Float32x8
	e := expAVX2(minusAbsAVX2(x))
	one := constAVX2(&vOne)
	return e.IfElse(x.Less(zero), one).Div(e.Add(one))
}
