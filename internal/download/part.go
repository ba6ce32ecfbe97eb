package download

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// part is a file that is not whole yet. What it is a part of lies beside it, so that another process can go on.
type part struct {
	name  string
	file  *os.File
	size  int64 // bytes that are here
	total int64 // of the whole file; -1 where the server did not tell
	source
}

// source identifies a version of a file at its server.
type source struct {
	URL          string `json:"url"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Total        int64  `json:"total"`
}

// openPart opens what an earlier attempt left, or begins anew where that came from elsewhere.
func openPart(file, url string) (*part, error) {
	p := &part{name: file + ".part", total: -1, source: source{URL: url}}
	var err error
	if p.file, err = os.OpenFile(p.name, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return nil, err
	}
	var before source
	text, err := os.ReadFile(p.sourceName())
	if err == nil && json.Unmarshal(text, &before) == nil && before.URL == url && before.validator() != "" {
		info, err := p.file.Stat()
		if err != nil {
			return nil, err
		}
		p.source, p.size, p.total = before, info.Size(), before.Total
		return p, nil
	}
	return p, p.restart()
}

func (p *part) sourceName() string { return p.name + ".json" }

// validator is what If-Range takes: a strong ETag or the date of the last change. Without one a file cannot be
// continued, since nothing would tell that it is another one by now.
func (s source) validator() string {
	if strings.HasPrefix(s.ETag, `"`) {
		return s.ETag
	}
	return s.LastModified
}

// ask requests what is missing, of the same version only; everything where the versions cannot be told apart.
func (p *part) ask(h http.Header) {
	if p.size > 0 && p.validator() != "" {
		h.Set("Range", fmt.Sprintf("bytes=%d-", p.size))
		h.Set("If-Range", p.validator())
	}
}

// restart forgets what is here.
func (p *part) restart() error {
	p.size, p.total = 0, -1
	return p.file.Truncate(0)
}

// begin takes a whole file, which replaces what is here.
func (p *part) begin(h http.Header, total int64) error {
	if err := p.restart(); err != nil {
		return err
	}
	p.total = total
	p.source = source{URL: p.URL, ETag: h.Get("ETag"), LastModified: h.Get("Last-Modified"), Total: total}
	text, err := json.MarshalIndent(p.source, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(p.sourceName(), append(text, '\n'), 0o644)
}

// continues reports whether a partial answer goes on where this part ends, in the same version.
func (p *part) continues(h http.Header) bool {
	// bytes FIRST-LAST/TOTAL
	positions, total, _ := strings.Cut(strings.TrimPrefix(h.Get("Content-Range"), "bytes "), "/")
	first, _, _ := strings.Cut(positions, "-")
	if at, err := strconv.ParseInt(first, 10, 64); err != nil || at != p.size || p.size == 0 {
		return false
	}
	if n, err := strconv.ParseInt(total, 10, 64); err == nil && p.total >= 0 && n != p.total {
		return false
	}
	etag := h.Get("ETag")
	return etag == "" || p.ETag == "" || etag == p.ETag
}

// append adds bytes at the end.
func (p *part) append(b []byte) error {
	n, err := p.file.WriteAt(b, p.size)
	p.size += int64(n)
	return err
}

// publish puts the whole file in place.
func (p *part) publish(file string) error {
	if err := p.file.Close(); err != nil {
		return err
	}
	if err := os.Rename(p.name, file); err != nil {
		return err
	}
	return os.Remove(p.sourceName())
}

// close keeps what is here for the next attempt, unless it is nothing.
func (p *part) close() {
	p.file.Close()
	if p.size == 0 {
		p.remove()
	}
}

// remove forgets the part and what it was a part of.
func (p *part) remove() {
	p.file.Close()
	os.Remove(p.name)
	os.Remove(p.sourceName())
}
