package vision

import "image"

// paintYCbCr converts a JPEG or a lossy WebP as the libraries do that Pillow and the browsers use. Chroma of
// half the resolution is interpolated, where package image would repeat it and blur every edge of colour by a
// pixel; and the luma of a WebP spans 16 to 235, which package image takes for 0 to 255.
func (img *Image) paintYCbCr(src *image.YCbCr, webp bool) {
	w, h := img.W, img.H
	upsample, convert := jpegUpsamplers[src.SubsampleRatio], jpegRow
	rows := (h + 1) / 2
	if webp {
		upsample, convert = upsampleWebP, webpRow
	} else if src.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		rows = h
	}
	b := src.Bounds()
	if upsample == nil || b.Dx() < w || b.Dy() < h || b.Min != (image.Point{}) || (!webp && w < 5) {
		img.paint(src) // a rare layout, or a picture too narrow for libjpeg's interpolation
		return
	}
	cb, cr := make([]byte, w+1), make([]byte, w+1)
	for y := range h {
		near, far := y, y
		if rows != h {
			near = y / 2
			far = max(0, min(near-1+2*(y&1), rows-1))
		}
		n, f := near*src.CStride, far*src.CStride
		upsample(cb[:w], src.Cb[n:], src.Cb[f:])
		upsample(cr[:w], src.Cr[n:], src.Cr[f:])
		convert(img.Pix[3*y*w:][:3*w], src.Y[y*src.YStride:][:w], cb, cr)
	}
}

// jpegRow converts a row of pixels as color.YCbCrToRGB does, which is not inlined.
func jpegRow(dst, luma, cb, cr []byte) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, j := 0, 0; x < len(luma) && j < len(dst)-2; x, j = x+1, j+3 {
		y, u, v := int(luma[x])*0x10101, int(cb[x])-128, int(cr[x])-128
		r, g, b := y+91881*v, y-22554*u-46802*v, y+116130*u
		const over = ^(1<<24 - 1) // bits of what is negative or above 255, which is rare
		if (r|g|b)&over != 0 {
			r, g, b = max(0, min(1<<24-1, r)), max(0, min(1<<24-1, g)), max(0, min(1<<24-1, b))
		}
		dst[j], dst[j+1], dst[j+2] = byte(r>>16), byte(g>>16), byte(b>>16)
	}
}

// webpRow converts a row of pixels as libwebp does.
func webpRow(dst, luma, cb, cr []byte) {
	for x, y := range luma {
		dst[3*x], dst[3*x+1], dst[3*x+2] = studioToRGB(y, cb[x], cr[x])
	}
}

// jpegUpsamplers fill a row of chroma from the nearest row of samples and the one behind it.
var jpegUpsamplers = map[image.YCbCrSubsampleRatio]func(dst, near, far []byte){
	image.YCbCrSubsampleRatio444: func(dst, near, _ []byte) { copy(dst, near) },
	image.YCbCrSubsampleRatio422: upsample2x1,
	image.YCbCrSubsampleRatio420: upsample2x2,
}

// upsample2x1 doubles the width: three quarters of the nearer sample, one of the farther (libjpeg's h2v1). Beyond the
// ends the last sample counts as its own neighbour.
func upsample2x1(dst, in, _ []byte) {
	in = in[:(len(dst)+1)/2]
	before, here := int(in[0]), int(in[0])
	i, x := 1, 0
	for ; i < len(in) && x < len(dst)-1; i, x = i+1, x+2 {
		after := int(in[i])
		dst[x], dst[x+1] = byte((3*here+before+1)>>2), byte((3*here+after+2)>>2)
		before, here = here, after
	}
	dst[x] = byte((3*here + before + 1) >> 2)
	if x+1 < len(dst) {
		dst[x+1] = byte(here)
	}
}

// upsample2x2 doubles both sides (libjpeg's h2v2): the nearer row counts three times, then as in upsample2x1.
func upsample2x2(dst, near, far []byte) {
	near = near[:(len(dst)+1)/2]
	far = far[:len(near)]
	here := 3*int(near[0]) + int(far[0])
	before := here
	i, x := 1, 0
	for ; i < len(near) && x < len(dst)-1; i, x = i+1, x+2 {
		after := 3*int(near[i]) + int(far[i])
		dst[x], dst[x+1] = byte((3*here+before+8)>>4), byte((3*here+after+7)>>4)
		before, here = here, after
	}
	dst[x] = byte((3*here + before + 8) >> 4)
	if x+1 < len(dst) {
		dst[x+1] = byte((4*here + 7) >> 4)
	}
}

// upsampleWebP doubles both sides as libwebp does: weights 9, 3, 3 and 1 of the four samples around a pixel.
func upsampleWebP(dst, near, far []byte) {
	edge := func(i int) byte { return byte((3*int(near[i]) + int(far[i]) + 2) >> 2) }
	dst[0] = edge(0)
	last := (len(dst) - 1) / 2
	for i := 1; i <= last; i++ {
		n0, n1, f0, f1 := int(near[i-1]), int(near[i]), int(far[i-1]), int(far[i])
		all := n0 + n1 + f0 + f1 + 8
		dst[2*i-1] = byte(((all+2*(n1+f0))>>3 + n0) >> 1)
		dst[2*i] = byte(((all+2*(n0+f1))>>3 + n1) >> 1)
	}
	if len(dst)%2 == 0 {
		dst[len(dst)-1] = edge(last)
	}
}

// studioToRGB converts a colour of BT.601 with luma from 16 to 235, in libwebp's fixed point.
func studioToRGB(y, cb, cr byte) (r, g, b byte) {
	luma := int(y) * 19077 >> 8
	u, v := int(cb), int(cr)
	clip := func(v int) byte { return byte(max(0, min(255, v>>6))) }
	return clip(luma + v*26149>>8 - 14234),
		clip(luma - u*6419>>8 - v*13320>>8 + 8708),
		clip(luma + u*33050>>8 - 17685)
}
