package vision

import (
	"bytes"
	"encoding/binary"
)

// orientation returns the EXIF orientation of a file, 1 to 8; 1 where it has none or an invalid one.
func orientation(data []byte, format string) int {
	switch format {
	case "jpeg":
		return tiffOrientation(jpegEXIF(data))
	case "png":
		return tiffOrientation(pngEXIF(data))
	case "webp":
		return tiffOrientation(webpEXIF(data))
	case "tiff":
		return tiffOrientation(data)
	}
	return 1
}

// exifHeader precedes the TIFF structure in a JPEG, and by mistake in some WebPs.
var exifHeader = []byte("Exif\x00\x00")

// jpegEXIF finds the EXIF segment (APP1) before the picture's data.
func jpegEXIF(data []byte) []byte {
	data = data[min(2, len(data)):]
	for len(data) >= 4 && data[0] == 0xff {
		marker := data[1]
		if marker == 0xff { // fill
			data = data[1:]
			continue
		}
		n := int(binary.BigEndian.Uint16(data[2:]))
		if n < 2 || n+2 > len(data) || marker == 0xda { // start of scan
			return nil
		}
		if body := data[4 : n+2]; marker == 0xe1 && bytes.HasPrefix(body, exifHeader) {
			return body[len(exifHeader):]
		}
		data = data[n+2:]
	}
	return nil
}

// pngEXIF finds the eXIf chunk.
func pngEXIF(data []byte) []byte {
	data = data[min(8, len(data)):]
	for len(data) >= 12 {
		n := int64(binary.BigEndian.Uint32(data))
		if n+12 > int64(len(data)) {
			return nil
		}
		if string(data[4:8]) == "eXIf" {
			return data[8 : 8+n]
		}
		data = data[n+12:]
	}
	return nil
}

// webpEXIF finds the EXIF chunk.
func webpEXIF(data []byte) []byte {
	body := riffChunk(data[min(12, len(data)):], "EXIF")
	return bytes.TrimPrefix(body, exifHeader)
}

// Tags of the first directory of a TIFF structure.
const (
	tagCompression     = 0x0103
	tagStripOffsets    = 0x0111
	tagOrientation     = 0x0112
	tagStripByteCounts = 0x0117
	tagTileWidth       = 0x0142
	tagTileLength      = 0x0143
	tagTileOffsets     = 0x0144
	tagTileByteCounts  = 0x0145
)

// Kinds of numbers in a TIFF structure.
const (
	kindByte  = 1
	kindShort = 3
	kindLong  = 4
)

// tiffOrientation reads the orientation off a TIFF structure.
func tiffOrientation(data []byte) int {
	if e, ok := tiffEntry(data, tagOrientation); ok && e.kind == kindShort {
		if v := e.order.Uint16(e.value); v >= 1 && v <= 8 {
			return int(v)
		}
	}
	return 1
}

// directoryEntry is an entry of a TIFF structure's directory.
type directoryEntry struct {
	order binary.ByteOrder
	kind  uint16 // of number
	count uint32
	value []byte // four bytes: the numbers, or where they stand if these are too few
}

// numbers are the entry's first ones, as far as they lie in the file; none where they are of a kind that counts nothing.
func (e directoryEntry) numbers(data []byte, most int64) []int64 {
	width := map[uint16]int64{kindByte: 1, kindShort: 2, kindLong: 4}[e.kind]
	if width == 0 {
		return nil
	}
	from := e.value
	if width*int64(e.count) > int64(len(e.value)) {
		from = data[min(int64(e.order.Uint32(e.value)), int64(len(data))):]
	}
	list := make([]int64, min(most, int64(e.count), int64(len(from))/width))
	for i := range list {
		b := from[int64(i)*width:]
		switch e.kind {
		case kindByte:
			list[i] = int64(b[0])
		case kindShort:
			list[i] = int64(e.order.Uint16(b))
		case kindLong:
			list[i] = int64(e.order.Uint32(b))
		}
	}
	return list
}

// tiffNumber is the first number of a tag; 0 where there is none.
func tiffNumber(data []byte, tag uint16) int64 {
	if e, ok := tiffEntry(data, tag); ok {
		if list := e.numbers(data, 1); len(list) > 0 {
			return list[0]
		}
	}
	return 0
}

// tiffEntry finds a tag in the first directory of a TIFF structure. Further directories, which may go in circles, are
// not followed.
func tiffEntry(data []byte, tag uint16) (e directoryEntry, ok bool) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return e, false
	}
	if len(data) < 8 {
		return e, false
	}
	at := int64(order.Uint32(data[4:]))
	if at+2 > int64(len(data)) {
		return e, false
	}
	entries := int(order.Uint16(data[at:]))
	dir := data[at+2:]
	for i := 0; i < entries && 12*(i+1) <= len(dir); i++ {
		b := dir[12*i:]
		if order.Uint16(b) == tag {
			return directoryEntry{order, order.Uint16(b[2:]), order.Uint32(b[4:]), b[8:12]}, true
		}
	}
	return e, false
}
