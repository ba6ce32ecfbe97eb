package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// checkout makes a site of small files and returns its handler.
func checkout(t *testing.T) *site {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"web/index.html":                 "<!doctype html>",
		"web/app.js":                     "export {}",
		"web/panels/top5.js":             "export {}",
		"assets/models/index.json":       "{}",
		"assets/labels/a.tsv":            "0\tn\tx",
		"build/site/mobilemamba.wasm":    "\x00asm",
		"build/site/wasm_exec.js":        "",
		"secret.txt":                     "secret",
		"assets/models/name with é.json": "{}",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(dir, "web", "link.txt")); err != nil {
		t.Fatal(err)
	}
	s, err := openSite(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestSite(t *testing.T) {
	s := checkout(t)
	for _, tc := range []struct {
		method, path, host string
		status             int
		kind               string
	}{
		{"GET", "/", "127.0.0.1:8080", 200, "text/html"},
		{"GET", "/index.html", "localhost:8080", 200, "text/html"},
		{"HEAD", "/app.js", "[::1]:8080", 200, "text/javascript"},
		{"GET", "/panels/top5.js", "localhost", 200, "text/javascript"},
		{"GET", "/mobilemamba.wasm", "localhost", 200, "application/wasm"},
		{"GET", "/assets/models/index.json", "localhost", 200, "application/json"},
		{"GET", "/assets/models/name%20with%20%C3%A9.json", "localhost", 200, "application/json"},
		{"GET", "/assets/labels/a.tsv", "localhost", 200, "text/tab-separated-values"},
		{"GET", "/panels/", "localhost", 404, ""},
		{"GET", "/panels", "localhost", 404, ""},
		{"GET", "/missing.js", "localhost", 404, ""},
		{"GET", "/link.txt", "localhost", 404, ""},
		{"GET", "/../secret.txt", "localhost", 404, ""},
		{"GET", "/assets/../../secret.txt", "localhost", 404, ""},
		{"GET", "/assets/%2e%2e/%2e%2e/secret.txt", "localhost", 404, ""},
		{"GET", "/assets/..%5c..%5csecret.txt", "localhost", 404, ""},
		{"GET", "/a%00b", "localhost", 404, ""},
		{"POST", "/", "localhost", 405, ""},
		{"GET", "/", "example.com", 421, ""},
		{"GET", "/", "127.0.0.1.example.com:8080", 421, ""},
		{"GET", "/", "192.168.1.5", 421, ""},
	} {
		r := httptest.NewRequest(tc.method, "http://localhost"+tc.path, nil)
		r.Host = tc.host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != tc.status || !strings.HasPrefix(w.Header().Get("Content-Type"), tc.kind) {
			t.Errorf("%s %s of %s: %d %s, want %d %s", tc.method, tc.path, tc.host, w.Code, w.Header().Get("Content-Type"), tc.status, tc.kind)
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s shows what lies outside of the site", tc.path)
		}
		if w.Header().Get("Cross-Origin-Embedder-Policy") != "require-corp" {
			t.Errorf("%s is not isolated", tc.path)
		}
	}
}

func TestListen(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "192.168.1.5:0", "example.com:0", "8080"} {
		if l, err := listen(addr); err == nil {
			l.Close()
			t.Errorf("%s was opened", addr)
		} else if !strings.Contains(err.Error(), "127.0.0.1:") {
			t.Errorf("%s: %v; it should say what to write instead", addr, err)
		}
	}
	for _, addr := range []string{":0", "localhost:0", "127.0.0.1:0"} {
		l, err := listen(addr)
		if err != nil {
			t.Fatal(err)
		}
		if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
			t.Errorf("%s listens on %v", addr, l.Addr())
		}
		if _, err := listen(l.Addr().String()); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("a port in use: %v", err)
		}
		l.Close()
	}
}

func TestServeStops(t *testing.T) {
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l, checkout(t)) }()
	res, err := http.Get("http://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if string(body) != "<!doctype html>" {
		t.Errorf("served %q", body)
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it does not stop")
	}
}
