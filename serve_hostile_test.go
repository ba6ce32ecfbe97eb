package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// opened serves a checkout on a port of its own. Change, if not nil, may shorten the server's limits.
func opened(t *testing.T, s *site, change func(*http.Server)) net.Addr {
	t.Helper()
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(s)
	if change != nil {
		change(server)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l.Addr()
}

// dial opens a connection that gives up before the test does.
func dial(t *testing.T, addr net.Addr) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// raw sends the bytes of a request, which no client would write, and reads the answer.
func raw(t *testing.T, addr net.Addr, request string) (*http.Response, string) {
	t.Helper()
	c := dial(t, addr)
	go io.WriteString(c, request) // the server may answer and close before all is sent
	method, _, _ := strings.Cut(request, " ")
	res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	return res, string(body)
}

// Requests as an attacker writes them. None is answered with what lies outside of the site.
func TestHostileRequests(t *testing.T) {
	addr := opened(t, checkout(t), nil)
	get := func(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n" }
	many := func(n int, line string) string {
		return "GET / HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat(line, n) + "\r\n"
	}
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"the page", get("/"), 200},
		{"up", get("/../secret.txt"), 404},
		{"up from a folder", get("/panels/../../secret.txt"), 404},
		{"up, escaped", get("/%2e%2e/secret.txt"), 404},
		{"up, escaped twice", get("/%252e%252e/secret.txt"), 404},
		{"up, with the slash escaped", get("/..%2fsecret.txt"), 404},
		{"up, with a long form of UTF-8", get("/%c0%ae%c0%ae/secret.txt"), 404},
		{"up, as in Windows", get("/..\\secret.txt"), 404},
		{"up, as in Windows, escaped", get("/..%5csecret.txt"), 404},
		{"up, out of the assets", get("/assets/../../secret.txt"), 404},
		{"two slashes", get("//secret.txt"), 404},
		{"an absolute path", get("/%2fetc/passwd"), 404},
		{"a NUL", get("/index.html%00.txt"), 404},
		{"a NUL, not escaped", get("/index.html\x00"), 400},
		{"a line break in the path", get("/a%0d%0aSet-Cookie:x"), 404},
		{"a path of a megabyte", get("/" + strings.Repeat("a", 1<<20)), 431},
		{"a thousand folders", get("/" + strings.Repeat("a/../", 1000) + "../secret.txt"), 404},
		{"a stream of the file system", get("/index.html::$DATA"), 404},
		{"a fragment", get("/index.html#x"), 404},
		{"no path", "GET  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
		{"a file's URL", "GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},

		{"a foreign name", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
		{"a foreign name with a port", "GET / HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n", 421},
		{"a foreign URL", "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 421},
		{"a name that ends in ours", "GET / HTTP/1.1\r\nHost: evil.localhost.example\r\n\r\n", 421},
		{"an address that is everybody's", "GET / HTTP/1.1\r\nHost: 0.0.0.0:8080\r\n\r\n", 421},
		{"a name before ours", "GET / HTTP/1.1\r\nHost: evil.example@localhost\r\n\r\n", 400},
		{"no name", "GET / HTTP/1.0\r\n\r\n", 421},
		{"an empty name", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 421},
		{"two names", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400},

		{"a header of 64 KB", many(1, "X: "+strings.Repeat("a", 64<<10)+"\r\n"), 431},
		{"ten thousand headers", many(10_000, "X: a\r\n"), 431},
		{"a line without end", "GET /" + strings.Repeat("a", 64<<10), 431},
		{"two lengths", many(1, "Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
		{"a body in a GET", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\nx", 200},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		{"another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 421},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, body := raw(t, addr, c.request)
			if res.StatusCode != c.status {
				t.Errorf("%s, want %d", res.Status, c.status)
			}
			if strings.Contains(body, "secret") || strings.Contains(body, "root:") || res.Header.Get("Set-Cookie") != "" {
				t.Errorf("it is answered with %q", body)
			}
		})
	}
}

// Nothing but GET and HEAD is served, and every answer of the site, refusals too, carries the headers that isolate it.
func TestMethodsAndHeaders(t *testing.T) {
	addr := opened(t, checkout(t), nil)
	for _, c := range []struct {
		method, target, host string
		status               int
	}{
		{"GET", "/", "localhost", 200}, {"HEAD", "/", "localhost", 200}, {"GET", "/missing", "localhost", 404}, {"GET", "/", "evil.example", 421},
		{"POST", "/", "localhost", 405}, {"PUT", "/app.js", "localhost", 405}, {"DELETE", "/app.js", "localhost", 405}, {"PATCH", "/", "localhost", 405},
		{"OPTIONS", "/", "localhost", 405}, {"TRACE", "/", "localhost", 405}, {"PROPFIND", "/", "localhost", 405}, {"get", "/", "localhost", 405},
	} {
		res, body := raw(t, addr, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", c.method, c.target, c.host))
		if res.StatusCode != c.status {
			t.Errorf("%s %s: %s, want %d", c.method, c.target, res.Status, c.status)
		}
		if c.status == http.StatusMethodNotAllowed && res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: Allow is %q", c.method, res.Header.Get("Allow"))
		}
		if c.method == "HEAD" && body != "" {
			t.Errorf("HEAD is answered with %q", body)
		}
		for name, want := range map[string]string{
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "same-origin",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "frame-ancestors 'self'",
			"Permissions-Policy": "camera=(self), display-capture=(self), microphone=(), geolocation=()",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s %s of %s: %s is %q, want %q", c.method, c.target, c.host, name, got, want)
			}
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "" || res.Header.Get("Server") != "" {
			t.Errorf("%s %s lets other origins in or says what serves it: %v", c.method, c.target, res.Header)
		}
	}
}

// Parts of a file are right, and asking for many costs no more than the file.
func TestRanges(t *testing.T) {
	dir := t.TempDir()
	content := make([]byte, 1000)
	for i := range content {
		content[i] = byte(i)
	}
	for _, sub := range []string{"web", "assets", "build/site"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "web", "f.bin"), content, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := openSite(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	addr := opened(t, s, nil)
	for _, c := range []struct {
		ranges string
		status int
		from   int
		to     int
	}{
		{"bytes=0-3", 206, 0, 4}, {"bytes=10-", 206, 10, 1000}, {"bytes=-5", 206, 995, 1000}, {"bytes=990-5000", 206, 990, 1000},
		{"bytes=-5000", 206, 0, 1000}, {"bytes=1000-", 416, 0, 0}, {"bytes=5-2", 416, 0, 0}, {"bytes=a-b", 416, 0, 0},
		{"bytes=9223372036854775807-", 416, 0, 0}, {"bytes=99999999999999999999-", 416, 0, 0}, {"lines=1-2", 416, 0, 0},
		{"bytes=0-999" + strings.Repeat(",0-999", 2000), 200, 0, 1000},
	} {
		res, body := raw(t, addr, "GET /f.bin HTTP/1.1\r\nHost: localhost\r\nRange: "+c.ranges+"\r\n\r\n")
		if res.StatusCode != c.status || c.status != 416 && !bytes.Equal([]byte(body), content[c.from:c.to]) {
			t.Errorf("%.40s: %s and %d bytes, want %d and %d to %d", c.ranges, res.Status, len(body), c.status, c.from, c.to)
		}
	}
	res, body := raw(t, addr, "GET /f.bin HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-0"+strings.Repeat(",0-0", 500)+"\r\n\r\n")
	if len(body) > 200*500+1000 || res.StatusCode != 206 && res.StatusCode != 200 {
		t.Errorf("500 parts of a byte: %s and %d bytes", res.Status, len(body))
	}
}

// Links are followed within their folder and nowhere else.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"web/a.js": "inside", "assets/b.js": "inside", "build/site/c.js": "inside", "out/secret.txt": "secret"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"within.js": "a.js", "absolute.txt": filepath.Join(dir, "out/secret.txt"), "relative.txt": "../out/secret.txt", "folder": "../out",
		"again.txt": "relative.txt", "loop.txt": "loop.txt", "machine": "/", "sibling.js": "../assets/b.js", "gone.txt": "nothing",
	} {
		if err := os.Symlink(target, filepath.Join(dir, "web", name)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := openSite(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	addr := opened(t, s, nil)
	for target, status := range map[string]int{
		"/a.js": 200, "/within.js": 200, "/absolute.txt": 404, "/relative.txt": 404, "/folder/secret.txt": 404, "/again.txt": 404,
		"/loop.txt": 404, "/machine/etc/passwd": 404, "/sibling.js": 404, "/gone.txt": 404, "/folder": 404,
	} {
		res, body := raw(t, addr, "GET "+target+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if res.StatusCode != status || status == 200 && body != "inside" || strings.Contains(body, "secret") {
			t.Errorf("%s: %s and %q, want %d", target, res.Status, body, status)
		}
	}
}

// A client that sends its request byte by byte, or nothing more, is cut off; its limits are those of newServer.
func TestSlowClients(t *testing.T) {
	real := newServer(nil)
	if real.ReadHeaderTimeout == 0 || real.ReadHeaderTimeout > 10*time.Second || real.ReadTimeout == 0 || real.ReadTimeout > time.Minute ||
		real.WriteTimeout == 0 || real.IdleTimeout == 0 || real.IdleTimeout > 5*time.Minute || real.MaxHeaderBytes > 64<<10 {
		t.Errorf("a client may take its time: %+v", real)
	}
	addr := opened(t, checkout(t), func(s *http.Server) {
		s.ReadHeaderTimeout /= 50
		s.ReadTimeout /= 50
		s.IdleTimeout /= 500
	})
	for name, send := range map[string]func(c net.Conn){
		"nothing":         func(c net.Conn) {},
		"half a header":   func(c net.Conn) { io.WriteString(c, "GET / HTTP/1.1\r\nHost: local") },
		"one and no more": func(c net.Conn) { io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") },
		"byte by byte": func(c net.Conn) {
			for _, b := range []byte("GET / HTTP/1.1\r\nX: " + strings.Repeat("a", 1000)) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, addr)
			go send(c)
			start := time.Now()
			_, err := io.Copy(io.Discard, c)
			if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
				t.Errorf("it is still connected after %v", time.Since(start))
			}
		})
	}
}
