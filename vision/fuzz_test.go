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
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"mobilemamba/internal/bounds"
	"mobilemamba/vision"
)

// seeds are small pictures in every format and in the ways that each can be packed.
func seeds(f *testing.F) map[string][]byte {
	f.Helper()
	img := pattern(20, 12)
	gray, deep, cut := image.NewGray(img.Rect), image.NewNRGBA64(img.Rect), image.NewPaletted(img.Rect, color.Palette{color.Black, color.White, color.Transparent})
	for i := range gray.Pix {
		gray.Pix[i], cut.Pix[i] = byte(i), byte(i%3)
		img.Pix[4*i+3] = byte(255 - i%5)
	}
	for i := range deep.Pix {
		deep.Pix[i] = byte(i * 31)
	}
	files := map[string][]byte{
		"progressive JPEG": progressive(20, 12, 3), "lossless WebP": riff(solid(20, 12)), "empty TIFF": grayTIFF(0, 4, 2, []byte("abcdefgh"), 1),
	}
	add := func(name string, write func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			f.Fatal(err)
		}
		files[name] = b.Bytes()
	}
	for name, src := range map[string]image.Image{"colour": img, "gray": gray, "deep": deep, "paletted": cut} {
		add(name+" PNG", func(b *bytes.Buffer) error { return png.Encode(b, src) })
		add(name+" JPEG", func(b *bytes.Buffer) error { return jpeg.Encode(b, src, nil) })
		add(name+" GIF", func(b *bytes.Buffer) error { return gif.Encode(b, src, nil) })
		for _, c := range []tiff.CompressionType{tiff.Uncompressed, tiff.Deflate} {
			add(name+" TIFF", func(b *bytes.Buffer) error {
				return tiff.Encode(b, src, &tiff.Options{Compression: c, Predictor: c == tiff.Deflate && name != "paletted"})
			})
		}
		if name != "deep" {
			add(name+" BMP", func(b *bytes.Buffer) error { return bmp.Encode(b, src) })
		}
	}
	for _, name := range []string{"lossy", "lossy_alpha", "lossless", "animated"} {
		data, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 8<<10 {
			files[name+" WebP"] = data
		}
	}
	return files
}

// repaired returns a PNG with the checksums that its chunks should have, so that what was changed in them is read.
func repaired(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")) {
		return data
	}
	out := bytes.Clone(data)
	for rest := out[8:]; len(rest) >= 12; {
		n := int64(binary.BigEndian.Uint32(rest))
		if n > int64(len(rest))-12 {
			break
		}
		binary.BigEndian.PutUint32(rest[8+n:], crc32.ChecksumIEEE(rest[4:8+n]))
		rest = rest[12+n:]
	}
	return out
}

// FuzzDecode: a damaged picture of any format is refused by name or decoded, within 256 MB and 16 bytes for each of its
// own and 48 for each pixel, and as stored it has the same pixels as upright, only elsewhere.
func FuzzDecode(f *testing.F) {
	for _, data := range seeds(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = repaired(data)
		var upright, stored *vision.Image
		var err error
		pixels := 0
		if config, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && config.Width <= vision.MaxPixels && config.Height <= vision.MaxPixels {
			pixels = min(config.Width*config.Height, vision.MaxPixels) // what a refused picture may have cost
		}
		bounds.Check(t, "decoding", cost(data, pixels), func() { upright, err = vision.Decode(data, vision.DecodeOptions{}) })
		if err != nil {
			var e *vision.Error
			if !errors.As(err, &e) || e.Code == "" || len(err.Error()) > 400 {
				t.Fatalf("%v is no refusal for people", err)
			}
			return
		}
		if upright.W < 1 || upright.H < 1 || len(upright.Pix) != 3*upright.W*upright.H || upright.W*upright.H > vision.MaxPixels {
			t.Fatalf("%d×%d pixels in %d bytes", upright.W, upright.H, len(upright.Pix))
		}
		if stored, err = vision.Decode(data, asStored); err != nil {
			t.Fatalf("as stored it is refused: %v", err)
		}
		if stored.W*stored.H != upright.W*upright.H || stored.W != upright.W && stored.W != upright.H || count(stored.Pix) != count(upright.Pix) {
			t.Errorf("%d×%d pixels as stored, other %d×%d upright", stored.W, stored.H, upright.W, upright.H)
		}
	})
}

// count adds up the pixels, each spread so that a byte that moves between them shows.
func count(pix []byte) (sum uint64) {
	for i := 0; i+3 <= len(pix); i += 3 {
		sum += (uint64(pix[i])<<16 | uint64(pix[i+1])<<8 | uint64(pix[i+2]) + 1) * 0x9e3779b97f4a7c15 >> 7
	}
	return sum
}

// exifOf is a TIFF structure with an orientation behind other entries.
func exifOf(order binary.AppendByteOrder, orientation uint16, before int) []byte {
	out := []byte("II*\x00")
	if order == binary.BigEndian {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint16(order.AppendUint32(out, 8), uint16(before+1))
	for i := range before {
		out = order.AppendUint16(order.AppendUint16(out, uint16(i)), 1)
		out = order.AppendUint32(order.AppendUint32(out, 1), 0)
	}
	out = order.AppendUint16(order.AppendUint16(out, 0x112), 3)
	out = order.AppendUint16(order.AppendUint32(out, 1), orientation)
	return order.AppendUint32(order.AppendUint16(out, 0), 8) // its next directory is itself
}

// withMetadata puts notes of any bytes and an orientation into a picture where its format has a place for them.
func withMetadata(format string, data, notes, exif []byte) []byte {
	notes = notes[:min(len(notes), 60000)]
	switch format {
	case "jpeg":
		extra := segments(append([]byte{0xfe}, notes...), append([]byte{0xe2}, notes...), append([]byte("\xe1Exif\x00\x00"), exif...))
		return append(append(extra, 0xff, 0xff), data[2:]...) // fill bytes before the next marker
	case "png":
		return splice(data, chunk("zzZz", notes), chunk("eXIf", exif), chunk("zTXt", notes))
	case "webp": // of 20×12 pixels
		return riff(vp8x(1<<3, 20, 12), webpChunk("ICCP", notes), solid(20, 12), webpChunk("EXIF", exif), webpChunk("XMP ", notes))
	case "gif": // behind its header and palette of 256
		at := 13 + 3*256
		out := append(bytes.Clone(data[:at]), 0x21, 0xfe)
		for ; len(notes) > 0; notes = notes[min(255, len(notes)):] {
			out = append(append(out, byte(min(255, len(notes)))), notes[:min(255, len(notes))]...)
		}
		return append(append(out, 0), data[at:]...)
	}
	return append(bytes.Clone(data), notes...)
}

// FuzzMetadata: a picture with notes of any bytes in the places that its format has for them, and with any orientation,
// decodes to the same pixels, turned as the orientation says.
func FuzzMetadata(f *testing.F) {
	img := pattern(20, 12)
	pictures := map[string][]byte{"webp": riff(solid(20, 12))}
	for format, write := range map[string]func(*bytes.Buffer) error{
		"jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) },
		"png":  func(b *bytes.Buffer) error { return png.Encode(b, img) },
		"gif":  func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) },
		"bmp":  func(b *bytes.Buffer) error { return bmp.Encode(b, img) },
		"tiff": func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			f.Fatal(err)
		}
		pictures[format] = b.Bytes()
	}
	formats := []string{"jpeg", "png", "webp", "gif", "bmp", "tiff"}
	for i := range formats {
		f.Add(uint8(i), uint16(i+1), uint8(i), i%2 == 0, []byte("a note\xff\xda\xff\xd9 with markers"))
	}
	f.Add(uint8(0), uint16(6), uint8(3), true, bytes.Repeat([]byte{0xff}, 300))
	f.Add(uint8(1), uint16(8), uint8(0), false, append([]byte("Comment\x00\x00"), deflated(1000)...))
	f.Fuzz(func(t *testing.T, kind uint8, orientation uint16, before uint8, big bool, notes []byte) {
		format := formats[int(kind)%len(formats)]
		var order binary.AppendByteOrder = binary.LittleEndian
		if big {
			order = binary.BigEndian
		}
		data := withMetadata(format, pictures[format], notes, exifOf(order, orientation, int(before)))
		plain, stored, upright := decode(t, pictures[format], asStored), decode(t, data, asStored), decode(t, data, vision.DecodeOptions{})
		if !bytes.Equal(stored.Pix, plain.Pix) {
			t.Fatalf("%s: other pixels than without notes", format)
		}
		if format == "gif" || format == "bmp" || format == "tiff" || orientation < 1 || orientation > 8 {
			orientation = 1
		}
		if w, h := turned(plain, int(orientation)); upright.W != w || upright.H != h {
			t.Fatalf("%s: orientation %d gives %d×%d pixels", format, orientation, upright.W, upright.H)
		}
		for y := range plain.H {
			for x := range plain.W {
				ux, uy := moved(plain, int(orientation), x, y)
				if got, want := upright.Pix[3*(uy*upright.W+ux):][:3], plain.Pix[3*(y*plain.W+x):][:3]; !bytes.Equal(got, want) {
					t.Fatalf("%s: orientation %d: pixel %d,%d went elsewhere than to %d,%d", format, orientation, x, y, ux, uy)
				}
			}
		}
	})
}

// turned is the size of an upright picture.
func turned(img *vision.Image, orientation int) (w, h int) {
	if orientation >= 5 {
		return img.H, img.W
	}
	return img.W, img.H
}

// moved is where a stored pixel is in the upright picture, from what EXIF says of the eight orientations: which sides of
// the upright picture the stored first row and first column are.
func moved(img *vision.Image, orientation, x, y int) (int, int) {
	right, bottom := img.W-1-x, img.H-1-y
	switch orientation {
	case 2: // top, right
		return right, y
	case 3: // bottom, right
		return right, bottom
	case 4: // bottom, left
		return x, bottom
	case 5: // left, top
		return y, x
	case 6: // right, top
		return bottom, x
	case 7: // right, bottom
		return bottom, right
	case 8: // left, bottom
		return y, right
	}
	return x, y
}
