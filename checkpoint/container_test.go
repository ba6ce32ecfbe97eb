package checkpoint

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"mobilemamba/internal/golden"
)

// The readers of containers are judged by the standard library's, which are left out of the browser's module for
// their size.

func TestZipDirectory(t *testing.T) {
	for _, name := range golden.List(t, "checkpoints") {
		if !strings.HasSuffix(name, ".pth") || strings.HasPrefix(name, "truncated") {
			continue
		}
		data := golden.Read(t, "checkpoints/"+name)
		if bytes.HasPrefix(data, []byte(sigLocal)) {
			t.Run(name, func(t *testing.T) { compareZip(t, data) })
		}
	}
	for _, comment := range []string{"", "a comment", strings.Repeat("long", 16000), "with PK\x05\x06 inside, which ends it nowhere"} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i := range 3 {
			f, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("r/data/%d", i), Method: zip.Store, Extra: []byte{9, 9, 2, 0, 1, 1}, Comment: "x"})
			if err != nil {
				t.Fatal(err)
			}
			f.Write(bytes.Repeat([]byte{byte(i)}, 100*i))
		}
		w.SetComment(comment)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(comment, sigEnd) {
			if _, err := readDirectory(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil {
				t.Error("an archive with two ends was read")
			}
			continue
		}
		compareZip(t, b.Bytes())
	}
}

// compareZip lists and reads an archive with both readers.
func compareZip(t *testing.T, data []byte) {
	t.Helper()
	r := bytes.NewReader(data)
	want, err := zip.NewReader(r, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := readDirectory(r, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want.File) {
		t.Fatalf("%d entries, want %d", len(got), len(want.File))
	}
	for i, f := range want.File {
		p, err := got[i].stored(r, int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		offset, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		if got[i].name != f.Name || p != (place{offset, int64(f.UncompressedSize64)}) {
			t.Errorf("entry %d is %q at %v, want %q at %d with %d bytes", i, got[i].name, p, f.Name, offset, f.UncompressedSize64)
		}
	}
}

// TestZip64 reads an archive whose numbers are said to be too large for 32 bits.
func TestZip64(t *testing.T) {
	body := "content"
	var b bytes.Buffer
	b.WriteString(sigLocal)
	local := make([]byte, localSize-4)
	local[22] = 1 // length of the name
	b.Write(local)
	b.WriteString("n" + body)
	directory := b.Len()
	central := make([]byte, centralSize)
	copy(central, sigCentral)
	le.PutUint32(central[20:], 1<<32-1)
	le.PutUint32(central[24:], 1<<32-1)
	le.PutUint16(central[28:], 1)
	le.PutUint16(central[30:], 20)
	b.Write(central)
	b.WriteString("n")
	extra := le.AppendUint16(nil, 1)
	extra = le.AppendUint16(extra, 16)
	extra = le.AppendUint64(extra, uint64(len(body)))
	b.Write(le.AppendUint64(extra, uint64(len(body))))
	length := b.Len() - directory
	end64 := b.Len()
	record := make([]byte, end64Size)
	copy(record, sigEnd64)
	le.PutUint64(record[40:], uint64(length))
	le.PutUint64(record[48:], uint64(directory))
	b.Write(record)
	locator := make([]byte, locator64Size)
	copy(locator, sigLocator64)
	le.PutUint64(locator[8:], uint64(end64))
	b.Write(locator)
	end := make([]byte, endSize)
	copy(end, sigEnd)
	for i := 12; i < 20; i++ {
		end[i] = 0xff
	}
	b.Write(end)

	r := bytes.NewReader(b.Bytes())
	entries, err := readDirectory(r, int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := entries[0].stored(r, int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, p.bytes)
	if _, err := r.ReadAt(got, p.offset); err != nil && err != io.EOF || string(got) != body {
		t.Errorf("read %q, %v", got, err)
	}
}

// FuzzZipDirectory: a damaged archive is refused by name, or each of its entries lies within the file.
func FuzzZipDirectory(f *testing.F) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	e, _ := w.CreateHeader(&zip.FileHeader{Name: "a/data.pkl", Method: zip.Store})
	e.Write([]byte("pickle"))
	w.Close()
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		entries, err := readDirectory(r, int64(len(data)))
		var refusal *Error
		if err != nil && !errors.As(err, &refusal) {
			t.Fatalf("%v is no refusal", err)
		}
		for _, e := range entries {
			if p, err := e.stored(r, int64(len(data))); err == nil && (p.offset < 0 || p.bytes < 0 || p.offset+p.bytes > int64(len(data))) {
				t.Fatalf("entry %q lies at %v of %d bytes", e.name, p, len(data))
			}
		}
	})
}

// FuzzJSON: what the reader takes, encoding/json takes too, with the same meaning.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{
		`{}`, ` { "a" : [ 1 , -2 ] , "b\n\u00e4\ud83d\ude00\"" : [] } `, `{"a":[1,]}`, `{"a":[1}`, `{"a" [1]}`, `{"a":[1.5]}`,
		`{"\ud800":[0]}`, `{"a":[9223372036854775808]}`, `{"a":[1]} x`, `{"a":[1],}`, `{"a\x":[]}`, "{\"a\x01\":[]}", "{\"\xff\":[]}", `{"\u12`, `{"a`, `{"`, ``,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := map[string][]int64{}
		duplicate := false
		r := &jsonReader{data: data}
		r.object(func(name string) {
			_, again := got[name]
			duplicate = duplicate || again
			got[name] = r.integers()
		})
		if r.err != nil || !r.end() || duplicate {
			return
		}
		want := map[string][]int64{}
		if err := json.Unmarshal(data, &want); err != nil {
			if strings.Contains(err.Error(), "leading zero") || strings.Contains(err.Error(), "after array element") {
				return // 01 is taken for 1
			}
			t.Fatalf("%q is no JSON: %v", data, err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q is read as %v, want %v", data, got, want)
		}
	})
}

func TestJSONStrings(t *testing.T) {
	for _, s := range []string{"", "plain", `"quoted\"`, "line\nbreak\x00\x1f", "ä 😀 \u2028", "<b>&", "cut \xff here"} {
		text := appendJSONString(nil, s)
		var want string
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("%q is written as %s: %v", s, text, err)
		}
		r := &jsonReader{data: text}
		if got := r.string(); r.err != nil || got != want || strings.ToValidUTF8(s, "\ufffd") != got {
			t.Errorf("%q is read back as %q, %v", s, got, r.err)
		}
	}
}
