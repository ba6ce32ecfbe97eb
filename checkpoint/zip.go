package checkpoint

import (
	"bytes"
	"encoding/binary"
	"io"
)

// zipEntry is a file in a zip archive, as the central directory describes it.
type zipEntry struct {
	name             string
	flags            uint16
	method           uint16
	compressed, size uint64 // in bytes
	header           uint64 // offset of its local header
}

// Signatures and sizes of a zip archive's records (PKWARE's APPNOTE, section 4.3).
const (
	sigLocal     = "PK\x03\x04"
	sigCentral   = "PK\x01\x02"
	sigEnd       = "PK\x05\x06"
	sigEnd64     = "PK\x06\x06"
	sigLocator64 = "PK\x06\x07"

	localSize     = 30
	centralSize   = 46
	endSize       = 22
	locator64Size = 20
	end64Size     = 56

	maxComment   = 1<<16 - 1
	maxDirectory = 16 << 20 // far beyond the directory of maxTensors storages
)

// le is the byte order of every number in these formats.
var le = binary.LittleEndian

// readDirectory lists the files of a zip archive. Nothing is decompressed, ever: PyTorch stores.
func readDirectory(r io.ReaderAt, size int64) ([]zipEntry, error) {
	offset, length, err := findDirectory(r, size)
	if err != nil {
		return nil, err
	}
	if length > maxDirectory {
		return nil, errorf(Unsafe, "the checkpoint's zip directory claims %d bytes; the limit is %d", length, maxDirectory)
	}
	if offset > uint64(size) || length > uint64(size)-offset {
		return nil, errorf(Corrupt, "the checkpoint's zip directory lies outside of the file")
	}
	data := make([]byte, length)
	if err := readFull(r, data, int64(offset)); err != nil {
		return nil, err
	}
	var entries []zipEntry
	seen := map[string]bool{}
	for len(data) >= centralSize && string(data[:4]) == sigCentral {
		name, extra, comment := int(le.Uint16(data[28:])), int(le.Uint16(data[30:])), int(le.Uint16(data[32:]))
		end := centralSize + name + extra + comment
		if end > len(data) {
			break
		}
		e := zipEntry{
			name:       string(data[centralSize:][:name]),
			flags:      le.Uint16(data[8:]),
			method:     le.Uint16(data[10:]),
			compressed: uint64(le.Uint32(data[20:])),
			size:       uint64(le.Uint32(data[24:])),
			header:     uint64(le.Uint32(data[42:])),
		}
		if !e.widen(data[centralSize+name:][:extra]) {
			return nil, errorf(Corrupt, "entry %q of the checkpoint's zip directory is damaged", e.name)
		}
		if seen[e.name] {
			return nil, errorf(Corrupt, "the checkpoint's zip directory names %q twice", e.name)
		}
		seen[e.name] = true
		entries = append(entries, e)
		data = data[end:]
	}
	if len(data) > 0 {
		return nil, errorf(Corrupt, "the checkpoint's zip directory is damaged behind entry %d", len(entries))
	}
	return entries, nil
}

// findDirectory reads where the central directory lies off the record at the end of the archive, or the one of
// 64 bits before it where a number does not fit.
func findDirectory(r io.ReaderAt, size int64) (offset, length uint64, err error) {
	tail := make([]byte, min(size, locator64Size+endSize+maxComment))
	start := size - int64(len(tail))
	if err := readFull(r, tail, start); err != nil {
		return 0, 0, err
	}
	at := bytes.LastIndex(tail, []byte(sigEnd))
	if at < 0 || len(tail)-at < endSize || len(tail)-at != endSize+int(le.Uint16(tail[at+20:])) {
		return 0, 0, errorf(Truncated, "the file begins as a checkpoint, but its directory at the end is missing: it is cut short or damaged; download it again")
	}
	offset, length = uint64(le.Uint32(tail[at+16:])), uint64(le.Uint32(tail[at+12:]))
	if at < locator64Size || string(tail[at-locator64Size:][:4]) != sigLocator64 {
		return offset, length, nil
	}
	end64 := le.Uint64(tail[at-locator64Size+8:])
	if end64 > uint64(size) || uint64(size)-end64 < end64Size {
		return 0, 0, errorf(Corrupt, "the checkpoint's zip directory lies outside of the file")
	}
	record := make([]byte, end64Size)
	if err := readFull(r, record, int64(end64)); err != nil {
		return 0, 0, err
	}
	if string(record[:4]) != sigEnd64 {
		return 0, 0, errorf(Corrupt, "the checkpoint's zip directory is damaged: its record of 64 bits is missing")
	}
	return le.Uint64(record[48:]), le.Uint64(record[40:]), nil
}

// widen takes the numbers that did not fit into 32 bits from the extra field with id 1. It reports false where
// one is missing.
func (e *zipEntry) widen(extra []byte) bool {
	var wide []byte
	for len(extra) >= 4 {
		n := int(le.Uint16(extra[2:]))
		if n > len(extra)-4 {
			break // other programs' padding
		}
		if le.Uint16(extra) == 1 {
			wide = extra[4:][:n]
			break
		}
		extra = extra[4+n:]
	}
	for _, v := range []*uint64{&e.size, &e.compressed, &e.header} {
		if *v != 1<<32-1 {
			continue
		}
		if len(wide) < 8 {
			return false
		}
		*v, wide = le.Uint64(wide), wide[8:]
	}
	return true
}

// stored returns where an entry's bytes lie. PyTorch never compresses, so neither do real checkpoints, and a
// zip bomb has nowhere to hide.
func (e *zipEntry) stored(r io.ReaderAt, size int64) (place, error) {
	const encrypted, store = 1, 0
	if e.flags&encrypted != 0 {
		return place{}, errorf(Unsafe, "entry %q of the checkpoint is encrypted, which PyTorch never does", e.name)
	}
	if e.method != store || e.compressed != e.size {
		return place{}, errorf(Unsafe, "entry %q of the checkpoint is compressed, which PyTorch never does", e.name)
	}
	if e.header > uint64(size) || uint64(size)-e.header < localSize {
		return place{}, errorf(Truncated, "entry %q of the checkpoint lies past the end of the file", e.name)
	}
	local := make([]byte, localSize)
	if err := readFull(r, local, int64(e.header)); err != nil {
		return place{}, err
	}
	if string(local[:4]) != sigLocal {
		return place{}, errorf(Corrupt, "entry %q of the checkpoint is damaged: its header is missing", e.name)
	}
	offset := e.header + localSize + uint64(le.Uint16(local[26:])) + uint64(le.Uint16(local[28:]))
	if offset > uint64(size) || e.size > uint64(size)-offset {
		return place{}, errorf(Truncated, "entry %q of the checkpoint reaches past the end of the file", e.name)
	}
	return place{int64(offset), int64(e.size)}, nil
}

// readFull reads all of p, which the caller knows to lie within the file.
func readFull(r io.ReaderAt, p []byte, offset int64) error {
	n, err := r.ReadAt(p, offset)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		return errorf(Truncated, "the file ended while it was read")
	}
	return err
}
