package ops

// A dense 3×3 convolution of stride 2 with zero padding 1 is a matrix product over patches: row (b, oy, ox) of the
// patches [rows, 9·C] holds the neighbourhood in the order (ky, kx, c).

// Patches gathers the patches of x.
func Patches(t *Team, patches, x Map) {
	ho, wo := patches.H, patches.W
	t.eachChunk(x.B*ho, wo*patches.C, func(from, to int) {
		for i := from; i < to; i++ {
			b, oy := i/ho, i%ho
			for ox := range wo {
				row := patches.Row(i*wo + ox)
				for ky := range 3 {
					dst := row[ky*3*x.C:][:3*x.C]
					iy, ix := 2*oy+ky-1, 2*ox-1
					if iy < 0 || iy >= x.H {
						clear(dst)
						continue
					}
					if ix < 0 {
						clear(dst[:x.C])
						dst, ix = dst[x.C:], 0
					}
					n := min(len(dst), (x.W-ix)*x.C)
					copyFew(dst[:n], x.Data[((b*x.H+iy)*x.W+ix)*x.C:])
					clear(dst[n:])
				}
			}
		}
	})
}

// PatchesGrad is the adjoint of Patches: it adds every value of the patches' gradient up to where it came from.
func PatchesGrad(t *Team, dx, dpatches Map) {
	ho, wo, c := dpatches.H, dpatches.W, dx.C
	t.Run(dx.B, func(b int) {
		image := dx.Images(b, b+1)
		clear(image.Data[:image.Len()])
		for o := range ho * wo {
			oy, ox := o/wo, o%wo
			row := dpatches.Row(b*ho*wo + o)
			for ky := range 3 {
				src := row[ky*3*c:][:3*c]
				iy, ix := 2*oy+ky-1, 2*ox-1
				if iy < 0 || iy >= dx.H {
					continue
				}
				if ix < 0 {
					src, ix = src[c:], 0
				}
				n := min(len(src), (dx.W-ix)*c)
				add(image.Data[(iy*dx.W+ix)*c:][:n], src[:n])
			}
		}
	})
}
