package vision_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"testing"

	"mobilemamba/kernels"
	"mobilemamba/vision"
)

// The two kinds of picture that the page sees: a frame of its camera and a photo of twelve megapixels.
var benchPictures = []struct {
	name string
	w, h int
}{{"camera", 640, 480}, {"photo", 4000, 3000}}

func BenchmarkApply(b *testing.B) {
	for _, pic := range benchPictures {
		img := noise(pic.w, pic.h)
		for _, size := range []int{56, 192} { // short sides of 64 and 219
			for _, set := range kernels.Variants() {
				b.Run(fmt.Sprintf("%s/%d/%s", pic.name, size, set.Name), func(b *testing.B) {
					p, err := vision.NewPreprocessor(vision.OfficialSteps(size), &set)
					if err != nil {
						b.Fatal(err)
					}
					x := make([]float32, 3*size*size)
					p.Apply(img, x)
					b.ReportAllocs()
					for b.Loop() {
						p.Apply(img, x)
					}
				})
			}
		}
	}
}

func BenchmarkSetRGBA(b *testing.B) {
	for _, pic := range benchPictures {
		b.Run(pic.name, func(b *testing.B) {
			pix := make([]byte, 4*pic.w*pic.h)
			var img vision.Image
			set, err := kernels.Select("auto")
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := img.SetRGBA(pix, pic.w, pic.h, set); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecode is of a JPEG with chroma of half the resolution, as cameras write it.
func BenchmarkDecode(b *testing.B) {
	pic := benchPictures[1]
	src := image.NewYCbCr(image.Rect(0, 0, pic.w, pic.h), image.YCbCrSubsampleRatio420)
	for i := range src.Y {
		src.Y[i] = byte(60 + (i/7+i*i>>9)%128) // few colours are clipped, as in a photo
	}
	for i := range src.Cb {
		src.Cb[i], src.Cr[i] = byte(110+i/13%36), byte(146-i/29%36)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, src, &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	b.Run("package image", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(file.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("photo", func(b *testing.B) {
		for b.Loop() {
			if _, err := vision.Decode(file.Bytes(), vision.DecodeOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
