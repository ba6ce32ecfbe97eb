// Package vision turns pictures into the network's input and its output into an answer: decoding with EXIF
// orientation, the antialiased bicubic resize of Pillow bit for bit, centre crop, normalisation, softmax and
// top-k.
//
// Pictures are not trusted. Their header is read before their pixels, and Decode refuses what is too large
// before memory is taken for it. Errors about a picture are *Error and say what to do; those about steps of
// preprocessing name the step.
package vision

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"slices"

	"mobilemamba/kernels"
)

// Image is a picture of 8-bit RGB pixels, [H, W, 3] row-major.
type Image struct {
	W, H int
	Pix  []byte
}

// SetRGBA copies pixels [h, w, 4], such as a frame of a camera, with the set's kernel; alpha is dropped. It takes memory
// only if the image has too little of its own from the frame before.
func (img *Image) SetRGBA(pix []byte, w, h int, set *kernels.Set) error {
	if w < 1 || h < 1 || w > MaxPixels/h || len(pix) != 4*w*h {
		return &Error{Code: Damaged, Msg: fmt.Sprintf("%d bytes are no RGBA picture of %d×%d pixels", len(pix), w, h)}
	}
	img.W, img.H = w, h
	img.Pix = slices.Grow(img.Pix[:0], 3*w*h)[:3*w*h]
	set.DropAlpha(img.Pix, pix)
	return nil
}

func newImage(w, h int) *Image { return &Image{W: w, H: h, Pix: make([]byte, 3*w*h)} }

// paint copies src to img at its own bounds, which may lie anywhere; what falls outside of img is dropped. Like
// Pillow's convert("RGB"), it drops alpha and shows the colour behind it.
func (img *Image) paint(src image.Image) {
	b := src.Bounds().Intersect(image.Rect(0, 0, img.W, img.H))
	if b.Empty() {
		return
	}
	palette := rgbPalette(src)
	row := func(y int) []byte { return img.Pix[3*(y*img.W+b.Min.X):][:3*b.Dx()] }
	for y := b.Min.Y; y < b.Max.Y; y++ {
		dst := row(y)
		switch src := src.(type) {
		case *image.NRGBA:
			kernels.DropAlpha(dst, src.Pix[src.PixOffset(b.Min.X, y):][:4*b.Dx()])
		case *image.RGBA:
			rgbaRow(dst, src.Pix[src.PixOffset(b.Min.X, y):][:4*b.Dx()])
		case *image.NRGBA64:
			highBytes(dst, src.Pix[src.PixOffset(b.Min.X, y):][:8*b.Dx()])
		case *image.RGBA64:
			rgba64Row(dst, src.Pix[src.PixOffset(b.Min.X, y):][:8*b.Dx()])
		case *image.Gray16:
			for i := range b.Dx() {
				v := src.Pix[src.PixOffset(b.Min.X+i, y)]
				dst[3*i], dst[3*i+1], dst[3*i+2] = v, v, v
			}
		case *image.Gray:
			for i, v := range src.Pix[src.PixOffset(b.Min.X, y):][:b.Dx()] {
				dst[3*i], dst[3*i+1], dst[3*i+2] = v, v, v
			}
		case *image.YCbCr:
			for i := range b.Dx() {
				c := src.YCbCrAt(b.Min.X+i, y)
				dst[3*i], dst[3*i+1], dst[3*i+2] = color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
			}
		case *image.CMYK:
			cmykRow(dst, src.Pix[src.PixOffset(b.Min.X, y):][:4*b.Dx()])
		case *image.Paletted:
			for i, index := range src.Pix[src.PixOffset(b.Min.X, y):][:b.Dx()] {
				copy(dst[3*i:], palette[index][:])
			}
		default:
			for i := range b.Dx() {
				c := color.NRGBAModel.Convert(src.At(b.Min.X+i, y)).(color.NRGBA)
				dst[3*i], dst[3*i+1], dst[3*i+2] = c.R, c.G, c.B
			}
		}
	}
}

// cmykRow converts as Pillow does, which ignores profiles: a colour is (255-ink)·(255-black)/255.
func cmykRow(dst, src []byte) {
	for i := range len(src) / 4 {
		white := 255 - int(src[4*i+3])
		for c := range 3 {
			t := (255-int(src[4*i+c]))*white + 128
			dst[3*i+c] = byte((t>>8 + t) >> 8)
		}
	}
}

// rgbaRow takes the colours out of premultiplied pixels.
func rgbaRow(dst, src []byte) {
	for i, j := 0, 0; j+4 <= len(src); i, j = i+3, j+4 {
		if p := src[j : j+4]; p[3] == 255 {
			dst[i], dst[i+1], dst[i+2] = p[0], p[1], p[2]
		} else {
			c := color.NRGBAModel.Convert(color.RGBA{p[0], p[1], p[2], p[3]}).(color.NRGBA)
			dst[i], dst[i+1], dst[i+2] = c.R, c.G, c.B
		}
	}
}

// highBytes takes the high bytes of colours of 16 bits, which are big-endian.
func highBytes(dst, src []byte) {
	for i, j := 0, 0; j+8 <= len(src); i, j = i+3, j+8 {
		dst[i], dst[i+1], dst[i+2] = src[j], src[j+2], src[j+4]
	}
}

// rgba64Row takes the colours out of premultiplied pixels of 16 bits.
func rgba64Row(dst, src []byte) {
	for i, j := 0, 0; j+8 <= len(src); i, j = i+3, j+8 {
		p := src[j : j+8]
		alpha := uint32(binary.BigEndian.Uint16(p[6:]))
		for c := range 3 {
			v := uint32(0)
			if alpha > 0 {
				v = uint32(binary.BigEndian.Uint16(p[2*c:])) * (1<<16 - 1) / alpha
			}
			dst[i+c] = byte(min(v, 1<<16-1) >> 8)
		}
	}
}

// rgbPalette returns the colours of a picture with a palette; an index that it does not define stays black.
func rgbPalette(src image.Image) (colours [256][3]byte) {
	if src, ok := src.(*image.Paletted); ok {
		for i, c := range src.Palette[:min(len(src.Palette), len(colours))] {
			c := color.NRGBAModel.Convert(c).(color.NRGBA)
			colours[i] = [3]byte{c.R, c.G, c.B}
		}
	}
	return colours
}

// rotate returns the picture as its EXIF orientation (1 to 8) shows it upright; other values change nothing.
func (img *Image) rotate(orientation int) *Image {
	w, h := img.W, img.H
	// Where the upright picture begins in the stored one, and the ways to its next pixel and its next row.
	var start, right, down int
	switch orientation {
	case 2:
		start, right, down = w-1, -1, w
	case 3:
		start, right, down = w*h-1, -1, -w
	case 4:
		start, right, down = w*h-w, 1, -w
	case 5:
		start, right, down = 0, w, 1
	case 6:
		start, right, down = w*h-w, -w, 1
	case 7:
		start, right, down = w*h-1, -w, -1
	case 8:
		start, right, down = w-1, w, -1
	default:
		return img
	}
	out := newImage(w, h)
	if orientation >= 5 {
		out.W, out.H = h, w
	}
	for y := range out.H {
		at := 3 * (start + y*down)
		row := out.Pix[3*y*out.W:][:3*out.W]
		for j := 0; j < len(row)-2; j += 3 {
			p := img.Pix[at:][:3]
			row[j], row[j+1], row[j+2] = p[0], p[1], p[2]
			at += 3 * right
		}
	}
	return out
}
