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

	// A TIFF is decoded strip by strip or tile by tile, each at the cost of a new decompressor.
	maxPieces = 1 << 16
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
		for _, tag := range []uint16{tagStripOffsets, tagTileOffsets} {
			if e, ok := tiffEntry(data, tag); ok && e.count > maxPieces {
				return &Error{Code: Damaged, Msg: fmt.Sprintf("the TIFF is cut into %d pieces; the limit is %d", e.count, maxPieces)}
			}
		}
	}
	return nil
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
