package vision

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats that image.Decode knows are those of the decoders imported here
	"image/jpeg"
	_ "image/png"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// Bounds on a picture.
const (
	MaxBytes  = 64 << 20    // of the file
	MaxPixels = 100_000_000 // of the picture that it claims to hold
)

// formats lists what Decode reads, for people.
const formats = "JPEG, PNG, GIF, WebP, BMP or TIFF"

// DecodeOptions choose how a file becomes a picture.
type DecodeOptions struct {
	// IgnoreOrientation keeps the pixels as they are stored, as the official pipeline does. By default they are
	// turned as the file's EXIF orientation says and as every viewer shows them.
	IgnoreOrientation bool
}

// Decode reads a JPEG, PNG, GIF or WebP (the first frame of an animation), BMP or TIFF. Transparency is dropped
// and colour profiles are ignored, as by the official pipeline; of 16-bit channels the high byte counts.
func Decode(data []byte, opt DecodeOptions) (img *Image, err error) {
	if len(data) > MaxBytes {
		return nil, &Error{Code: TooLarge, Msg: fmt.Sprintf("the file has more than %d MB, the limit for a picture; scale it down first", MaxBytes>>20)}
	}
	file := data
	if still := firstFrame(file); still != nil {
		data = still // without the file's EXIF
	}
	// The decoders are other people's and the file is anybody's: a panic is their way to say that it is damaged.
	var format string
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, damaged(format, fmt.Errorf("%v", r))
		}
	}()
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err == image.ErrFormat {
		return nil, notAnImage(data)
	}
	if err != nil {
		return nil, undecodable(format, err)
	}
	if err := CheckSize(formatName(format), config.Width, config.Height); err != nil {
		return nil, err
	}
	if err := guard(data, format, config.Width, config.Height); err != nil {
		return nil, err
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, undecodable(format, err)
	}
	img = newImage(config.Width, config.Height)
	switch src := src.(type) {
	case *image.YCbCr:
		img.paintYCbCr(src, format == "webp")
	case *image.NYCbCrA:
		img.paintYCbCr(&src.YCbCr, format == "webp")
	default:
		img.paint(src)
	}
	if !opt.IgnoreOrientation {
		img = img.rotate(orientation(file, format))
	}
	return img, nil
}

// CheckSize returns an *Error if a picture, of what format it may be, has no pixels or more than MaxPixels.
func CheckSize(format string, width, height int) error {
	if width < 1 || height < 1 {
		return &Error{Code: Damaged, Msg: fmt.Sprintf("the %s claims a size of %d×%d pixels", format, width, height)}
	}
	if width > MaxPixels/height {
		return &Error{Code: TooLarge, Msg: fmt.Sprintf("the %s has %d×%d pixels; the limit is %d million; scale it down first", format, width, height, MaxPixels/1_000_000)}
	}
	return nil
}

// undecodable tells pictures that the decoders leave to others from damaged ones. That of PNG leaves nothing out: what
// it calls unsupported is damaged.
func undecodable(format string, err error) error {
	var asJPEG jpeg.UnsupportedError
	var asTIFF tiff.UnsupportedError
	if errors.Is(err, bmp.ErrUnsupported) || errors.As(err, &asJPEG) || errors.As(err, &asTIFF) {
		return &Error{Code: Unsupported, Msg: fmt.Sprintf("this %s is of a kind that is not read here; save it as an ordinary JPEG or PNG", formatName(format)), Err: err}
	}
	return damaged(format, err)
}

func damaged(format string, err error) error {
	return &Error{Code: Damaged, Msg: fmt.Sprintf("the %s is damaged or cut short; save or download it again", formatName(format)), Err: err}
}

// formatName is a format as people write it; "" is one that is not known yet.
func formatName(format string) string {
	switch format {
	case "webp":
		return "WebP"
	case "":
		return "picture"
	}
	return strings.ToUpper(format)
}

// kinds tells files that are no picture, or a picture that this package does not decode, by their beginning.
var kinds = []struct {
	offset      int
	magic, name string
	code        Code
}{
	{4, "ftypavif", "an AVIF picture", Unsupported},
	{4, "ftypavis", "an AVIF animation", Unsupported},
	{4, "ftyphei", "a HEIC picture", Unsupported},
	{4, "ftypmif1", "a HEIF picture", Unsupported},
	{0, "\x00\x00\x00\x0cJXL ", "a JPEG XL picture", Unsupported},
	{0, "\xff\x0a", "a JPEG XL picture", Unsupported},
	{0, "\x00\x00\x01\x00", "an icon file", Unsupported},
	{0, "<svg", "an SVG drawing", Unsupported},
	{0, "<?xml", "an XML file", Unsupported},
	{0, "8BPS", "a Photoshop file", NotAnImage},
	{4, "ftyp", "a video", NotAnImage},
	{0, "\x1a\x45\xdf\xa3", "a video", NotAnImage},
	{0, "%PDF", "a PDF document", NotAnImage},
	{0, "PK\x03\x04", "a zip file", NotAnImage},
	{0, "ID3", "a sound", NotAnImage},
}

// notAnImage says what the file seems to be instead.
func notAnImage(data []byte) error {
	if len(data) == 0 {
		return &Error{Code: NotAnImage, Msg: "the file is empty"}
	}
	for _, k := range kinds {
		if len(data) >= k.offset && bytes.HasPrefix(data[k.offset:], []byte(k.magic)) {
			return &Error{Code: k.code, Msg: "this is " + k.name + "; a " + formats + " is needed"}
		}
	}
	head := data[:min(len(data), 512)]
	if text := strings.TrimRight(string(head), "\x80\x81\x82\x83\xc2\xe2"); utf8.ValidString(text) && !strings.ContainsRune(text, 0) {
		return &Error{Code: NotAnImage, Msg: "this is a text file; a " + formats + " is needed"}
	}
	return &Error{Code: Unsupported, Msg: "this is no picture that can be read here; a " + formats + " is needed"}
}
