package vision

import (
	"bytes"
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
