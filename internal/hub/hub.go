package hub

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"mobilemamba/internal/download"
)

// Repository is the authors' on Hugging Face.
const Repository = "Lewandofski/MobileMamba"

// Faults are what a hub does wrong from now on.
type Faults struct {
	Cut       []int64 `json:"cut"`       // the next answers break off after so many bytes, one each
	Busy      int     `json:"busy"`      // so many answers are 503
	Status    int     `json:"status"`    // every answer; 0: as it should be
	NoCORS    bool    `json:"noCORS"`    // other pages may not read
	Changed   bool    `json:"changed"`   // another file has taken the place of each, with its own ETag
	Tampered  bool    `json:"tampered"`  // other bytes under the ETag of the file
	Anonymous bool    `json:"anonymous"` // nothing is announced, no ETag, no date
	Chunked   bool    `json:"chunked"`   // no Content-Length
	Rate      int64   `json:"rate"`      // bytes a second; 0: as fast as it goes
}

// Hub answers as https://huggingface.co does for one repository: /REPOSITORY/resolve/main/PATH announces size and
// SHA-256 and redirects to a storage, which knows ranges. A POST to /faults sets Faults, a GET of /requests lists
// what was asked for.
type Hub struct {
	Storage string // the origin of the storage; "": the hub's own

	mu       sync.Mutex
	files    map[string]stored // by path in the repository
	faults   Faults
	requests []*string
}

type stored struct {
	file   string
	digest download.Digest
}

// New serves nothing yet.
func New() *Hub { return &Hub{files: map[string]stored{}} }

// Add publishes a file.
func (h *Hub) Add(name, file string) error {
	digest, err := download.Sum(file)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[name] = stored{file, digest}
	return nil
}

// Set changes what goes wrong and forgets the requests so far.
func (h *Hub) Set(f Faults) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults, h.requests = f, nil
}

// Requests lists the requests since Set: method, path, Range and status.
func (h *Hub) Requests() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]string, len(h.requests))
	for i, r := range h.requests {
		list[i] = *r
	}
	return list
}

func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/faults":
		var f Faults
		if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		h.Set(f)
	case "/requests":
		json.NewEncoder(w).Encode(h.Requests())
	default:
		h.answer(w, r)
	}
}

func (h *Hub) answer(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	faults := h.faults
	if faults.Busy > 0 {
		h.faults.Busy--
		faults.Status = http.StatusServiceUnavailable
	}
	record := new(string)
	h.requests = append(h.requests, record)
	h.mu.Unlock()
	answer := &answer{ResponseWriter: w, gone: r.Context().Done(), left: -1, sending: func(status int) {
		h.mu.Lock()
		defer h.mu.Unlock()
		*record = strings.TrimSpace(fmt.Sprintf("%s %s %d %s", r.Method, r.URL.Path, status, r.Header.Get("Range")))
	}}
	if !faults.NoCORS {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
	if faults.Status != 0 {
		w.Header().Set("Retry-After", "0")
		http.Error(answer, "not now", faults.Status)
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/"+Repository+"/resolve/main/"); ok {
		h.resolve(answer, r, name, faults)
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/storage/"); ok {
		h.store(answer, r, name, faults)
		return
	}
	http.NotFound(answer, r)
}

// resolve announces a file and redirects to where it lies.
func (h *Hub) resolve(w http.ResponseWriter, r *http.Request, name string, faults Faults) {
	f, ok := h.find(name)
	if !ok {
		http.Error(w, "Entry not found", http.StatusNotFound)
		return
	}
	if !faults.Anonymous {
		sum := f.digest.SHA256
		if faults.Changed {
			sum = other(sum)
		}
		w.Header().Set("X-Linked-Size", fmt.Sprint(f.digest.Bytes))
		w.Header().Set("X-Linked-Etag", `"`+sum+`"`)
	}
	http.Redirect(w, r, h.Storage+"/storage/"+name, http.StatusFound)
}

// store sends a file, or a part of it.
func (h *Hub) store(w *answer, r *http.Request, name string, faults Faults) {
	f, ok := h.find(name)
	if !ok {
		http.NotFound(w, r)
		return
	}
	file, err := os.Open(f.file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer file.Close()
	content := io.ReadSeeker(file)
	sum := f.digest.SHA256
	if faults.Changed || faults.Tampered {
		content = &spoiled{file}
	}
	if faults.Changed {
		sum = other(sum)
	}
	if !faults.Anonymous {
		w.Header().Set("ETag", `"`+sum+`"`)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.hideLength, w.rate = faults.Chunked, faults.Rate
	h.mu.Lock()
	if len(h.faults.Cut) > 0 {
		w.left, h.faults.Cut = h.faults.Cut[0], h.faults.Cut[1:]
	}
	h.mu.Unlock()
	http.ServeContent(w, r, path.Base(name), time.Time{}, content)
}

func (h *Hub) find(name string) (stored, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.files[name]
	return f, ok
}

// other is the hash that a changed file is said to have.
func other(sum string) string { return strings.Repeat("0", 8) + sum[8:] }

// spoiled is a file with other bytes throughout.
type spoiled struct{ io.ReadSeeker }

func (s *spoiled) Read(p []byte) (int, error) {
	n, err := s.ReadSeeker.Read(p)
	for i := range p[:n] {
		p[i] ^= 0x55
	}
	return n, err
}

// answer writes slowly, or breaks off.
type answer struct {
	http.ResponseWriter
	gone       <-chan struct{}  // closed when nobody waits any more
	sending    func(status int) // told before the client can know
	rate, left int64            // left: bytes until the connection breaks; -1: never
	hideLength bool
}

func (a *answer) WriteHeader(status int) {
	a.sending(status)
	if a.hideLength {
		a.Header().Del("Content-Length")
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.left >= 0 && int64(len(p)) > a.left {
		a.ResponseWriter.Write(p[:a.left])
		http.NewResponseController(a.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	if a.left >= 0 {
		a.left -= int64(len(p))
	}
	if a.rate > 0 {
		select {
		case <-time.After(time.Duration(len(p)) * time.Second / time.Duration(a.rate)):
		case <-a.gone:
		}
	}
	return a.ResponseWriter.Write(p)
}
