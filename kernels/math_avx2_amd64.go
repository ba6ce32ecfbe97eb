//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// The functions below are small enough to be inlined, each by itself: a call within a loop over vectors moves them
// all through the stack, which halves the speed. (Go's budget would not allow exp within log1p's caller.)

// expAVX2 is exp32 for x <= 0 or NaN.
func expAVX2(x archsimd.Float32x8) archsimd.Float32x8 {
	c := constantsAVX2
	n := roundAVX2(x.Mul(archsimd.LoadFloat32x8Array(&c.log2E)))
	r := n.MulAdd(archsimd.LoadFloat32x8Array(&c.minusLn2Hi), x)
	r = n.MulAdd(archsimd.LoadFloat32x8Array(&c.minusLn2Lo), r)
	p := archsimd.LoadFloat32x8Array(&c.exp[0])
	p = p.MulAdd(r, archsimd.LoadFloat32x8Array(&c.exp[1]))
	p = p.MulAdd(r, archsimd.LoadFloat32x8Array(&c.exp[2]))
	p = p.MulAdd(r, archsimd.LoadFloat32x8Array(&c.exp[3]))
	p = p.MulAdd(r, archsimd.LoadFloat32x8Array(&c.exp[4]))
	p = p.MulAdd(r, archsimd.LoadFloat32x8Array(&c.exp[5]))
	one := archsimd.LoadFloat32x8Array(&c.one)
	p = p.MulAdd(r, one).MulAdd(r, one)
	return zeroBelowAVX2(pow2AVX2(p, n), x, archsimd.LoadFloat32x8Array(&c.expMin))
}

// log1pAVX2 is log1p32.
func log1pAVX2(u archsimd.Float32x8) archsimd.Float32x8 {
	c := constantsAVX2
	two := archsimd.LoadFloat32x8Array(&c.two)
	s := u.Div(u.Add(two))
	z := s.Mul(s)
	p := archsimd.LoadFloat32x8Array(&c.log1p[0])
	p = p.MulAdd(z, archsimd.LoadFloat32x8Array(&c.log1p[1]))
	p = p.MulAdd(z, archsimd.LoadFloat32x8Array(&c.log1p[2]))
	p = p.MulAdd(z, archsimd.LoadFloat32x8Array(&c.log1p[3]))
	p = p.MulAdd(z, archsimd.LoadFloat32x8Array(&c.log1p[4]))
	p = p.MulAdd(z, archsimd.LoadFloat32x8Array(&c.log1p[5]))
	p = p.MulAdd(z, archsimd.LoadFloat32x8Array(&c.log1p[6]))
	return p.MulAdd(z, two).Mul(s)
}

// minusAbsAVX2 returns -|x|.
func minusAbsAVX2(x archsimd.Float32x8) archsimd.Float32x8 {
	return x.AsInt32x8().Or(archsimd.LoadFloat32x8Array(&constantsAVX2.sign).AsInt32x8()).AsFloat32x8()
}

// softplusOfAVX2 is softplus32(v) as max(v, 0) + log(1+e) for e = exp(-|v|): beyond 20 the second term is below half
// a unit in the last place of the first, so it needs no threshold.
func softplusOfAVX2(v, e archsimd.Float32x8) archsimd.Float32x8 {
	return maxZeroAVX2(v).Add(log1pAVX2(e))
}

// sigmoidOfAVX2 is sigmoid32(x) for e = exp(-|x|), which cannot overflow.
func sigmoidOfAVX2(x, e archsimd.Float32x8) archsimd.Float32x8 {
	var zero archsimd.Float32x8
	one := archsimd.LoadFloat32x8Array(&constantsAVX2.one)
	return e.IfElse(x.Less(zero), one).Div(e.Add(one))
}
