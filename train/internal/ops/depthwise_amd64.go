//go:build amd64 && goexperiment.simd

package ops

import "simd/archsimd"

func (d *Depthwise) forward(y, x Map, bias []float32, accumulate bool) {
	if !hasAVX512 {
		d.forwardScalar(y, x, bias, accumulate)
		return
	}
	for oy := range y.H {
		ky0, ky1, iy := d.inside(oy, x.H)
		for ox := range y.W {
			kx0, kx1, ix := d.inside(ox, x.W)
			dst := ptr(y.Data[(oy*y.W+ox)*y.LD:])
			src := ptr(x.Data[(iy*x.W+ix)*x.LD:])
			taps := ptr(d.Taps[(ky0*d.K+kx0)*x.C:])
			// What the sum starts with.
			from := dst
			if bias != nil {
				from = ptr(bias)
			}
			empty := bias == nil && !accumulate
			c := 0
			for ; c+4*lanes <= x.C; c += 4 * lanes {
				var s0, s1, s2, s3 vec
				if !empty {
					s0, s1 = load(at(from, c)), load(at(from, c+lanes))
					s2, s3 = load(at(from, c+2*lanes)), load(at(from, c+3*lanes))
				}
				for ky := range ky1 - ky0 {
					for kx := range kx1 - kx0 {
						p, w := at(src, (ky*x.W+kx)*x.LD+c), at(taps, (ky*d.K+kx)*x.C+c)
						s0 = load(p).MulAdd(load(w), s0)
						s1 = load(at(p, lanes)).MulAdd(load(at(w, lanes)), s1)
						s2 = load(at(p, 2*lanes)).MulAdd(load(at(w, 2*lanes)), s2)
						s3 = load(at(p, 3*lanes)).MulAdd(load(at(w, 3*lanes)), s3)
					}
				}
				store(at(dst, c), s0)
				store(at(dst, c+lanes), s1)
				store(at(dst, c+2*lanes), s2)
				store(at(dst, c+3*lanes), s3)
			}
			for ; c < x.C; c += lanes {
				var s vec
				if !empty {
					s = load(at(from, c))
				}
				for ky := range ky1 - ky0 {
					for kx := range kx1 - kx0 {
						s = load(at(src, (ky*x.W+kx)*x.LD+c)).MulAdd(load(at(taps, (ky*d.K+kx)*x.C+c)), s)
					}
				}
				put(at(dst, c), s, x.C-c)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// gradTaps walks over the taps, and for each over the outputs for which it lies inside of the map.
func (d *Depthwise) gradTaps(dtaps []float32, dy, x Map) {
	if !hasAVX512 {
		d.gradTapsScalar(dtaps, dy, x)
		return
	}
	for ky := range d.K {
		oy0, oy1 := d.outputs(ky, x.H, dy.H)
		for kx := range d.K {
			ox0, ox1 := d.outputs(kx, x.W, dy.W)
			if oy0 >= oy1 || ox0 >= ox1 {
				continue
			}
			dst := ptr(dtaps[(ky*d.K+kx)*x.C:])
			g := ptr(dy.Data[(oy0*dy.W+ox0)*dy.LD:])
			iy, ix := oy0*d.Stride+ky-d.K/2, ox0*d.Stride+kx-d.K/2
			src := ptr(x.Data[(iy*x.W+ix)*x.LD:])
			c := 0
			for ; c+4*lanes <= x.C; c += 4 * lanes {
				s0, s1 := load(at(dst, c)), load(at(dst, c+lanes))
				s2, s3 := load(at(dst, c+2*lanes)), load(at(dst, c+3*lanes))
				for o := range oy1 - oy0 {
					for i := range ox1 - ox0 {
						q, p := at(g, (o*dy.W+i)*dy.LD+c), at(src, (o*x.W+i)*d.Stride*x.LD+c)
						s0 = load(p).MulAdd(load(q), s0)
						s1 = load(at(p, lanes)).MulAdd(load(at(q, lanes)), s1)
						s2 = load(at(p, 2*lanes)).MulAdd(load(at(q, 2*lanes)), s2)
						s3 = load(at(p, 3*lanes)).MulAdd(load(at(q, 3*lanes)), s3)
					}
				}
				store(at(dst, c), s0)
				store(at(dst, c+lanes), s1)
				store(at(dst, c+2*lanes), s2)
				store(at(dst, c+3*lanes), s3)
			}
			for ; c < x.C; c += lanes {
				s := load(at(dst, c))
				for o := range oy1 - oy0 {
					for i := range ox1 - ox0 {
						s = load(at(src, (o*x.W+i)*d.Stride*x.LD+c)).MulAdd(load(at(g, (o*dy.W+i)*dy.LD+c)), s)
					}
				}
				put(at(dst, c), s, x.C-c)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

// outputs returns the range of outputs along a side whose tap k lies inside of n input pixels.
func (d *Depthwise) outputs(k, n, out int) (from, to int) {
	// 0 <= o·Stride + k - K/2 < n
	from = max(0, (d.K/2-k+d.Stride-1)/d.Stride)
	to = min(out, (n-1-k+d.K/2+d.Stride)/d.Stride)
	return from, to
}
