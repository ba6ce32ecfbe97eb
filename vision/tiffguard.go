package vision

import "fmt"

// A TIFF is decoded strip by strip or tile by tile, each at the cost of a new decompressor of some 40 KB, and with all of
// a tile's pixels, those outside of the picture too.
const (
	freePieces, maxPieces = 1 << 12, 1 << 16
	pixelsPerPiece        = 900 // beyond freePieces
	pixelsInTiles         = 4   // for each of the picture's, beyond freePixels
	packedBytes           = 8   // for each pixel, beyond freePixels: four channels of 16 bits
	fewPieces             = 16  // whose lengths may be wrong
)

// guardTIFF refuses a TIFF whose pieces are more, larger or longer than its w×h pixels can use.
func guardTIFF(data []byte, w, h int) error {
	pixels := int64(w) * int64(h)
	damaged := func(format string, args ...any) error {
		return &Error{Code: Damaged, Msg: fmt.Sprintf("the TIFF of %d×%d pixels ", w, h) + fmt.Sprintf(format, args...)}
	}
	for _, tags := range [][2]uint16{{tagStripOffsets, tagStripByteCounts}, {tagTileOffsets, tagTileByteCounts}} {
		offsets, ok := tiffEntry(data, tags[0])
		if !ok {
			continue
		}
		n := int64(offsets.count)
		if limit := min(maxPieces, freePieces+pixels/pixelsPerPiece); n > limit {
			return damaged("is cut into %d pieces; the limit is %d", n, limit)
		}
		if tags[0] == tagTileOffsets {
			const side = 1 << 20 // or more: so much alone is too large, and no product overflows
			tw, th := min(tiffNumber(data, tagTileWidth), side), min(tiffNumber(data, tagTileLength), side)
			if area := n * tw * th; area > max(freePixels, pixelsInTiles*pixels) {
				return damaged("has tiles of %d pixels", area)
			}
		}
		counts, _ := tiffEntry(data, tags[1])
		at, length := offsets.numbers(data, n), counts.numbers(data, n)
		packed := tiffNumber(data, tagCompression) == packBits
		total, unpacked := int64(0), int64(0)
		for i := range min(len(at), len(length)) {
			total += length[i]
			if n > fewPieces && total > int64(len(data)) {
				return damaged("has pieces that overlap")
			}
			if to := at[i] + length[i]; packed && to <= int64(len(data)) {
				unpacked += unpackedSize(data[at[i]:to])
			}
		}
		if unpacked > freePixels+packedBytes*pixels {
			return damaged("unpacks to %d bytes", unpacked)
		}
	}
	return nil
}

// packBits is the number of the compression by runs (TIFF 6.0, section 9).
const packBits = 32773

// unpackedSize is the length of what PackBits stands for.
func unpackedSize(packed []byte) int64 {
	var size int64
	for at := 0; at < len(packed); {
		switch n := int(packed[at]); {
		case n < 128: // bytes as they are
			size += int64(n) + 1
			at += n + 2
		case n > 128: // a byte again and again
			size += 257 - int64(n)
			at += 2
		default:
			at++
		}
	}
	return size
}
