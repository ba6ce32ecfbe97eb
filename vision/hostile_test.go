package vision_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"mobilemamba/internal/bounds"
	"mobilemamba/vision"
)

// cost is what decoding a file may cost, as the package promises: 256 MB at once, since a WebP of a few bytes may ask for
// tables of 180 and a JPEG of one column is decoded in blocks of 32; 16 bytes for each of the file's; 48 bytes for each
// pixel that the file claims and that was checked, most of which are a progressive JPEG's coefficients in four channels.
// And a second for each megabyte, a tenth of it for each million of pixels.
func cost(data []byte, pixels int) bounds.Limit {
	return bounds.Limit{
		Bytes: 256<<20 + 16*int64(len(data)) + 48*int64(pixels),
		Time:  2*time.Second + time.Duration(len(data))*time.Second>>20 + time.Duration(pixels)*100*time.Nanosecond,
	}
}

// chunk is a PNG's chunk.
func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// splice puts a chunk into a PNG behind its header.
func splice(data []byte, parts ...[]byte) []byte {
	const header = 33
	out := bytes.Clone(data[:header])
	return append(append(out, bytes.Join(parts, nil)...), data[header:]...)
}

// deflated is n zero bytes as zlib packs them.
func deflated(n int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for ; n > 0; n -= len(zeros) {
		w.Write(zeros[:min(n, len(zeros))])
	}
	w.Close()
	return b.Bytes()
}

// segments are a JPEG's markers with their bodies, {marker, body…}.
func segments(parts ...[]byte) []byte {
	out := []byte{0xff, 0xd8}
	for _, p := range parts {
		out = binary.BigEndian.AppendUint16(append(out, 0xff, p[0]), uint16(len(p)+1))
		out = append(out, p[1:]...)
	}
	return out
}

// progressive is a gray JPEG of w×h pixels with n scans over all blocks, each of the fewest bytes that do: runs of
// blocks without coefficients.
func progressive(w, h uint16, n int) []byte {
	frame := binary.BigEndian.AppendUint16([]byte{0xc2, 8}, h)
	frame = append(binary.BigEndian.AppendUint16(frame, w), 1, 1, 0x11, 0)
	quant := append([]byte{0xdb, 0}, bytes.Repeat([]byte{1}, 64)...)
	// One code of one bit: a run of 2^14 blocks and 14 bits more.
	huffman := append([]byte{0xc4, 0x10, 1}, append(make([]byte, 15), 0xe0)...)
	out := segments(frame, quant, huffman)
	blocks := (int(w) + 7) / 8 * ((int(h) + 7) / 8)
	scan := segments([]byte{0xda, 1, 1, 0, 1, 63, 0})[2:]
	for range blocks>>14 + 1 {
		scan = append(scan, 0, 0)
	}
	out = append(out, bytes.Repeat(scan, n)...)
	return append(out, 0xff, 0xd9)
}

// bits are packed as lossless WebP has them, the lowest first: pairs of value and width.
func bits(pairs ...uint32) []byte {
	var out []byte
	n := 0
	for i := 0; i < len(pairs); i += 2 {
		for j := range pairs[i+1] {
			if n%8 == 0 {
				out = append(out, 0)
			}
			out[n/8] |= byte(pairs[i] >> j & 1 << (n % 8))
			n++
		}
	}
	return out
}

// riff is a WebP of the given chunks.
func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func webpChunk(kind string, body []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	out = append(out, body...)
	return append(out, make([]byte, len(body)%2)...)
}

// oneCode is the Huffman codes of a lossless WebP in which every pixel has the given colour and takes no bit.
func oneCode(green, red uint32) []uint32 {
	code := func(symbol uint32) []uint32 { return []uint32{1, 1, 0, 1, 1, 1, symbol, 8} }
	var out []uint32
	for _, symbol := range []uint32{green, red, 10, 255, 0} {
		out = append(out, code(symbol)...)
	}
	return out
}

// solid is a lossless WebP of one colour.
func solid(w, h uint32) []byte {
	head := []uint32{0x2f, 8, w - 1, 14, h - 1, 14, 0, 4, 0, 1, 0, 1, 0, 1}
	return webpChunk("VP8L", bits(append(head, oneCode(200, 100)...)...))
}

// vp8x is the header of an extended WebP.
func vp8x(flags byte, w, h uint32) []byte {
	body := binary.LittleEndian.AppendUint32([]byte{flags, 0, 0, 0}, w-1)[:7]
	return webpChunk("VP8X", binary.LittleEndian.AppendUint32(body, h-1)[:10])
}

// tiffFile is a little-endian TIFF of a directory of {tag, kind, count, value}, with data behind it; the values of
// offsets count from the data. next is the offset of the next directory.
func tiffFile(next uint32, data []byte, entries ...[4]uint32) []byte {
	le := binary.LittleEndian
	out := []byte("II*\x00\x08\x00\x00\x00")
	out = le.AppendUint16(out, uint16(len(entries)))
	base := uint32(len(out) + 12*len(entries) + 4)
	for _, e := range entries {
		out = le.AppendUint16(le.AppendUint16(out, uint16(e[0])), uint16(e[1]))
		out = le.AppendUint32(out, e[2])
		if e[0] == 0x111 || e[0] == 0x144 || e[0] == 0x145 {
			e[3] += base
		}
		out = le.AppendUint32(out, e[3])
	}
	return append(le.AppendUint32(out, next), data...)
}

// grayTIFF is one of w×h gray pixels in a single strip.
func grayTIFF(next, w, h uint32, data []byte, compression uint32) []byte {
	return tiffFile(next, data, [4]uint32{0x100, 4, 1, w}, [4]uint32{0x101, 4, 1, h}, [4]uint32{0x102, 3, 1, 8},
		[4]uint32{0x103, 3, 1, compression}, [4]uint32{0x106, 3, 1, 1}, [4]uint32{0x111, 4, 1, 0}, [4]uint32{0x117, 4, 1, uint32(len(data))})
}

// piecesTIFF is a gray TIFF of one column in n pieces of h rows, tiles of the given width or strips (0), which all begin
// at the same place.
func piecesTIFF(n, w, h, compression uint32, body []byte) []byte {
	le := binary.LittleEndian
	offsets, counts := [4]uint32{0x111, 4, n, 0}, [4]uint32{0x117, 4, n, 4 * n}
	entries := [][4]uint32{{0x100, 4, 1, 1}, {0x101, 4, 1, n * h}, {0x102, 3, 1, 8}, {0x103, 3, 1, compression}, {0x106, 3, 1, 1}}
	base := uint32(8 + 2 + 12*9 + 4)
	if w > 0 {
		offsets[0], counts[0] = 0x144, 0x145
		entries = append(entries, [4]uint32{0x142, 3, 1, w}, [4]uint32{0x143, 3, 1, h}, offsets, counts)
	} else {
		base -= 12
		counts[3] += base // tiffFile does it for those of tiles
		entries = append(entries, offsets, [4]uint32{0x116, 3, 1, h}, counts)
	}
	var data []byte
	for range n {
		data = le.AppendUint32(data, base+8*n)
	}
	for range n {
		data = le.AppendUint32(data, uint32(len(body)))
	}
	return tiffFile(0, append(data, body...), entries...)
}

// setBMP returns a BMP with another number at an offset in the header, such as its width or height.
func setBMP(data []byte, at int, v int32) []byte {
	out := bytes.Clone(data)
	binary.LittleEndian.PutUint32(out[at:], uint32(v))
	return out
}

// Each hostile picture is refused by name or decoded right, within the bounds on time and memory.
func TestHostilePictures(t *testing.T) {
	img := pattern(20, 12)
	asPNG := encode(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })
	asJPEG := encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) })
	asBMP := encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, img) })
	asTIFF := encode(t, func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) })
	onCanvas := func(w, h int) []byte {
		frame := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black, color.White})
		return encode(t, func(b *bytes.Buffer) error {
			return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{ColorModel: frame.Palette, Width: w, Height: h}})
		})
	}
	smallGIF := onCanvas(2, 2)
	frameOf := func(data []byte, w, h uint16) []byte {
		out := bytes.Clone(data)
		at := bytes.IndexByte(out[13+6:], ',') + 13 + 6
		binary.LittleEndian.PutUint16(out[at+5:], w)
		binary.LittleEndian.PutUint16(out[at+7:], h)
		return out
	}
	bomb := deflated(100 << 20)
	deepPNG := pngHeader(4000, 4000)
	deepPNG[24], deepPNG[25] = 16, 6
	deepPNG = append(deepPNG[:29:29], binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(deepPNG[12:29]))...)
	thumbnail := append([]byte{0xe1}, bytes.Repeat([]byte{0xff, 0xda, 0, 2}, 16000)...)
	groups := []uint32{0x2f, 8, 0, 14, 0, 14, 0, 4, 0, 1, 0, 1, 1, 1, 0, 3, 0, 1}
	upright := func(w, h int) func(*vision.Image) bool {
		return func(got *vision.Image) bool { return got.W == w && got.H == h }
	}
	same := func(want *vision.Image) func(*vision.Image) bool {
		return func(got *vision.Image) bool {
			return got.W == want.W && got.H == want.H && bytes.Equal(got.Pix, want.Pix)
		}
	}
	plain := func(data []byte) func(*vision.Image) bool { return same(decode(t, data, vision.DecodeOptions{})) }
	flipped := decode(t, asBMP, vision.DecodeOptions{})
	for y := range flipped.H / 2 {
		a, b := flipped.Pix[3*y*flipped.W:][:3*flipped.W], flipped.Pix[3*(flipped.H-1-y)*flipped.W:][:3*flipped.W]
		for i := range a {
			a[i], b[i] = b[i], a[i]
		}
	}

	for _, c := range []struct {
		name   string
		data   []byte
		pixels int // that it claims and gets
		code   vision.Code
		says   string
		right  func(*vision.Image) bool
	}{
		{"PNG of 100 million pixels in 33 bytes", pngHeader(10000, 10000), 0, vision.TooLarge, "only 33 bytes", nil},
		{"PNG of 16 million deep pixels without any", deepPNG, 16e6, vision.Damaged, "PNG", nil},
		{"PNG with 100 MB behind its pixels", splice(pngHeader(1, 1), chunk("IDAT", bomb), chunk("IEND", nil)), 1, vision.Damaged, "PNG", nil},
		{"PNG with 100 MB of packed text", splice(asPNG, chunk("zTXt", append([]byte("Comment\x00\x00"), bomb...))), 240, "", "", plain(asPNG)},
		{"PNG with 100 MB of packed profile", splice(asPNG, chunk("iCCP", append([]byte("icc\x00\x00"), bomb...))), 240, "", "", plain(asPNG)},
		{"PNG with a chunk of 4 GB", append(bytes.Clone(asPNG[:33]), 0xff, 0xff, 0xff, 0xff, 'z', 'T', 'X', 't'), 240, vision.Damaged, "PNG", nil},

		{"PNG of 100,000 empty chunks", splice(asPNG, bytes.Repeat(chunk("abCd", nil), 100_000)), 240, vision.Damaged, "chunks", nil},
		{"PNG of 10,000 empty chunks", splice(asPNG, bytes.Repeat(chunk("abCd", nil), 10_000)), 240, "", "", plain(asPNG)},

		{"JPEG of 65535×65535", progressive(65535, 65535, 1), 0, vision.TooLarge, "65535×65535", nil},
		{"JPEG of 80 million pixels in a few bytes", progressive(10000, 8000, 1), 0, vision.TooLarge, "only", nil},
		{"JPEG of 100 scans", progressive(64, 64, 100), 4096, "", "", upright(64, 64)},
		{"JPEG of 5000 scans", progressive(64, 64, 5000), 0, vision.Damaged, "5000 times over", nil},
		{"JPEG of 21 scans over 16 million pixels", progressive(4096, 4096, 24), 0, vision.Damaged, "24 times over", nil},
		{"JPEG of 20 scans over 16 million pixels", progressive(4096, 4096, 20), 1 << 24, "", "", upright(4096, 4096)},
		{"JPEG with scans in its thumbnail", append(segments(thumbnail), asJPEG[2:]...), 240, "", "", plain(asJPEG)},
		{"JPEG without height", progressive(64, 0, 1), 0, vision.Damaged, "JPEG", nil},
		{"JPEG with a segment shorter than its length", []byte{0xff, 0xd8, 0xff, 0xe1, 0, 0, 0xff, 0xda}, 0, vision.Damaged, "JPEG", nil},

		{"GIF of 65535×65535", onCanvas(65535, 65535), 0, vision.TooLarge, "65535×65535", nil},
		{"GIF of 100 million pixels around one", onCanvas(10000, 10000), 0, vision.TooLarge, "in a file of only", nil},
		{"GIF with a frame beyond its canvas", frameOf(smallGIF, 60000, 60000), 4, vision.Damaged, "frame bounds", nil},
		{"GIF with a larger frame than data", frameOf(onCanvas(4000, 4000), 4000, 4000), 16e6, vision.Damaged, "GIF", nil},
		{"GIF with a frame of no size", frameOf(smallGIF, 0, 0), 4, vision.Damaged, "GIF", nil},

		{"BMP from the top", setBMP(asBMP, 22, -12), 240, "", "", same(flipped)},
		{"BMP of -2^31 rows", setBMP(asBMP, 22, -1<<31), 0, vision.TooLarge, "", nil},
		{"BMP of negative width", setBMP(asBMP, 18, -20), 0, vision.Unsupported, "BMP", nil},
		{"BMP of 20 million rows", setBMP(setBMP(asBMP, 22, 20e6), 18, 1), 0, vision.TooLarge, "only", nil},
		{"BMP of 2^31 columns", setBMP(asBMP, 18, 1<<31-1), 0, vision.TooLarge, "", nil},

		{"TIFF whose directories go in circles", grayTIFF(8, 4, 2, []byte("abcdefgh"), 1), 8, "", "", plain(grayTIFF(0, 4, 2, []byte("abcdefgh"), 1))},
		{"TIFF of 4 billion columns", grayTIFF(0, 1<<32-1, 1<<32-1, nil, 1), 0, vision.Damaged, "TIFF", nil},
		{"TIFF of 80 million pixels", grayTIFF(0, 10000, 8000, nil, 1), 0, vision.TooLarge, "only", nil},
		{"TIFF with 100 MB in a strip of 8 pixels", grayTIFF(0, 4, 2, bomb, 8), 8, "", "", upright(4, 2)},
		{"TIFF of 2^20 tiles", tiffFile(0, nil, [4]uint32{0x100, 4, 1, 8192}, [4]uint32{0x101, 4, 1, 8192}, [4]uint32{0x102, 3, 1, 8},
			[4]uint32{0x106, 3, 1, 1}, [4]uint32{0x142, 3, 1, 8}, [4]uint32{0x143, 3, 1, 8}, [4]uint32{0x144, 4, 1 << 20, 0}, [4]uint32{0x145, 4, 1 << 20, 0}), 0, vision.TooLarge, "only", nil},
		{"TIFF of 2^20 tiles over fewer pixels", tiffFile(0, make([]byte, 9<<20), [4]uint32{0x100, 4, 1, 4096}, [4]uint32{0x101, 4, 1, 4096}, [4]uint32{0x102, 3, 1, 8},
			[4]uint32{0x106, 3, 1, 1}, [4]uint32{0x142, 3, 1, 8}, [4]uint32{0x143, 3, 1, 8}, [4]uint32{0x144, 4, 1 << 20, 0}, [4]uint32{0x145, 4, 1 << 20, 4 << 20}), 0, vision.Damaged, "pieces", nil},
		{"TIFF of tiles far larger than it", piecesTIFF(2048, 1024, 1024, 8, deflated(8<<20)), 0, vision.Damaged, "tiles of", nil},
		{"TIFF of packed tiles far larger than it", piecesTIFF(512, 1024, 1024, 32773, bytes.Repeat([]byte{0x81, 0}, 1<<16)), 0, vision.Damaged, "tiles of", nil},
		{"TIFF of tiles over one another", piecesTIFF(1024, 16, 16, 8, deflated(1<<20)), 0, vision.Damaged, "overlap", nil},
		{"TIFF of tiles over one another, of a byte each", piecesTIFF(64, 16, 16, 1, make([]byte, 256)), 0, vision.Damaged, "overlap", nil},
		{"TIFF in strips of a pixel", piecesTIFF(1<<16, 0, 1, 8, deflated(1)), 0, vision.Damaged, "pieces", nil},
		{"TIFF of 33 MB packed for a pixel", grayTIFF(0, 1, 1, bytes.Repeat([]byte{0x81, 0}, 1<<18), 32773), 0, vision.Damaged, "unpacks to", nil},
		{"TIFF of 33 MB packed for a pixel, by the first of two compressions", tiffFile(0, append([]byte{5, 0x80, 0, 0, 1, 0, 0, 0}, bytes.Repeat([]byte{0x81, 0}, 1<<18)...),
			[4]uint32{0x100, 4, 1, 1}, [4]uint32{0x101, 4, 1, 1}, [4]uint32{0x102, 3, 1, 8}, [4]uint32{0x103, 4, 2, 98}, [4]uint32{0x106, 3, 1, 1},
			[4]uint32{0x111, 4, 1, 8}, [4]uint32{0x117, 4, 1, 1 << 19}), 0, vision.Damaged, "unpacks to", nil},
		{"TIFF packed as it should be", grayTIFF(0, 4, 2, []byte{0xfd, 'a', 3, 'b', 'c', 'd', 'e'}, 32773), 8, "", "", plain(grayTIFF(0, 4, 2, []byte("aaaabcde"), 1))},
		{"TIFF with its directory past the end", append([]byte("II*\x00\xff\xff\xff\xff"), asTIFF[8:]...), 0, vision.Damaged, "TIFF", nil},

		{"WebP of 16384×16384", riff(solid(16384, 16384)), 0, vision.TooLarge, "16384×16384", nil},
		{"WebP of 80 million pixels of one colour", riff(solid(10000, 8000)), 0, vision.TooLarge, "only", nil},
		{"WebP of 16 million pixels of one colour", riff(solid(4096, 4096)), 1 << 24, "", "", upright(4096, 4096)},
		{"WebP with a larger picture than its canvas", riff(vp8x(0, 1, 1), solid(16384, 16384)), 1, vision.Damaged, "WebP", nil},
		{"WebP with a canvas of 2^48 pixels", riff(vp8x(0, 1<<24, 1<<24), solid(1, 1)), 0, vision.Damaged, "WebP", nil},
		{"WebP with 65536 groups of codes", riff(webpChunk("VP8L", bits(append(groups, oneCode(255, 255)...)...))), 1, vision.Damaged, "WebP", nil},
		{"animated WebP with a frame of no size", riff(vp8x(2, 8, 8), webpChunk("ANMF", make([]byte, 16))), 0, vision.Unsupported, "", nil},
		{"animated WebP with a larger picture than its frame", riff(vp8x(2, 8, 8), webpChunk("ANMF", append(make([]byte, 16), solid(16384, 16384)...))), 0, vision.TooLarge, "16384×16384", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got *vision.Image
			var err error
			bounds.Check(t, "decoding", cost(c.data, c.pixels), func() { got, err = vision.Decode(c.data, vision.DecodeOptions{}) })
			if c.right != nil {
				if err != nil || !c.right(got) {
					t.Fatalf("not decoded right: %v", err)
				}
				return
			}
			var e *vision.Error
			if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want a refusal as %s that says %q", err, c.code, c.says)
			}
		})
	}
}
