package vision_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"mobilemamba/kernels"
	"mobilemamba/vision"
)

// encode returns a file of a picture.
func encode(t *testing.T, write func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pattern is a small picture with a different colour in every corner.
func pattern(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{byte(255 * x / max(w-1, 1)), byte(255 * y / max(h-1, 1)), 40, 255})
		}
	}
	return img
}

// pngHeader is a PNG that claims a size and ends behind its header.
func pngHeader(w, h uint32) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, h), 8, 2, 0, 0, 0)
	binary.Write(&b, binary.BigEndian, uint32(13))
	b.Write(ihdr)
	binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(ihdr))
	return b.Bytes()
}

func TestDecodeFormats(t *testing.T) {
	img := pattern(20, 12)
	deep := image.NewNRGBA64(img.Bounds())
	for y := range 12 {
		for x := range 20 {
			c := img.NRGBAAt(x, y)
			deep.SetNRGBA64(x, y, color.NRGBA64{uint16(c.R)<<8 | 7, uint16(c.G)<<8 | 9, uint16(c.B)<<8 | 11, 0xffff})
		}
	}
	for _, tc := range []struct {
		name  string
		data  []byte
		exact bool
	}{
		{"png", encode(t, func(b *bytes.Buffer) error { return png.Encode(b, img) }), true},
		{"png of 16 bits", encode(t, func(b *bytes.Buffer) error { return png.Encode(b, deep) }), true},
		{"bmp", encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, img) }), true},
		{"tiff", encode(t, func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) }), true},
		{"jpeg", encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 100}) }), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := decode(t, tc.data, vision.DecodeOptions{})
			want := rgb(img)
			if tc.exact && !bytes.Equal(got.Pix, want) {
				t.Error("the pixels differ")
			}
			checkNear(t, "pixels", got.Pix, want, 3)
		})
	}
}

// TestGIFFirstFrame: the first frame of an animation may cover a part of the canvas.
func TestGIFFirstFrame(t *testing.T) {
	palette := color.Palette{color.NRGBA{200, 0, 0, 255}, color.NRGBA{0, 200, 0, 255}}
	first, second := image.NewPaletted(image.Rect(2, 1, 6, 5), palette), image.NewPaletted(image.Rect(0, 0, 8, 6), palette)
	for i := range second.Pix {
		second.Pix[i] = 1
	}
	data := encode(t, func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{
			Image: []*image.Paletted{first, second}, Delay: []int{1, 1},
			Config: image.Config{ColorModel: palette, Width: 8, Height: 6},
		})
	})
	img := decode(t, data, vision.DecodeOptions{})
	if img.W != 8 || img.H != 6 {
		t.Fatalf("%d×%d pixels, want the canvas of 8×6", img.W, img.H)
	}
	for _, p := range []struct {
		x, y int
		want byte
	}{{0, 0, 0}, {2, 1, 200}, {5, 4, 200}, {6, 5, 0}} {
		if got := img.Pix[3*(p.y*8+p.x)]; got != p.want {
			t.Errorf("red at %d,%d is %d, want %d", p.x, p.y, got, p.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	whole := encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, pattern(200, 150), nil) })
	wholePNG := encode(t, func(b *bytes.Buffer) error { return png.Encode(b, pattern(200, 150)) })
	webp, err := os.ReadFile("testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		data []byte
		code vision.Code
		says string
	}{
		{"empty file", nil, vision.NotAnImage, "empty"},
		{"text", []byte("hello, this is not a picture"), vision.NotAnImage, "text file"},
		{"UTF-8 text cut within a letter", []byte(strings.Repeat("ä", 300))[:511], vision.NotAnImage, "text file"},
		{"PDF", []byte("%PDF-1.7 ..."), vision.NotAnImage, "PDF"},
		{"video", []byte("\x00\x00\x00\x20ftypisom...."), vision.NotAnImage, "video"},
		{"AVIF", []byte("\x00\x00\x00\x20ftypavif...."), vision.Unsupported, "AVIF"},
		{"HEIC", []byte("\x00\x00\x00\x20ftypheic...."), vision.Unsupported, "HEIC"},
		{"SVG", []byte("<svg xmlns='x'/>"), vision.Unsupported, "SVG"},
		{"noise", []byte("\x01\x80\xff\xfe\x00\x9c\x12\x00"), vision.Unsupported, "no picture"},
		{"header alone", pngHeader(20, 20), vision.Damaged, "PNG is damaged"},
		{"image bomb", pngHeader(20000, 20000), vision.TooLarge, "20000×20000"},
		{"no width", pngHeader(0, 20), vision.Damaged, "damaged"},
		{"sides that overflow", pngHeader(1<<31-1, 1<<31-1), vision.Damaged, "dimension"},
		{"JPEG cut short", whole[:len(whole)/2], vision.Damaged, "JPEG is damaged or cut short"},
		{"JPEG of two bytes", whole[:2], vision.Damaged, "JPEG"},
		{"PNG cut short", wholePNG[:len(wholePNG)-20], vision.Damaged, "PNG"},
		{"WebP cut short", webp[:len(webp)/2], vision.Damaged, "WebP"},
		{"over 64 MB", make([]byte, vision.MaxBytes+1), vision.TooLarge, "64 MB"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			img, err := vision.Decode(tc.data, vision.DecodeOptions{})
			var e *vision.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, %v; want a refusal", img, err)
			}
			if e.Code != tc.code || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%s: %v; want %s and %q", e.Code, err, tc.code, tc.says)
			}
		})
	}
}

// cmyk is a JPEG of 8×8 pixels in four colours, without the marker that says which.
func cmyk() []byte {
	frame := []byte{0xc0, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0}
	quant := append([]byte{0xdb, 0}, bytes.Repeat([]byte{1}, 64)...)
	codes := append([]byte{1}, make([]byte, 16)...) // one code of one bit, for 0
	huffman := append(append([]byte{0xc4, 0x00}, codes...), append([]byte{0x10}, codes...)...)
	out := segments(frame, quant, huffman, []byte{0xda, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0})
	return append(out, 0, 0xff, 0xd9) // a bit for the mean and one for the rest of each colour's block
}

// What is whole but left to other decoders is not called damaged: a browser may know it.
func TestUnsupported(t *testing.T) {
	asBMP := encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, pattern(20, 12)) })
	asJPEG := encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, pattern(20, 12), nil) })
	frame := bytes.Index(asJPEG, []byte{0xff, 0xc0})
	deep, arithmetic := bytes.Clone(asJPEG), bytes.Clone(asJPEG)
	deep[frame+4], arithmetic[frame+1] = 12, 0xc9
	for _, tc := range []struct {
		name, format string
		data         []byte
	}{
		{"BMP with run lengths", "BMP", setBMP(asBMP, 30, 1)},
		{"BMP of bit fields", "BMP", setBMP(asBMP, 30, 3)},
		{"BMP of 16 bits", "BMP", setBMP(asBMP, 28, 16)},
		{"TIFF for printing", "TIFF", tiffFile(0, nil, [4]uint32{0x100, 4, 1, 4}, [4]uint32{0x101, 4, 1, 2}, [4]uint32{0x102, 3, 1, 8}, [4]uint32{0x106, 3, 1, 5})},
		{"TIFF of a JPEG", "TIFF", grayTIFF(0, 4, 2, []byte("abcdefgh"), 7)},
		{"JPEG of 12 bits", "JPEG", deep},
		{"JPEG in arithmetic coding", "JPEG", arithmetic},
		{"JPEG for printing", "JPEG", cmyk()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := vision.Decode(tc.data, vision.DecodeOptions{})
			var e *vision.Error
			if says := "this " + tc.format + " is of a kind"; !errors.As(err, &e) || e.Code != vision.Unsupported || !strings.HasPrefix(err.Error(), says) {
				t.Errorf("%v; want %s and %q", err, vision.Unsupported, says)
			}
		})
	}
}

// An animated WebP holds its orientation once, beside its frames.
func TestAnimationOrientation(t *testing.T) {
	data := riff(vp8x(1<<1|1<<3, 20, 12), webpChunk("ANMF", append(make([]byte, 16), solid(20, 12)...)),
		webpChunk("EXIF", exifOf(binary.LittleEndian, 6, 0)))
	if img := decode(t, data, asStored); img.W != 20 || img.H != 12 {
		t.Errorf("%d×%d pixels as stored, want 20×12", img.W, img.H)
	}
	if img := decode(t, data, vision.DecodeOptions{}); img.W != 12 || img.H != 20 {
		t.Errorf("%d×%d pixels upright, want 12×20", img.W, img.H)
	}
}

// TestEXIFDamage: damaged EXIF never fails a picture.
func TestEXIFDamage(t *testing.T) {
	plain := encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, pattern(20, 10), nil) })
	good := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	segment := func(body string) []byte {
		out := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
		return append(out, plain[2:]...)
	}
	turned := decode(t, segment(good), vision.DecodeOptions{})
	if turned.W != 10 || turned.H != 20 {
		t.Fatalf("orientation 6 gives %d×%d pixels, want 10×20", turned.W, turned.H)
	}
	for n := range len(good) {
		img := decode(t, segment(good[:n]), vision.DecodeOptions{})
		if img.W*img.H != 200 {
			t.Errorf("EXIF cut to %d bytes: %d×%d pixels", n, img.W, img.H)
		}
	}
	for i := range good {
		for _, v := range []byte{0, 0xff, 0x7f} {
			b := []byte(good)
			b[i] = v
			decode(t, segment(string(b)), vision.DecodeOptions{})
		}
	}
}

func TestSetRGBA(t *testing.T) {
	set, err := kernels.Select("auto")
	if err != nil {
		t.Fatal(err)
	}
	var img vision.Image
	for _, frame := range []struct {
		w, h      int
		pix, want []byte
	}{
		{2, 1, []byte{1, 2, 3, 255, 4, 5, 6, 0}, []byte{1, 2, 3, 4, 5, 6}},
		{1, 1, []byte{7, 8, 9, 255}, []byte{7, 8, 9}},
		{1, 3, []byte{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}, []byte{1, 1, 1, 2, 2, 2, 3, 3, 3}},
	} {
		err := img.SetRGBA(frame.pix, frame.w, frame.h, set)
		if err != nil || img.W != frame.w || img.H != frame.h || !bytes.Equal(img.Pix, frame.want) {
			t.Errorf("%v, %v; want %v", img, err, frame)
		}
	}
	for name, size := range map[string][2]int{"a byte missing": {2, 1}, "no width": {0, 1}, "a negative height": {1, -1}} {
		if err := img.SetRGBA(make([]byte, 7), size[0], size[1], set); err == nil {
			t.Errorf("a frame with %s was taken", name)
		}
	}
	pix := make([]byte, 4*20*10)
	if n := testing.AllocsPerRun(10, func() { _ = img.SetRGBA(pix, 20, 10, set) }); n != 0 {
		t.Errorf("a frame of the same size took memory %v times", n)
	}
}
