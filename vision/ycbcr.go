package vision

import (
	"image"
	"image/color"
)

// paintYCbCr converts a JPEG or a lossy WebP as the libraries do that Pillow and the browsers use. Chroma of
// half the resolution is interpolated, where package image would repeat it and blur every edge of colour by a
// pixel; and the luma of a WebP spans 16 to 235, which package image takes for 0 to 255.
func (img *Image) paintYCbCr(src *image.YCbCr, webp bool) {
	w, h := img.W, img.H
	upsample, rgb := jpegUpsamplers[src.SubsampleRatio], color.YCbCrToRGB
	rows := (h + 1) / 2
	if webp {
		upsample, rgb = upsampleWebP, studioToRGB
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
		dst := img.Pix[3*y*w:][:3*w]
		for x, v := range src.Y[y*src.YStride:][:w] {
			dst[3*x], dst[3*x+1], dst[3*x+2] = rgb(v, cb[x], cr[x])
		}
	}
}

// jpegUpsamplers fill a row of chroma from the nearest row of samples and the one behind it.
var jpegUpsamplers = map[image.YCbCrSubsampleRatio]func(dst, near, far []byte){
	image.YCbCrSubsampleRatio444: func(dst, near, _ []byte) { copy(dst, near) },
	image.YCbCrSubsampleRatio422: upsample2x1,
	image.YCbCrSubsampleRatio420: upsample2x2,
}

// upsample2x1 doubles the width: three quarters of the nearer sample, one of the farther (libjpeg's h2v1).
func upsample2x1(dst, in, _ []byte) {
	for x := range dst {
		i := x / 2
		at, other, round := int(in[i]), i+1, 2
		if x%2 == 0 {
			other, round = i-1, 1
		}
		if other < 0 || other > (len(dst)-1)/2 {
			dst[x] = byte(at)
			continue
		}
		dst[x] = byte((3*at + int(in[other]) + round) >> 2)
	}
}

// upsample2x2 doubles both sides (libjpeg's h2v2): the nearer row counts three times, then as in upsample2x1.
func upsample2x2(dst, near, far []byte) {
	last := (len(dst) - 1) / 2
	sum := func(i int) int { return 3*int(near[i]) + int(far[i]) }
	before, here := sum(0), sum(0)
	for i := 0; i <= last; i++ {
		after := here
		if i < last {
			after = sum(i + 1)
		}
		dst[2*i] = byte((3*here + before + 8) >> 4)
		if 2*i+1 < len(dst) {
			dst[2*i+1] = byte((3*here + after + 7) >> 4)
		}
		before, here = here, after
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
