package vision_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"mobilemamba/internal/golden"
	"mobilemamba/vision"
)

// picture is an entry of preprocess.json.
type picture struct {
	File          string
	Mode          string `json:"pil_mode"`
	Width, Height int
	SHA256        string `json:"decoded_rgb_sha256"`
	Decoded       string `json:"decoded_png"`
	Expected      []expectation
	Alternatives  map[string]expectation
}

type expectation struct {
	Size       int
	Resized    []int
	CropPNG    string `json:"crop_png"`
	CropSHA256 string `json:"crop_sha256_rgb"`
	Normalized struct {
		Mean, Std []float64
		Samples   []float64
	}
}

func pictures(t *testing.T) map[string]picture {
	var file struct{ Images map[string]picture }
	golden.JSON(t, "preprocess/preprocess.json", &file)
	return file.Images
}

func decode(t *testing.T, data []byte, opt vision.DecodeOptions) *vision.Image {
	t.Helper()
	img, err := vision.Decode(data, opt)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// asStored decodes without turning, as the official pipeline does.
var asStored = vision.DecodeOptions{IgnoreOrientation: true}

func TestPreprocessGolden(t *testing.T) {
	for name, p := range pictures(t) {
		t.Run(name, func(t *testing.T) {
			img := decode(t, golden.Read(t, "preprocess/"+p.File), asStored)
			if img.W != p.Width || img.H != p.Height {
				t.Fatalf("decoded %d×%d, want %d×%d", img.W, img.H, p.Width, p.Height)
			}
			lossless := filepath.Ext(p.File) == ".png"
			switch {
			case p.Mode == "I": // Pillow 9 clips 16-bit gray; its high byte is right
				checkCrop(t, img, p.Alternatives["high_byte"], true)
				return
			case p.Decoded != "":
				checkNear(t, "decoded pixels", img.Pix, pixels(t, p.Decoded), decoderLimit)
				img = decode(t, golden.Read(t, "preprocess/"+p.Decoded), asStored)
				lossless = true
			}
			if lossless && p.SHA256 != "" && hash(img.Pix) != p.SHA256 {
				t.Error("the decoded pixels differ from Pillow's")
			}
			for _, e := range p.Expected {
				checkCrop(t, img, e, lossless)
			}
		})
	}
}

func TestOrientation(t *testing.T) {
	upright := decode(t, golden.Read(t, "preprocess/src/exif_upright.png"), vision.DecodeOptions{})
	for name, p := range pictures(t) {
		e, ok := p.Alternatives["exif_applied"]
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			img := decode(t, golden.Read(t, "preprocess/"+p.File), vision.DecodeOptions{})
			if len(name) == len("exif_1") {
				if img.W != upright.W || img.H != upright.H {
					t.Fatalf("upright it has %d×%d pixels, want %d×%d", img.W, img.H, upright.W, upright.H)
				}
				checkNear(t, "upright", img.Pix, upright.Pix, jpegLimit)
			}
			checkCrop(t, img, e, false)
		})
	}
}

// pixels reads the RGB pixels of a PNG of the reference data with package png alone.
func pixels(t *testing.T, name string) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(golden.Read(t, "preprocess/"+name)))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	out := make([]byte, 0, 3*b.Dx()*b.Dy())
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, _ := img.At(x, y).RGBA()
			out = append(out, byte(r>>8), byte(g>>8), byte(bl>>8))
		}
	}
	return out
}

// Mean differences of pixels, in steps of a byte: between two decoders of a JPEG, which round the inverse
// cosine transform differently, and between a JPEG and what it was made of.
const (
	decoderLimit = 0.5
	jpegLimit    = 1.5
)

// checkNear compares pixels by their mean difference.
func checkNear(t *testing.T, what string, got, want []byte, limit float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d bytes, want %d", what, len(got), len(want))
	}
	var sum, worst int
	for i, v := range got {
		d := int(v) - int(want[i])
		sum += max(d, -d)
		worst = max(worst, d, -d)
	}
	mean := float64(sum) / float64(len(got))
	t.Logf("%s: mean difference %.3f, largest %d", what, mean, worst)
	if mean > limit {
		t.Errorf("%s: mean difference %.3f, limit %v", what, mean, limit)
	}
}

// checkCrop compares the crop and the network input with the expected ones: to the bit where the source is
// lossless.
func checkCrop(t *testing.T, img *vision.Image, e expectation, exact bool) {
	t.Helper()
	p, err := vision.NewPreprocessor(vision.OfficialSteps(e.Size), nil)
	if err != nil {
		t.Fatal(err)
	}
	crop := p.Crop(img)
	if !exact {
		checkNear(t, "crop", crop, pixels(t, e.CropPNG), decoderLimit)
		return
	}
	if hash(crop) != e.CropSHA256 {
		t.Errorf("size %d: the crop differs from Pillow's", e.Size)
		checkNear(t, "crop", crop, pixels(t, e.CropPNG), decoderLimit)
	}
	x := make([]float32, 3*e.Size*e.Size)
	if err := p.Apply(img, x); err != nil {
		t.Fatal(err)
	}
	n, plane := uint64(len(x)), uint64(e.Size*e.Size)
	for j, want := range e.Normalized.Samples {
		i := uint64(j) * 2654435761 % n // in [3, H, W]
		got := float64(x[i%plane*3+i/plane])
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("size %d: normalised value %d is %v, want %v", e.Size, i, got, want)
		}
	}
}

// TestWebP compares with what dwebp makes of files that cwebp wrote; testdata/README.md tells how.
func TestWebP(t *testing.T) {
	for _, name := range []string{"lossy", "lossy_odd", "lossy_alpha", "lossless", "animated"} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + name + ".webp")
			if err != nil {
				t.Fatal(err)
			}
			f, err := os.Open("testdata/" + name + ".png")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			ref, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			want := rgb(ref)
			got := decode(t, data, vision.DecodeOptions{})
			if !bytes.Equal(got.Pix, want) {
				checkNear(t, "pixels", got.Pix, want, decoderLimit)
				t.Error("the pixels differ from libwebp's")
			}
		})
	}
}

// rgb returns the pixels of a picture without its alpha, the colours behind transparent pixels kept.
func rgb(img image.Image) []byte {
	var out []byte
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			switch img := img.(type) {
			case *image.NRGBA:
				c := img.NRGBAAt(x, y)
				out = append(out, c.R, c.G, c.B)
			default:
				r, g, bl, _ := img.At(x, y).RGBA()
				out = append(out, byte(r>>8), byte(g>>8), byte(bl>>8))
			}
		}
	}
	return out
}
