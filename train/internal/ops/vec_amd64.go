//go:build amd64 && goexperiment.simd

package ops

import (
	"math"
	"simd/archsimd"
	"unsafe"
)

// The AVX-512 variants walk with unsafe pointers over vectors of 16 channels. Behind the last whole vector of a row they
// load past its end, which the slack of every buffer allows (see Alloc), and store under a mask. Every pointer is
// computed from the beginning of its buffer where it is used, and so never points behind the end, where the garbage
// collector would not accept it. Constants are used from memory: Go 1.27.4 would broadcast them anew in every round
// of a loop.

// vectors tells that this build carries the vector variants.
const vectors = true

const lanes = 16

type vec = archsimd.Float32x16

func at(p unsafe.Pointer, i int) unsafe.Pointer { return unsafe.Add(p, 4*i) }
func ptr(x []float32) unsafe.Pointer            { return unsafe.Pointer(unsafe.SliceData(x)) }
func load(p unsafe.Pointer) vec                 { return archsimd.LoadFloat32x16Array((*[lanes]float32)(p)) }
func store(p unsafe.Pointer, v vec)             { v.StoreArray((*[lanes]float32)(p)) }
func broadcast(x float32) vec                   { return archsimd.BroadcastFloat32x16(x) }

// storePart stores the first n lanes, n < 16.
func storePart(p unsafe.Pointer, v vec, n int) {
	v.StoreArrayMasked((*[lanes]float32)(p), archsimd.Mask32x16FromBits(1<<n-1))
}

// put stores the lanes of v that belong to a row of which n values are left.
func put(p unsafe.Pointer, v vec, n int) {
	if n >= lanes {
		store(p, v)
	} else {
		storePart(p, v, n)
	}
}

// sum returns the sum of the lanes.
func sum(v vec) float32 {
	var s [lanes]float32
	v.StoreArray(&s)
	return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])) +
		(((s[8] + s[9]) + (s[10] + s[11])) + ((s[12] + s[13]) + (s[14] + s[15])))
}

// firstLanes returns v with lanes from n on cleared.
func firstLanes(v vec, n int) vec {
	if n >= lanes {
		return v
	}
	return v.Masked(archsimd.Mask32x16FromBits(1<<n - 1))
}

// constants are those of math.go in every lane.
type constants struct {
	one, two, sign, expMin, log2E, minusLn2Hi, minusLn2Lo, haar [lanes]float32
	exp                                                         [6][lanes]float32
	log1p                                                       [7][lanes]float32
}

var consts = newConstants()

func newConstants() *constants {
	const line = 64 // a load across two cache lines costs double
	room := make([]byte, unsafe.Sizeof(constants{})+line)
	p := unsafe.Pointer(unsafe.SliceData(room))
	c := (*constants)(unsafe.Add(p, -uintptr(p)%line))
	fill := func(to *[lanes]float32, value float32) {
		for i := range to {
			to[i] = value
		}
	}
	fill(&c.one, 1)
	fill(&c.two, 2)
	fill(&c.sign, float32(math.Copysign(0, -1)))
	fill(&c.expMin, expMin)
	fill(&c.log2E, log2E)
	fill(&c.minusLn2Hi, -ln2Hi)
	fill(&c.minusLn2Lo, -ln2Lo)
	fill(&c.haar, haarGain)
	for i, v := range []float32{
		1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
	} {
		fill(&c.exp[i], v)
	}
	for i := range c.log1p {
		fill(&c.log1p[i], float32(2.0/float64(15-2*i)))
	}
	return c
}

// constant loads a constant.
func constant(c *[lanes]float32) vec { return archsimd.LoadFloat32x16Array(c) }

// exp is exp32 for x <= 0.
func exp(x vec) vec {
	c := consts
	n := x.Mul(constant(&c.log2E)).RoundScaled(0)
	r := n.MulAdd(constant(&c.minusLn2Hi), x)
	r = n.MulAdd(constant(&c.minusLn2Lo), r)
	p := constant(&c.exp[0])
	p = p.MulAdd(r, constant(&c.exp[1]))
	p = p.MulAdd(r, constant(&c.exp[2]))
	p = p.MulAdd(r, constant(&c.exp[3]))
	p = p.MulAdd(r, constant(&c.exp[4]))
	p = p.MulAdd(r, constant(&c.exp[5]))
	one := constant(&c.one)
	p = p.MulAdd(r, one).MulAdd(r, one)
	var zero vec
	return zero.IfElse(x.Less(constant(&c.expMin)), p.Scale(n))
}

// log1p is log1p32.
func log1p(u vec) vec {
	c := consts
	two := constant(&c.two)
	s := u.Div(u.Add(two))
	z := s.Mul(s)
	p := constant(&c.log1p[0])
	p = p.MulAdd(z, constant(&c.log1p[1]))
	p = p.MulAdd(z, constant(&c.log1p[2]))
	p = p.MulAdd(z, constant(&c.log1p[3]))
	p = p.MulAdd(z, constant(&c.log1p[4]))
	p = p.MulAdd(z, constant(&c.log1p[5]))
	p = p.MulAdd(z, constant(&c.log1p[6]))
	return p.MulAdd(z, two).Mul(s)
}

// minusAbs returns -|x|.
func minusAbs(x vec) vec {
	return x.AsInt32x16().Or(constant(&consts.sign).AsInt32x16()).AsFloat32x16()
}

// softplusOf is softplus32(v) as max(v, 0) + log(1+u) for u = exp(-|v|): beyond 20 the second term is below half a
// unit in the last place of the first.
func softplusOf(v, u vec) vec {
	var zero vec
	return v.Max(zero).Add(log1p(u))
}

// sigmoidOf is sigmoid32(x) for u = exp(-|x|), which cannot overflow.
func sigmoidOf(x, u vec) vec {
	var zero vec
	one := constant(&consts.one)
	return u.IfElse(x.Less(zero), one).Div(u.Add(one))
}
