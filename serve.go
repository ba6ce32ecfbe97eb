// Command mobilemamba's root is the local server: it builds the WebAssembly module and serves the page, to this
// machine alone.
//
//	go run . [-addr 127.0.0.1:8080] [-build] [-site dist]
//
// The page needs no server of its own: any static host will do, from any path.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path"
	"strings"
	"syscall"
	"time"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "loopback `address` to serve on; port 0 picks a free one")
	buildOnly := flag.Bool("build", false, "build the WebAssembly module into "+buildDir+" and exit")
	siteDir := flag.String("site", "", "write the site for a static host into this `folder` and exit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *buildOnly, *siteDir); err != nil {
		fmt.Fprintln(os.Stderr, "mobilemamba:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string, buildOnly bool, siteDir string) error {
	switch {
	case siteDir != "":
		return publish(ctx, siteDir, os.Stdout)
	case buildOnly:
		return build(ctx)
	}
	// The port first: a message that it is taken should not wait for the build.
	l, err := listen(addr)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := build(ctx); err != nil {
		return err
	}
	s, err := openSite(".")
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Printf("http://%s\n", l.Addr())
	return serve(ctx, l, s)
}

// listen opens a port of this machine's loopback interface; no other is served, so that nothing but this
// machine's browsers can reach it.
func listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("the address %q should read HOST:PORT, such as 127.0.0.1:8080", addr)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("the address %q is not of this machine alone; use 127.0.0.1:%s", addr, port)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %s is in use, perhaps by another copy of this server; stop that or choose another port: make run ADDR=127.0.0.1:8081", port)
	}
	return l, err
}

// newServer sets the limits that keep a client from holding a connection or memory for nothing.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}

// serve answers until the context ends.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := newServer(h)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// site serves the files of the page from the folders of the checkout, as they lie beside each other when it is
// published.
type site struct{ mounts []mount }

// mount is a folder below a prefix of the URL's path. An os.Root does not follow links out of its folder.
type mount struct {
	prefix string
	root   *os.Root
}

// openSite opens the folders of a checkout.
func openSite(checkout string) (*site, error) {
	s := &site{}
	for _, m := range []struct{ prefix, dir string }{{"assets/", "assets"}, {"", "web"}, {"", buildDir}} {
		root, err := os.OpenRoot(path.Join(checkout, m.dir))
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("%w; run this in the project's folder", err)
		}
		s.mounts = append(s.mounts, mount{m.prefix, root})
	}
	return s, nil
}

// Close closes the folders.
func (s *site) Close() {
	for _, m := range s.mounts {
		m.root.Close()
	}
}

// headers isolate the page from other sites; isolation also gives it a fine clock. A static host that cannot set
// them serves a page that works as well.
var headers = map[string]string{
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Embedder-Policy": "require-corp",
	"Cross-Origin-Resource-Policy": "same-origin",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Permissions-Policy":           "camera=(self), display-capture=(self), microphone=(), geolocation=()",
	"Content-Security-Policy":      "frame-ancestors 'self'", // the page has the rest; this cannot stand in it
	"Cache-Control":                "no-cache",
}

// contentTypes are those of the site's files, since a machine's own table may lack them.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg",
	".mp3": "audio/mpeg", ".tsv": "text/tab-separated-values; charset=utf-8", ".safetensors": "application/octet-stream",
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for k, v := range headers {
		w.Header().Set(k, v)
	}
	if !localHost(r.Host) { // a foreign name that resolves to this machine: DNS rebinding
		http.Error(w, "this server answers to localhost and 127.0.0.1 only", http.StatusMisdirectedRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are served", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "assets/"+shippedManifest {
		s.serveManifest(w, r)
		return
	}
	f, info, err := s.open(name)
	if err != nil {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	defer f.Close()
	kind, ok := contentTypes[path.Ext(info.Name())]
	if !ok {
		kind = mime.TypeByExtension(path.Ext(info.Name()))
	}
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	http.ServeContent(w, r, info.Name(), info.ModTime(), f)
}

// serveManifest answers with the list of models, the user's own included.
func (s *site) serveManifest(w http.ResponseWriter, r *http.Request) {
	list, err := readManifest(s.mounts[0].root.FS())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentTypes[".json"])
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(list))
}

// open finds a file; folders have none but the page itself.
func (s *site) open(name string) (*os.File, fs.FileInfo, error) {
	if name == "" {
		name = "index.html"
	}
	for _, m := range s.mounts {
		rest, ok := strings.CutPrefix(name, m.prefix)
		if !ok {
			continue
		}
		f, err := m.root.Open(rest)
		if err != nil {
			continue
		}
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return f, info, nil
		}
		f.Close()
	}
	return nil, nil, fs.ErrNotExist
}

// localHost reports whether a Host header names this machine.
func localHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
