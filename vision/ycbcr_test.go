package vision

import (
	"fmt"
	"image"
	"image/color"
	"testing"
)

// TestPaintYCbCrSizes: at every small size and layout of chroma a smooth picture keeps its colours, and nothing
// is read or written out of bounds.
func TestPaintYCbCrSizes(t *testing.T) {
	ratios := []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	}
	for _, ratio := range ratios {
		for w := 1; w <= 11; w++ {
			for h := 1; h <= 5; h++ {
				for _, webp := range []bool{false, true} {
					if webp && ratio != image.YCbCrSubsampleRatio420 {
						continue
					}
					t.Run(fmt.Sprintf("%v %d×%d webp %v", ratio, w, h, webp), func(t *testing.T) {
						checkFlat(t, image.NewYCbCr(image.Rect(0, 0, w, h), ratio), webp)
					})
				}
			}
		}
	}
}

// checkFlat converts a picture of one colour.
func checkFlat(t *testing.T, src *image.YCbCr, webp bool) {
	const y, cb, cr = 120, 90, 170
	for i := range src.Y {
		src.Y[i] = y
	}
	for i := range src.Cb {
		src.Cb[i], src.Cr[i] = cb, cr
	}
	r, g, b := color.YCbCrToRGB(y, cb, cr)
	if webp {
		r, g, b = studioToRGB(y, cb, cr)
	}
	img := newImage(src.Rect.Dx(), src.Rect.Dy())
	img.paintYCbCr(src, webp)
	for i := 0; i < len(img.Pix); i += 3 {
		if img.Pix[i] != r || img.Pix[i+1] != g || img.Pix[i+2] != b {
			t.Fatalf("pixel %d is %v, want %d %d %d", i/3, img.Pix[i:i+3], r, g, b)
		}
	}
}
