package download_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mobilemamba/internal/download"
	"mobilemamba/internal/hub"
)

const name = "MobileMamba_T2/mobilemamba_t2.pth"

// remote starts a hub with one file of a megabyte and returns a request for it.
func remote(t *testing.T) (*hub.Hub, download.Request, []byte) {
	t.Helper()
	content := make([]byte, 1<<20)
	for i := range content {
		content[i] = byte(i * i >> 7)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	if err := os.WriteFile(source, content, 0o644); err != nil {
		t.Fatal(err)
	}
	h := hub.New()
	if err := h.Add(name, source); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return h, download.Request{
		URL:   server.URL + "/" + hub.Repository + "/resolve/main/" + name,
		File:  filepath.Join(dir, "cache", "mobilemamba_t2.pth"),
		Pause: func(int) time.Duration { return 0 },
	}, content
}

// check compares the file in place, and that nothing else is left.
func check(t *testing.T, r download.Request, content []byte) {
	t.Helper()
	got, err := os.ReadFile(r.File)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("the file has %d bytes, %v", len(got), err)
	}
	if left := files(t, r); len(left) != 1 {
		t.Errorf("beside it lie %q", left)
	}
}

func files(t *testing.T, r download.Request) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(r.File))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestGet(t *testing.T) {
	h, r, content := remote(t)
	var seen []int64
	r.Progress = func(done, total int64) {
		if total != int64(len(content)) {
			t.Fatalf("progress says %d of %d", done, total)
		}
		seen = append(seen, done)
	}
	d, err := download.Get(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	check(t, r, content)
	if sum, err := download.Sum(r.File); err != nil || sum != d || d.Bytes != 1<<20 {
		t.Errorf("the digest is %v, the file's %v, %v", d, sum, err)
	}
	if seen[0] != 0 || seen[len(seen)-1] != 1<<20 {
		t.Errorf("progress goes from %d to %d", seen[0], seen[len(seen)-1])
	}
	// A file that is here is not asked for again, and must be the one that is remembered.
	h.Set(hub.Faults{})
	r.Want = &d
	if again, err := download.Get(t.Context(), r); err != nil || again != d || len(h.Requests()) != 0 {
		t.Errorf("again: %v, %v, requests %q", again, err, h.Requests())
	}
	r.Want = &download.Digest{Bytes: 1, SHA256: "00"}
	var changed *download.ChangedError
	if _, err := download.Get(t.Context(), r); !errors.As(err, &changed) || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("a file that is not the remembered one: %v", err)
	}
}

// TestResume interrupts a download in different ways; the parts must make the whole.
func TestResume(t *testing.T) {
	for _, tc := range []struct {
		what   string
		faults hub.Faults
		ranges []string // of the requests to the storage
	}{
		{"cut twice", hub.Faults{Cut: []int64{300_000, 1}}, []string{"", "bytes=300000-", "bytes=300001-"}},
		{"cut before the first byte", hub.Faults{Cut: []int64{0}}, []string{"", ""}},
		{"busy", hub.Faults{Busy: 2}, []string{""}},
		{"nothing that identifies the version", hub.Faults{Cut: []int64{300_000}, Anonymous: true}, []string{"", ""}},
		{"no length", hub.Faults{Cut: []int64{300_000}, Chunked: true}, []string{"", "bytes=300000-"}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			h, r, content := remote(t)
			h.Set(tc.faults)
			if _, err := download.Get(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			check(t, r, content)
			var ranges []string
			for _, request := range h.Requests() {
				if fields := strings.Fields(request); strings.HasPrefix(fields[1], "/storage/") {
					ranges = append(ranges, strings.Join(fields[3:], " "))
				}
			}
			if fmt.Sprint(ranges) != fmt.Sprint(tc.ranges) {
				t.Errorf("asked for %q, want %q", ranges, tc.ranges)
			}
		})
	}
}

// TestNextProcess goes on with what another run left, unless the file is another one by now.
func TestNextProcess(t *testing.T) {
	for _, tc := range []struct {
		what   string
		faults hub.Faults
		edit   func(part string)
		same   bool // the file is the old one
		status string
	}{
		{"the same file", hub.Faults{}, nil, true, "206"},
		{"a changed file", hub.Faults{Changed: true}, nil, false, ""},
		{"a changed file that is not announced", hub.Faults{Anonymous: true}, nil, true, "200"},
		{"a part that is complete", hub.Faults{}, func(part string) {
			data, _ := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(part)), "source"))
			os.WriteFile(part, data, 0o644)
		}, true, "416"},
		{"a part without its description", hub.Faults{}, func(part string) { os.Remove(part + ".json") }, true, "200"},
		{"a damaged description", hub.Faults{}, func(part string) { os.WriteFile(part+".json", []byte("{"), 0o644) }, true, "200"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			h, r, content := remote(t)
			h.Set(hub.Faults{Rate: 4 << 20})
			ctx, stop := context.WithCancel(t.Context())
			r.Progress = func(done, _ int64) {
				if done > 200_000 {
					stop()
				}
			}
			if _, err := download.Get(ctx, r); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "to be continued") {
				t.Fatalf("interrupted: %v", err)
			}
			if got := files(t, r); len(got) != 2 {
				t.Fatalf("kept %q", got)
			}
			if tc.edit != nil {
				tc.edit(r.File + ".part")
			}
			r.Progress = nil
			h.Set(tc.faults)
			_, err := download.Get(t.Context(), r)
			if !tc.same {
				// The spoiled bytes hash to something that no one announced.
				var changed *download.ChangedError
				if !errors.As(err, &changed) || len(files(t, r)) != 0 {
					t.Errorf("%v, kept %q", err, files(t, r))
				}
				if strings.Contains(fmt.Sprint(h.Requests()), " 206 ") {
					t.Errorf("went on with another file: %q", h.Requests())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			check(t, r, content)
			if last := h.Requests()[len(h.Requests())-1]; !strings.Contains(last, " "+tc.status) {
				t.Errorf("the last request was %q, want status %s", last, tc.status)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	remembered := &download.Digest{Bytes: 1 << 20, SHA256: strings.Repeat("ab", 32)}
	for _, tc := range []struct {
		what     string
		faults   hub.Faults
		edit     func(*download.Request)
		message  string
		requests int
	}{
		{"not there", hub.Faults{}, func(r *download.Request) { r.URL += "x" }, "404 Not Found", 1},
		{"forbidden", hub.Faults{Status: 403}, nil, "403 Forbidden", 1},
		{"always busy", hub.Faults{Busy: 99}, nil, "gave up after 5 attempts", 5},
		{"other bytes than announced", hub.Faults{Tampered: true}, nil, "announced by the server", 2},
		{"another file than remembered", hub.Faults{}, func(r *download.Request) { r.Want = remembered }, "were remembered", 2},
		{"another file than remembered, not announced", hub.Faults{Anonymous: true}, func(r *download.Request) { r.Want = remembered }, "were remembered", 2},
		{"too long", hub.Faults{}, func(r *download.Request) { r.MaxBytes = 1000 }, "more than 1000 are not taken", 2},
		{"too long without saying so", hub.Faults{Chunked: true}, func(r *download.Request) { r.MaxBytes = 1000 }, "longer than 1000 bytes", 2},
		{"silent", hub.Faults{Rate: 1000}, func(r *download.Request) { r.Idle, r.Attempts = 50*time.Millisecond, 1 }, "no answer for 50ms", 2},
		{"no server", hub.Faults{}, func(r *download.Request) { r.URL = "http://127.0.0.1:1/x" }, "gave up after 5 attempts", 0},
	} {
		t.Run(tc.what, func(t *testing.T) {
			h, r, _ := remote(t)
			h.Set(tc.faults)
			if tc.edit != nil {
				tc.edit(&r)
			}
			_, err := download.Get(t.Context(), r)
			if err == nil || !strings.Contains(err.Error(), tc.message) || !strings.Contains(err.Error(), r.URL) {
				t.Errorf("%v, want an error about %s with %q", err, r.URL, tc.message)
			}
			if n := len(h.Requests()); n != tc.requests {
				t.Errorf("%d requests, want %d: %q", n, tc.requests, h.Requests())
			}
			if _, err := os.Stat(r.File); err == nil {
				t.Error("a file is in place")
			}
		})
	}
}

// TestRedirects: what began encrypted stays so.
func TestRedirects(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/loop" {
			http.Redirect(w, r, "/loop", http.StatusFound)
			return
		}
		http.Redirect(w, r, plain.URL, http.StatusFound)
	}))
	defer secure.Close()
	for path, message := range map[string]string{"/": "without encryption", "/loop": "ten times"} {
		r := download.Request{URL: secure.URL + path, File: filepath.Join(t.TempDir(), "file"), Client: secure.Client()}
		if _, err := download.Get(t.Context(), r); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v, want %q", path, err, message)
		}
	}
}
