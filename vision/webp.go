package vision

import (
	"bytes"
	"encoding/binary"
)

// firstFrame returns the first frame of an animated WebP as a file of its own, nil for any other file. The
// decoder that this package uses refuses animations, but their frames are ordinary pictures. A first frame
// covers the whole canvas in practice; one that does not is shown alone.
func firstFrame(data []byte) []byte {
	const riff, header, animated = 12, 8, 1 << 1
	if len(data) < riff+header+10 || string(data[:4]) != "RIFF" || string(data[8:16]) != "WEBPVP8X" || data[20]&animated == 0 {
		return nil
	}
	frame := riffChunk(data[riff:], "ANMF")
	const frameHeader = 16
	if len(frame) < frameHeader {
		return nil
	}
	w, h := uint24(frame[6:]), uint24(frame[9:])
	body := frame[frameHeader:]
	var out bytes.Buffer
	out.WriteString("RIFF\x00\x00\x00\x00WEBP")
	if alpha := riffChunk(body, "ALPH"); alpha != nil {
		const hasAlpha = 1 << 4
		extended := []byte{hasAlpha, 0, 0, 0, w[0], w[1], w[2], h[0], h[1], h[2]}
		writeChunk(&out, "VP8X", extended)
		writeChunk(&out, "ALPH", alpha)
	}
	for _, kind := range []string{"VP8 ", "VP8L"} {
		if picture := riffChunk(body, kind); picture != nil {
			writeChunk(&out, kind, picture)
		}
	}
	still := out.Bytes()
	binary.LittleEndian.PutUint32(still[4:], uint32(len(still)-8))
	return still
}

func uint24(b []byte) [3]byte { return [3]byte(b) }

// riffChunk returns the body of the first chunk of a kind, nil if there is none.
func riffChunk(data []byte, kind string) []byte {
	for len(data) >= 8 {
		n := int64(binary.LittleEndian.Uint32(data[4:]))
		if n+8 > int64(len(data)) {
			return nil
		}
		if string(data[:4]) == kind {
			return data[8 : 8+n]
		}
		data = data[min(8+n+n&1, int64(len(data))):]
	}
	return nil
}

func writeChunk(out *bytes.Buffer, kind string, body []byte) {
	out.WriteString(kind)
	var n [4]byte
	binary.LittleEndian.PutUint32(n[:], uint32(len(body)))
	out.Write(n[:])
	out.Write(body)
	if len(body)%2 == 1 {
		out.WriteByte(0)
	}
}
