package vision

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"testing"
)

// TestRotate turns the picture
//
//	1 2 3
//	4 5 6
//
// as EXIF defines the eight orientations: where the stored first row and first column are in the upright picture.
func TestRotate(t *testing.T) {
	for o, want := range map[int]struct {
		w      int
		pixels []byte
	}{
		0: {3, []byte{1, 2, 3, 4, 5, 6}}, 1: {3, []byte{1, 2, 3, 4, 5, 6}}, 9: {3, []byte{1, 2, 3, 4, 5, 6}},
		2: {3, []byte{3, 2, 1, 6, 5, 4}}, // top, right
		3: {3, []byte{6, 5, 4, 3, 2, 1}}, // bottom, right
		4: {3, []byte{4, 5, 6, 1, 2, 3}}, // bottom, left
		5: {2, []byte{1, 4, 2, 5, 3, 6}}, // left, top
		6: {2, []byte{4, 1, 5, 2, 6, 3}}, // right, top
		7: {2, []byte{6, 3, 5, 2, 4, 1}}, // right, bottom
		8: {2, []byte{3, 6, 2, 5, 1, 4}}, // left, bottom
	} {
		img := newImage(3, 2)
		for i := range 6 {
			img.Pix[3*i], img.Pix[3*i+1], img.Pix[3*i+2] = byte(i+1), byte(10*(i+1)), byte(20*(i+1))
		}
		got := img.rotate(o)
		var red []byte
		for i := 0; i < len(got.Pix); i += 3 {
			red = append(red, got.Pix[i])
			if got.Pix[i+1] != 10*got.Pix[i] || got.Pix[i+2] != 20*got.Pix[i] {
				t.Errorf("orientation %d takes a pixel apart: %v", o, got.Pix[i:i+3])
			}
		}
		if got.W != want.w || got.W*got.H != 6 || !bytes.Equal(red, want.pixels) {
			t.Errorf("orientation %d: %v, %d×%d, want %v", o, red, got.W, got.H, want.pixels)
		}
	}
}

// TestPaintKinds: every kind of picture that has a way of its own gives what the general way gives, which knows
// colours alone. Only the general way loses the colours behind transparent pixels, and the last bit of 16.
func TestPaintKinds(t *testing.T) {
	r := image.Rect(3, 2, 20, 9)
	palette := make(color.Palette, 200)
	for i := range palette {
		palette[i] = color.NRGBA{byte(i), byte(3 * i), byte(7 * i), byte(255 - i%4)}
	}
	for _, src := range []draw.Image{
		image.NewNRGBA(r), image.NewRGBA(r), image.NewNRGBA64(r), image.NewRGBA64(r), image.NewGray(r), image.NewGray16(r),
		image.NewPaletted(r, palette),
	} {
		for _, alpha := range []uint16{0, 0x8000, 0xfffe, 0xffff} {
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					src.Set(x, y, color.NRGBA64{uint16(9973 * x), uint16(31337 * y), uint16(7919 * x * y), alpha})
				}
			}
			got, want := newImage(18, 12), newImage(18, 12)
			got.paint(src)
			want.paint(struct{ image.Image }{src})
			for i, v := range got.Pix {
				at := src.At(i/3%18, i/54)
				_, _, _, a := at.RGBA()
				if d := int(v) - int(want.Pix[i]); a != 0 && (d < -1 || d > 1 || a == 0xffff && d != 0) {
					t.Fatalf("%T: byte %d of %v is %d, want %d", src, i, at, v, want.Pix[i])
				}
			}
		}
	}
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio410} {
		src := image.NewYCbCr(image.Rect(0, 0, 18, 12), ratio)
		for i := range src.Y {
			src.Y[i] = byte(37 * i)
		}
		for i := range src.Cb {
			src.Cb[i], src.Cr[i] = byte(53*i), byte(91*i)
		}
		got, want := newImage(18, 12), newImage(18, 12)
		got.paint(src)
		want.paint(struct{ image.Image }{src})
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%v: other colours than by the general way", ratio)
		}
	}
}

// BenchmarkRotate turns a photo that a phone took upright, and one that it took upside down.
func BenchmarkRotate(b *testing.B) {
	img := newImage(4000, 3000)
	for _, o := range []struct {
		name string
		exif int
	}{{"quarter", 6}, {"half", 3}} {
		b.Run(o.name, func(b *testing.B) {
			for b.Loop() {
				img.rotate(o.exif)
			}
		})
	}
}
