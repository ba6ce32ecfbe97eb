package vision

import (
	"testing"
	"time"

	"mobilemamba/internal/bounds"
)

// FuzzOrientation: EXIF of any bytes in any format is an orientation from 1 to 8, within 1 MB and a microsecond for each
// byte; so are scans counted and frames cut out.
func FuzzOrientation(f *testing.F) {
	tiff := "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x08"
	f.Add([]byte(tiff), uint8(3))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00"+tiff), uint8(0))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x1aeXIf"+tiff+"crc!"), uint8(1))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\x1a\x00\x00\x00"+tiff), uint8(2))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\x20\x00\x00\x00Exif\x00\x00"+tiff), uint8(2))
	f.Add([]byte("II*\x00\xfe\xff\xff\xff"), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		format := []string{"jpeg", "png", "webp", "tiff", "gif"}[kind%5]
		limit := bounds.Limit{Bytes: 1 << 20, Time: time.Second + time.Duration(len(data))*time.Second>>20}
		bounds.Check(t, "reading", limit, func() {
			if o := orientation(data, format); o < 1 || o > 8 {
				t.Errorf("orientation %d", o)
			}
			if n := jpegScans(data); n < 0 || n > len(data)/2 {
				t.Errorf("%d scans in %d bytes", n, len(data))
			}
		})
		if still := firstFrame(data); len(still) > 2*len(data)+64 {
			t.Errorf("a frame of %d bytes out of %d", len(still), len(data))
		}
	})
}
