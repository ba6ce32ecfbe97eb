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

// TestJPEGRow compares colours of all kinds with package color's, the clipped ones among them.
func TestJPEGRow(t *testing.T) {
	const n = 256
	luma, cb, cr, got := make([]byte, n), make([]byte, n), make([]byte, n), make([]byte, 3*n)
	for u := 0; u < 256; u += 5 {
		for v := 0; v < 256; v += 5 {
			for i := range n {
				luma[i], cb[i], cr[i] = byte(i), byte(u), byte(v)
			}
			jpegRow(got, luma, cb, cr)
			for i := range n {
				r, g, b := color.YCbCrToRGB(luma[i], cb[i], cr[i])
				if got[3*i] != r || got[3*i+1] != g || got[3*i+2] != b {
					t.Fatalf("colour %d %d %d is %v, want %d %d %d", i, u, v, got[3*i:][:3], r, g, b)
				}
			}
		}
	}
}

// The closed forms of libjpeg's interpolation, at every width: three parts of the nearer sample, one of the farther.
func TestUpsample(t *testing.T) {
	near, far := []byte{3, 250, 7, 90, 200, 41}, []byte{255, 0, 130, 8, 77, 19}
	for w := 1; w <= 2*len(near); w++ {
		last := (w - 1) / 2
		once, twice := make([]byte, w), make([]byte, w)
		upsample2x1(once, near, nil)
		upsample2x2(twice, near, far)
		for x := range w {
			i, other := x/2, max(0, min(last, x/2-1+x%2*2))
			sum := func(i int) int { return 3*int(near[i]) + int(far[i]) }
			want1, want2 := (3*int(near[i])+int(near[other])+1+x%2)>>2, (3*sum(i)+sum(other)+8-x%2)>>4
			if int(once[x]) != want1 || int(twice[x]) != want2 {
				t.Errorf("width %d: sample %d is %d and %d, want %d and %d", w, x, once[x], twice[x], want1, want2)
			}
		}
	}
}

// BenchmarkPaintYCbCr is the conversion of a photo of twelve megapixels.
func BenchmarkPaintYCbCr(b *testing.B) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420} {
		src := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), ratio)
		for i := range src.Y {
			src.Y[i] = byte(60 + (i/7+i*i>>9)%128) // few colours are clipped, as in a photo
		}
		for i := range src.Cb {
			src.Cb[i], src.Cr[i] = byte(110+i/13%36), byte(146-i/29%36)
		}
		b.Run(ratio.String(), func(b *testing.B) {
			img := newImage(4000, 3000)
			for b.Loop() {
				img.paintYCbCr(src, false)
			}
		})
	}
}
