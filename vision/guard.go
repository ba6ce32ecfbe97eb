package vision

import (
	"encoding/binary"
	"fmt"
)

// What a file may ask of its decoder. The limits are far from any picture that was made to be looked at; without them
// a few bytes take gigabytes, or minutes.
const (
	// A picture of up to freePixels may be as small a file as it likes, one of solid colour for example. Beyond, a byte
	// stands for pixelsPerByte at most: blank JPEGs come to 256, blank PNGs of 8 bits a pixel to 1032.
	freePixels    = 16 << 20
	pixelsPerByte = 1024

	// A JPEG is decoded scan by scan, and a scan of a few bytes can go through all pixels. Progressive encoders write
	// about ten. Up to fewScans are taken at any size, up to manyScans while the pixels to go through stay below scanned.
	fewScans, manyScans = 20, 100
	scanned             = 400_000_000

	// A PNG's decoder takes 4 KB for each chunk that it does not know. Programs write a few.
	maxChunks = 1 << 14
)

// guard refuses a file that would cost its decoder far more than its size suggests.
func guard(data []byte, format string, w, h int) error {
	pixels := int64(w) * int64(h)
	if pixels > max(freePixels, pixelsPerByte*int64(len(data))) {
		return &Error{Code: TooLarge, Msg: fmt.Sprintf("the %s claims %d×%d pixels in a file of only %d bytes", formatName(format), w, h, len(data))}
	}
	switch format {
	case "jpeg":
		if n := int64(jpegScans(data)); n > manyScans || n > fewScans && n*pixels > scanned {
			return &Error{Code: Damaged, Msg: fmt.Sprintf("the JPEG paints its %d×%d pixels %d times over, which no camera and no program does", w, h, n)}
		}
	case "tiff":
		return guardTIFF(data, w, h)
	case "png":
		if n := pngChunks(data); n > maxChunks {
			return &Error{Code: Damaged, Msg: fmt.Sprintf("the PNG has more than %d chunks beside its pixels", maxChunks)}
		}
	}
	return nil
}

// pngChunks counts the chunks of a PNG that hold no pixels, up to one more than are allowed.
func pngChunks(data []byte) int {
	const signature, frame = 8, 12 // a chunk's length, name and checksum
	chunks := 0
	for at := signature; at+frame <= len(data) && chunks <= maxChunks; {
		if string(data[at+4:at+8]) != "IDAT" {
			chunks++
		}
		at += frame + int(binary.BigEndian.Uint32(data[at:]))
		if at < 0 { // on a machine of 32 bits
			break
		}
	}
	return chunks
}

// jpegScans counts the scans of a JPEG as its decoder meets them: marker by marker, without what looks like one in a
// thumbnail.
func jpegScans(data []byte) int {
	scans := 0
	for at := 2; at+4 <= len(data); {
		const rst0, rst7, eoi, sos = 0xd0, 0xd7, 0xd9, 0xda
		marker := data[at+1]
		switch {
		case data[at] != 0xff || marker == 0xff:
			at++
			continue
		case marker == 0 || marker >= rst0 && marker <= rst7: // within a scan
			at += 2
			continue
		case marker == eoi:
			return scans
		case marker == sos:
			scans++
		}
		at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
	}
	return scans
}
