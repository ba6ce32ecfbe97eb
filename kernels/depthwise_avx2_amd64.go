//go:build amd64 && goexperiment.simd

package kernels

import "simd/archsimd"

// depthwiseAVX2 keeps up to four vectors of channels in accumulators while it walks over the taps inside the map.
func depthwiseAVX2(a DepthwiseArgs) {
	if a.C < lanesAVX2 {
		depthwiseScalar(a)
		return
	}
	ho, wo, pad := ConvOut(a.H, a.Stride), ConvOut(a.W, a.Stride), a.K/2
	inRange(a.X, a.H*a.W, a.C, a.LDX)
	inRange(a.Y, ho*wo, a.C, a.LDY)
	inRange(a.Weights, a.K*a.K, a.C, a.C)
	inRange(a.Bias, 1, a.C, a.C)
	if a.Residual != nil {
		inRange(a.Residual, ho*wo, a.C, a.LDR)
	}
	t := depthwiseTile{
		bias: ptr(a.Bias), ldx: a.LDX, ldw: a.C, relu: a.ReLU,
	}
	for oy := range ho {
		y0 := oy*a.Stride - pad
		ky0, ky1 := max(0, -y0), min(a.K, a.H-y0)
		for ox := range wo {
			x0 := ox*a.Stride - pad
			kx0, kx1 := max(0, -x0), min(a.K, a.W-x0)
			t.rows, t.cols = ky1-ky0, kx1-kx0
			t.gapX, t.gapW = (a.W-t.cols)*a.LDX, (a.K-t.cols)*a.C
			t.x = at(ptr(a.X), ((y0+ky0)*a.W+x0+kx0)*a.LDX)
			t.w = at(ptr(a.Weights), (ky0*a.K+kx0)*a.C)
			t.y = at(ptr(a.Y), (oy*wo+ox)*a.LDY)
			if a.Residual != nil {
				t.residual = at(ptr(a.Residual), (oy*wo+ox)*a.LDR)
			}
			c := 0
			for ; c+4*lanesAVX2 <= a.C; c += 4 * lanesAVX2 {
				depthwise4AVX2(&t, c)
			}
			for ; c < a.C; c += lanesAVX2 {
				depthwise1AVX2(&t, min(c, a.C-lanesAVX2)) // the last overlaps
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// depthwise4AVX2 computes four vectors of channels from c on.
func depthwise4AVX2(t *depthwiseTile, c int) {
	a0, a1 := loadAVX2(at(t.bias, c)), loadAVX2(at(t.bias, c+lanesAVX2))
	a2, a3 := loadAVX2(at(t.bias, c+2*lanesAVX2)), loadAVX2(at(t.bias, c+3*lanesAVX2))
	x, w := at(t.x, c), at(t.w, c)
	i, j, ldx, ldw := 0, 0, t.ldx, t.ldw
	for range t.rows {
		for range t.cols {
			a0 = loadAVX2(at(w, j)).MulAdd(loadAVX2(at(x, i)), a0)
			a1 = loadAVX2(at(w, j+lanesAVX2)).MulAdd(loadAVX2(at(x, i+lanesAVX2)), a1)
			a2 = loadAVX2(at(w, j+2*lanesAVX2)).MulAdd(loadAVX2(at(x, i+2*lanesAVX2)), a2)
			a3 = loadAVX2(at(w, j+3*lanesAVX2)).MulAdd(loadAVX2(at(x, i+3*lanesAVX2)), a3)
			i, j = i+ldx, j+ldw
		}
		i, j = i+t.gapX, j+t.gapW
	}
	finishDepthwiseAVX2(t, a0, c)
	finishDepthwiseAVX2(t, a1, c+lanesAVX2)
	finishDepthwiseAVX2(t, a2, c+2*lanesAVX2)
	finishDepthwiseAVX2(t, a3, c+3*lanesAVX2)
}

// depthwise1AVX2 computes one vector of channels from c on.
func depthwise1AVX2(t *depthwiseTile, c int) {
	acc := loadAVX2(at(t.bias, c))
	x, w := at(t.x, c), at(t.w, c)
	i, j := 0, 0
	for range t.rows {
		for range t.cols {
			acc = loadAVX2(at(w, j)).MulAdd(loadAVX2(at(x, i)), acc)
			i, j = i+t.ldx, j+t.ldw
		}
		i, j = i+t.gapX, j+t.gapW
	}
	finishDepthwiseAVX2(t, acc, c)
}

// finishDepthwiseAVX2 stores an accumulator: activation, residual.
func finishDepthwiseAVX2(t *depthwiseTile, acc archsimd.Float32x8, c int) {
	if t.relu {
		acc = maxZeroAVX2(acc)
	}
	if t.residual != nil {
		acc = acc.Add(loadAVX2(at(t.residual, c)))
	}
	storeAVX2(at(t.y, c), acc)
}
