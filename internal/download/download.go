// Package download fetches large files over HTTP: interrupted ones are continued, also by the next process, and a
// file is in place only when it is whole and what it should be.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Digest identifies the contents of a file.
type Digest struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hex
}

// Request says what to fetch and where to. The zero values of the rest are those for people.
type Request struct {
	URL      string
	File     string  // until it is whole FILE.part holds what has come, and FILE.part.json what it is a part of
	Want     *Digest // what it must be; nil: not known
	MaxBytes int64   // a larger file is refused; 0: 2 GiB

	Client   *http.Client
	Progress func(done, total int64)              // total is -1 where the server does not tell
	Retry    func(err error, pause time.Duration) // told before each pause
	Attempts int                                  // in a row that bring nothing; 0: 5
	Pause    func(failed int) time.Duration       // before the next attempt; nil: 1 s, 2 s, 4 s, … with a random part
	Idle     time.Duration                        // without a byte after which a connection is given up; 0: 30 s
}

// StatusError is a refusal of the server's that trying again does not change.
type StatusError struct {
	URL  string
	Code int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: the server answered %d %s", e.URL, e.Code, http.StatusText(e.Code))
}

// ChangedError is a file that came whole and is not the one that was wanted.
type ChangedError struct {
	URL       string
	Want, Got Digest
	Announced bool // the server itself said what it should be
}

func (e *ChangedError) Error() string {
	who := "remembered"
	if e.Announced {
		who = "announced by the server"
	}
	return fmt.Sprintf("%s: the file has %d bytes and SHA-256 %s, but %d bytes and %s were %s",
		e.URL, e.Got.Bytes, e.Got.SHA256, e.Want.Bytes, e.Want.SHA256, who)
}

// Get fetches a file. A file that is in place is not fetched again; it must still be what is wanted.
func Get(ctx context.Context, r Request) (Digest, error) {
	r.defaults()
	if d, err := Sum(r.File); err == nil {
		if r.Want != nil && d != *r.Want {
			return d, fmt.Errorf("%s is here already, but it is not the file that was remembered; remove it to fetch it again: %w",
				r.File, &ChangedError{URL: r.URL, Want: *r.Want, Got: d})
		}
		return d, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Digest{}, err
	}
	if err := os.MkdirAll(filepath.Dir(r.File), 0o755); err != nil {
		return Digest{}, err
	}
	part, err := openPart(r.File, r.URL)
	if err != nil {
		return Digest{}, err
	}
	defer part.close()
	announced, err := r.fill(ctx, part)
	if err != nil {
		return Digest{}, err
	}
	return r.finish(part, announced)
}

func (r *Request) defaults() {
	if r.Client == nil {
		r.Client = http.DefaultClient
	}
	if r.Progress == nil {
		r.Progress = func(int64, int64) {}
	}
	if r.Retry == nil {
		r.Retry = func(error, time.Duration) {}
	}
	if r.MaxBytes == 0 {
		r.MaxBytes = 2 << 30
	}
	if r.Attempts == 0 {
		r.Attempts = 5
	}
	if r.Pause == nil {
		r.Pause = backoff
	}
	if r.Idle == 0 {
		r.Idle = 30 * time.Second
	}
}

// fill brings the part up to the whole file, by as many requests as it takes. It returns what the server announced.
func (r *Request) fill(ctx context.Context, part *part) (*Digest, error) {
	for failed := 0; ; {
		before := part.size
		announced, err := r.attempt(ctx, part)
		if err == nil {
			return announced, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s: %w; %d bytes are kept in %s to be continued", r.URL, ctx.Err(), part.size, part.name)
		}
		var temporary *temporaryError
		if !errors.As(err, &temporary) {
			return nil, err
		}
		if failed++; part.size > before {
			failed = 1 // it gets on
		}
		if failed >= r.Attempts {
			return nil, fmt.Errorf("%w; gave up after %d attempts that brought nothing, %d bytes are kept in %s to be continued",
				temporary.err, failed, part.size, part.name)
		}
		pause := max(r.Pause(failed), temporary.after)
		r.Retry(temporary.err, pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// finish checks the whole file and puts it in place.
func (r *Request) finish(part *part, announced *Digest) (Digest, error) {
	got, err := Sum(part.name)
	if err != nil {
		return got, err
	}
	for _, want := range []*Digest{r.Want, announced} {
		if want == nil || got == *want {
			continue
		}
		part.remove()
		return got, &ChangedError{URL: r.URL, Want: *want, Got: got, Announced: want == announced}
	}
	return got, part.publish(r.File)
}

// Sum reads a file's digest.
func Sum(file string) (Digest, error) {
	f, err := os.Open(file)
	if err != nil {
		return Digest{}, err
	}
	defer f.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, f)
	return Digest{n, hex.EncodeToString(hash.Sum(nil))}, err
}
